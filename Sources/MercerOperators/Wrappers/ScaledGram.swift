public import MercerCore

/// a K: an operator times a number that is not negative.
///
/// - Complexity: that of K, and O(n k) more for each product.
public struct ScaledGram<Base: GramOperator>: GramOperator {
  /// The type of the entries.
  public typealias Element = Base.Element
  /// K.
  public let base: Base
  /// a.
  public let scale: Element

  /// The number of rows, n.
  public var rowCount: Int { base.rowCount }
  /// The number of columns.
  public var columnCount: Int { base.columnCount }

  /// The operator `scale` times `base`.
  ///
  /// - Parameters:
  ///   - base: K.
  ///   - scale: a, finite and at least zero.
  /// - Throws: `.invalidParameter` when it is not.
  public init(_ base: Base, by scale: Element) throws(MercerError) {
    guard scale.isFinite, scale >= 0 else {
      throw MercerError(
        .invalidParameter,
        "the scale of a kernel matrix must be finite and at least 0, not \(scale)")
    }
    self.base = base
    self.scale = scale
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try base.apply(v, into: &y, context: context)
    y.scale(by: scale)
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try base.applyTransposed(v, into: &y, context: context)
    y.scale(by: scale)
  }
}

extension ScaledGram: SymmetricGramOperator where Base: SymmetricGramOperator {
  /// The diagonal of the operator.
  public func diagonal() throws(MercerError) -> [Element] {
    try base.diagonal().map { scale * $0 }
  }
}

extension ScaledGram: IndexableGramOperator where Base: IndexableGramOperator {
  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { base.scratchBytes }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    let affine = Element.loops.affine
    for i in 0..<tile.rowCount {
      affine(tile.columnCount, tile.base + i * tile.stride, scale, 0)
    }
  }
}

extension SymmetricGramOperator {
  /// The operator `scale` times this one.
  ///
  /// - Throws: `.invalidParameter` when the scale is not finite or is negative.
  public func scaled(
    by scale: Element
  ) throws(MercerError) -> any SymmetricGramOperator<Element> {
    try ScaledGram(self, by: scale)
  }
}

extension Matrix {
  mutating func scale(by factor: Element) {
    withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Element.loops.affine(buffer.count, base, factor, 0)
    }
  }

  /// Adds a matrix of the same size.
  mutating func add(_ other: Matrix) {
    withUnsafeMutableBufferPointer { buffer in
      other.withUnsafeBufferPointer { terms in
        guard let base = buffer.baseAddress, let term = terms.baseAddress else { return }
        Element.loops.add(buffer.count, base, term)
      }
    }
  }
}
