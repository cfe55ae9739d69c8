public import MercerCore

/// K ∘ L: the entrywise (Schur, Hadamard) product of two operators of one size.
///
/// It is positive semi-definite when both are (Schur, 1911). It needs the entries of both: a product
/// with a vector does not follow from theirs.
/// - Complexity: a product costs O(n m k) time and the filling of both, tile by tile; memory for
///   two tiles and a band of sums for each thread.
/// - Accuracy: sums as `TiledCrossGram`.
public struct ProductGram<First: IndexableGramOperator, Second: IndexableGramOperator>:
  IndexableGramOperator
where First.Element == Second.Element {
  /// The type of the entries.
  public typealias Element = First.Element
  /// K.
  public let first: First
  /// L.
  public let second: Second
  private let product: TiledProduct

  /// The number of rows, n.
  public var rowCount: Int { first.rowCount }
  /// The number of columns.
  public var columnCount: Int { first.columnCount }

  /// The entrywise product of two operators.
  ///
  /// - Throws: `.shapeMismatch` when their sizes differ.
  public init(
    _ first: First, _ second: Second, tiling: Tiling = .standard
  ) throws(MercerError) {
    try checkEqualSizes(first, second, to: "multiplied entry by entry")
    self.first = first
    self.second = second
    product = TiledProduct(
      rowCount: first.rowCount, columnCount: first.columnCount, tiling: tiling, fillsScratch: true)
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try product.apply(self, to: v, into: &y, transposed: false, context: context)
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try product.apply(self, to: v, into: &y, transposed: true, context: context)
  }

  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { max(first.scratchBytes, second.scratchBytes) }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    first.fill(tile)
    second.combine(into: tile, with: Element.loops.multiply)
  }
}

extension ProductGram: SymmetricGramOperator
where First: SymmetricGramOperator, Second: SymmetricGramOperator {
  /// The diagonal of the operator.
  public func diagonal() throws(MercerError) -> [Element] {
    zip(try first.diagonal(), try second.diagonal()).map { $0 * $1 }
  }
}
