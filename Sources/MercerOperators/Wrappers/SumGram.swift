public import MercerCore

/// K + L: the sum of two operators of one size.
///
/// - Complexity: a product costs one with each, and memory for one more n × k matrix.
public struct SumGram<First: GramOperator, Second: GramOperator>: GramOperator
where First.Element == Second.Element {
  /// The type of the entries.
  public typealias Element = First.Element
  /// K.
  public let first: First
  /// L.
  public let second: Second

  /// The number of rows, n.
  public var rowCount: Int { first.rowCount }
  /// The number of columns.
  public var columnCount: Int { first.columnCount }

  /// The sum of two operators.
  ///
  /// - Throws: `.shapeMismatch` when their sizes differ.
  public init(_ first: First, _ second: Second) throws(MercerError) {
    try checkEqualSizes(first, second, to: "added")
    self.first = first
    self.second = second
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try first.apply(v, into: &y, context: context)
    var term = Matrix<Element>(rowCount: y.rowCount, columnCount: y.columnCount)
    try second.apply(v, into: &term, context: context)
    y.add(term)
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try first.applyTransposed(v, into: &y, context: context)
    var term = Matrix<Element>(rowCount: y.rowCount, columnCount: y.columnCount)
    try second.applyTransposed(v, into: &term, context: context)
    y.add(term)
  }
}

extension SumGram: SymmetricGramOperator
where First: SymmetricGramOperator, Second: SymmetricGramOperator {
  /// The diagonal of the operator.
  public func diagonal() throws(MercerError) -> [Element] {
    zip(try first.diagonal(), try second.diagonal()).map { $0 + $1 }
  }
}

extension SumGram: IndexableGramOperator
where First: IndexableGramOperator, Second: IndexableGramOperator {
  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { max(first.scratchBytes, second.scratchBytes) }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    first.fill(tile)
    second.combine(into: tile, with: Element.loops.add)
  }
}

extension SymmetricGramOperator {
  /// The sum of this operator and another of the same size.
  ///
  /// - Throws: `.shapeMismatch` when the sizes differ.
  public func adding(
    _ other: some SymmetricGramOperator<Element>
  ) throws(MercerError) -> any SymmetricGramOperator<Element> {
    try SumGram(self, other)
  }
}

func checkEqualSizes(
  _ a: some GramOperator, _ b: some GramOperator, to purpose: String
) throws(MercerError) {
  guard a.rowCount == b.rowCount, a.columnCount == b.columnCount else {
    throw MercerError(
      .shapeMismatch,
      "kernel matrices of \(a.rowCount) × \(a.columnCount) and \(b.rowCount) × \(b.columnCount) "
        + "cannot be \(purpose)")
  }
}

extension IndexableGramOperator {
  /// Combines the entries at a tile's place with what the tile holds, row by row.
  func combine(into tile: Tile<Element>, with loop: TileLoops<Element>.Combine) {
    guard tile.rowCount > 0, tile.columnCount > 0 else { return }
    var scratch = Matrix<Element>(rowCount: tile.rowCount, columnCount: tile.columnCount)
    scratch.withTile { memory in
      let part = memory.moved(rows: tile.rows, columns: tile.columns)
      fill(part)
      for i in 0..<tile.rowCount {
        loop(tile.columnCount, tile.base + i * tile.stride, part.base + i * part.stride)
      }
    }
  }
}
