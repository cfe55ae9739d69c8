public import MercerCore

/// K[S, S]: the same chosen rows and columns of a symmetric operator, in any order; they may repeat.
///
/// - Complexity: as `SubCrossGram`.
public struct SubGram<Base: SymmetricGramOperator>: SymmetricGramOperator {
  /// The type of the entries.
  public typealias Element = Base.Element
  private let cross: SubCrossGram<Base>

  /// K.
  public var base: Base { cross.base }
  /// Which rows and columns of K, from 0.
  public var indices: [Int] { cross.rows }
  /// The number of rows, n.
  public var rowCount: Int { cross.rowCount }
  /// The number of columns.
  public var columnCount: Int { cross.rowCount }

  /// The chosen part of a symmetric operator.
  ///
  /// - Precondition: all numbers are rows of the operator.
  public init(_ base: Base, at indices: [Int]) {
    cross = SubCrossGram(base, rows: indices, columns: indices)
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try cross.apply(v, into: &y, context: context)
  }

  /// The diagonal of the operator.
  public func diagonal() throws(MercerError) -> [Element] {
    let whole = try base.diagonal()
    return indices.map { whole[$0] }
  }
}

extension SubGram: IndexableGramOperator where Base: IndexableGramOperator {
  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { cross.scratchBytes }
  /// As of the base.
  public var entriesAtOnce: Int { base.entriesAtOnce }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) { cross.fill(tile) }
}

extension SymmetricGramOperator {
  /// The rows and columns with these numbers (from 0), in this order.
  ///
  /// - Precondition: all numbers are rows of the operator.
  public func part(at indices: [Int]) -> any SymmetricGramOperator<Element> {
    SubGram(self, at: indices)
  }
}
