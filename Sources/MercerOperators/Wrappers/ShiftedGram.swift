public import MercerCore

/// K + λ I, or K + diag(λ₁, …, λₙ): the matrix of kernel ridge regression and of Gaussian processes
/// with noise.
///
/// λ is added as it is, not multiplied by n. With sample weights wᵢ the shifts are λ / wᵢ.
/// - Complexity: that of K, and O(n k) more for each product.
public struct ShiftedGram<Base: SymmetricGramOperator>: SymmetricGramOperator {
  /// The type of the entries.
  public typealias Element = Base.Element
  /// K.
  public let base: Base
  /// What is added to each diagonal entry, n values.
  public let shifts: [Element]

  /// The number of rows, n.
  public var rowCount: Int { base.rowCount }
  /// The number of columns.
  public var columnCount: Int { base.columnCount }

  /// The operator with one shift for all.
  ///
  /// - Parameters:
  ///   - base: K.
  ///   - shift: λ, finite and at least zero, in the units of the kernel's values.
  /// - Throws: `.invalidParameter` when it is not.
  public init(_ base: Base, by shift: Element) throws(MercerError) {
    try self.init(base, by: [Element](repeating: shift, count: base.rowCount))
    guard shift.isFinite, shift >= 0 else { throw Self.invalid(shift) }
  }

  /// The operator with a shift for each row.
  ///
  /// - Parameters:
  ///   - base: K.
  ///   - shifts: n values, each finite and at least zero, in the units of the kernel's values.
  /// - Throws: `.invalidParameter` when a value is not, `.shapeMismatch` when there are not n.
  public init(_ base: Base, by shifts: [Element]) throws(MercerError) {
    guard shifts.count == base.rowCount else {
      throw MercerError(
        .shapeMismatch,
        "\(shifts.count) shifts do not fit a kernel matrix of \(base.rowCount) rows")
    }
    if let shift = shifts.first(where: { !($0.isFinite && $0 >= 0) }) {
      throw Self.invalid(shift)
    }
    self.base = base
    self.shifts = shifts
  }

  private static func invalid(_ shift: Element) -> MercerError {
    MercerError(
      .invalidParameter,
      "what is added to the diagonal must be finite and at least 0, not \(shift)")
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try base.apply(v, into: &y, context: context)
    let width = v.columnCount
    y.withUnsafeMutableBufferPointer { target in
      v.withUnsafeBufferPointer { source in
        shifts.withUnsafeBufferPointer { shifts in
          guard let target = target.baseAddress, let source = source.baseAddress else { return }
          ElementLoops.addScaledRows(shifts, width: width, source, into: target)
        }
      }
    }
  }

  /// The diagonal of the operator.
  public func diagonal() throws(MercerError) -> [Element] {
    zip(try base.diagonal(), shifts).map { $0 + $1 }
  }
}

extension ShiftedGram: IndexableGramOperator where Base: IndexableGramOperator {
  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { base.scratchBytes }
  /// As of the base.
  public var entriesAtOnce: Int { base.entriesAtOnce }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    for index in tile.rows.clamped(to: tile.columns) {
      tile[index - tile.rows.lowerBound, index - tile.columns.lowerBound] += shifts[index]
    }
  }
}

extension SymmetricGramOperator {
  /// This operator with λ added to its diagonal.
  ///
  /// - Throws: `.invalidParameter` when the shift is not finite or is negative.
  public func shifted(
    by shift: Element
  ) throws(MercerError) -> any SymmetricGramOperator<Element> {
    try ShiftedGram(self, by: shift)
  }

  /// This operator with a value of its own added to each entry of its diagonal.
  ///
  /// - Throws: `.invalidParameter` when a shift is not finite or is negative, `.shapeMismatch` when
  ///   their number is not n.
  public func shifted(
    by shifts: [Element]
  ) throws(MercerError) -> any SymmetricGramOperator<Element> {
    try ShiftedGram(self, by: shifts)
  }
}
