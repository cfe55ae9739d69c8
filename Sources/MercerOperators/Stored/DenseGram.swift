public import MercerCore

/// A stored symmetric kernel matrix K(X, X), n × n.
///
/// Both triangles are read, and must mirror each other.
/// - Complexity: a product costs O(n² k) time; no memory beyond a band of sums for each thread.
/// - Accuracy: as `DenseCrossGram`.
public struct DenseGram<Element: Scalar>: SymmetricGramOperator, IndexableGramOperator {
  private let cross: DenseCrossGram<Element>

  /// The entries, n × n.
  public var matrix: Matrix<Element> { cross.matrix }
  /// The number of rows, n.
  public var rowCount: Int { cross.rowCount }
  /// The number of columns.
  public var columnCount: Int { cross.columnCount }

  /// The operator of a stored matrix (not copied).
  ///
  /// - Throws: `.shapeMismatch` when the matrix is not square.
  public init(_ matrix: Matrix<Element>, tiling: Tiling = .standard) throws(MercerError) {
    guard matrix.rowCount == matrix.columnCount else {
      throw MercerError(
        .shapeMismatch,
        "a symmetric kernel matrix is square, and this one is \(matrix.rowCount) × "
          + "\(matrix.columnCount)")
    }
    cross = DenseCrossGram(matrix, tiling: tiling)
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try cross.apply(v, into: &y, context: context)
  }

  /// The diagonal of the operator.
  public func diagonal() -> [Element] { matrix.diagonal }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) { cross.fill(tile) }
}
