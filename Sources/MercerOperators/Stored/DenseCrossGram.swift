public import MercerCore

/// A stored rectangular kernel matrix K(X, Z), n × m.
///
/// Products run over bands of rows (of columns, for the transpose) in parallel.
/// - Complexity: a product costs O(n m k) time; no memory beyond a band of sums for each thread.
/// - Accuracy: sums over columns (rows) are taken in Double across tiles of 512 (128) entries; so
///   the error of a Float product is at most 514 u Σⱼ |kᵢⱼ vⱼ| (130 u for the transpose) with
///   u = 2⁻²⁴, however many columns there are.
public struct DenseCrossGram<Element: Scalar>: IndexableGramOperator {
  /// The entries, n × m.
  public let matrix: Matrix<Element>
  private let product: TiledProduct

  /// The number of rows, n.
  public var rowCount: Int { matrix.rowCount }
  /// The number of columns.
  public var columnCount: Int { matrix.columnCount }

  /// The operator of a stored matrix (not copied).
  public init(_ matrix: Matrix<Element>, tiling: Tiling = .standard) {
    self.matrix = matrix
    product = TiledProduct(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, tiling: tiling,
      fillsScratch: false)
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    try product.apply(v, into: &y, transposed: false, context: context) { matrix.view(of: $0) }
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y, transposed: true)
    try product.apply(v, into: &y, transposed: true, context: context) { matrix.view(of: $0) }
  }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) {
    ElementLoops.copy(matrix.view(of: tile), to: tile)
  }
}

extension Matrix {
  /// The stored entries at the place of a tile, for reading while the matrix is alive.
  func view(of place: Tile<Element>) -> Tile<Element> {
    precondition(
      place.rows.lowerBound >= 0 && place.rows.upperBound <= rowCount
        && place.columns.lowerBound >= 0 && place.columns.upperBound <= columnCount)
    // The elements stay where they are as long as the operator holds the matrix, and nothing
    // writes through this view.
    return withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, !place.rows.isEmpty, !place.columns.isEmpty else {
        return place
      }
      let offset = place.rows.lowerBound * columnCount + place.columns.lowerBound
      return Tile(
        rows: place.rows, columns: place.columns, stride: columnCount,
        base: UnsafeMutablePointer(mutating: base + offset))
    }
  }
}
