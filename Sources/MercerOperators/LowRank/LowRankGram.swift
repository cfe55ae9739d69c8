public import MercerCore

/// Z Zᵀ + diag(δ): a symmetric matrix of order n from n × D numbers, such as the approximation of a
/// kernel by D random features or by D landmarks.
///
/// - Complexity: a product with k right-hand sides costs O(n D k) time, and no memory beyond D × k;
///   Z is held once, n × D.
/// - Accuracy: as two products with a `DenseCrossGram`.
public struct LowRankGram<Element: Scalar>: SymmetricGramOperator, IndexableGramOperator {
  private let features: DenseCrossGram<Element>
  /// δ, n values of at least 0; empty when there are none.
  public let shifts: [Element]

  /// Z, n × D.
  public var factor: Matrix<Element> { features.matrix }
  /// D, the number of columns of Z.
  public var rank: Int { features.columnCount }
  /// The number of rows, n.
  public var rowCount: Int { features.rowCount }
  /// The number of columns.
  public var columnCount: Int { features.rowCount }

  /// The operator of a factor, which is not copied.
  ///
  /// - Parameters:
  ///   - factor: Z, n × D with D of at least 1.
  ///   - shifts: δ, n finite values of at least 0; empty for none.
  /// - Throws: `.shapeMismatch` when there are not n shifts, or no columns; `.invalidParameter` for a
  ///   shift that is negative or not finite.
  public init(_ factor: Matrix<Element>, shifts: [Element] = []) throws(MercerError) {
    guard factor.columnCount > 0 else {
      throw MercerError(.shapeMismatch, "a low-rank matrix needs at least one column")
    }
    guard shifts.isEmpty || shifts.count == factor.rowCount else {
      throw MercerError(
        .shapeMismatch, "\(shifts.count) shifts do not fit a matrix of \(factor.rowCount) rows")
    }
    if let shift = shifts.first(where: { !($0.isFinite && $0 >= 0) }) {
      throw MercerError(
        .invalidParameter,
        "what is added to the diagonal must be finite and at least 0, not \(shift)")
    }
    features = DenseCrossGram(factor)
    self.shifts = shifts
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    let width = v.columnCount
    var inside = Matrix<Element>(rowCount: rank, columnCount: width)
    try features.applyTransposed(v, into: &inside, context: context)
    try features.apply(inside, into: &y, context: context)
    guard !shifts.isEmpty, width > 0 else { return }
    y.withUnsafeMutableBufferPointer { target in
      v.withUnsafeBufferPointer { source in
        shifts.withUnsafeBufferPointer { shifts in
          guard let target = target.baseAddress, let source = source.baseAddress else { return }
          ElementLoops.addScaledRows(shifts, width: width, source, into: target)
        }
      }
    }
  }

  /// The diagonal of the operator: the squared length of each row of Z, and δ.
  ///
  /// - Complexity: O(n D).
  public func diagonal() -> [Element] {
    factor.withUnsafeBufferPointer { z in
      (0..<rowCount).map { i in
        let row = UnsafeBufferPointer(rebasing: z[i * rank..<(i + 1) * rank])
        return Element(Element.dot(row, row)) + (shifts.isEmpty ? 0 : shifts[i])
      }
    }
  }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    guard tile.rowCount > 0, tile.columnCount > 0 else { return }
    let depth = rank
    factor.withUnsafeBufferPointer { z in
      guard let z = z.baseAddress else { return }
      Element.gemm(
        transposeA: false, transposeB: true, m: tile.rowCount, n: tile.columnCount, k: depth,
        alpha: 1, a: z + tile.rows.lowerBound * depth, lda: depth,
        b: z + tile.columns.lowerBound * depth, ldb: depth, beta: 0, c: tile.base,
        ldc: tile.stride)
    }
    if shifts.isEmpty { return }
    for index in tile.rows.clamped(to: tile.columns) {
      tile[index - tile.rows.lowerBound, index - tile.columns.lowerBound] += shifts[index]
    }
  }
}
