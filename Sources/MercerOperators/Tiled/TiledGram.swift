public import MercerCore

/// K(X, X) of a kernel, n × n, never stored: each product computes the entries anew, tile by tile.
///
/// - Complexity: a product costs O(n² (d + k)) time, and memory for one tile and one band of sums
///   for each thread: independent of n.
/// - Accuracy: as `TiledCrossGram`.
public struct TiledGram<Element: Scalar>: SymmetricGramOperator, IndexableGramOperator {
  private let cross: TiledCrossGram<Element>
  private let exactDiagonal: [Element]

  /// The kernel on its inputs.
  public var bound: any BoundKernel<Element> { cross.bound }
  public var rowCount: Int { cross.rowCount }
  public var columnCount: Int { cross.rowCount }

  /// The operator of a kernel on one set of inputs.
  ///
  /// - Throws: `.shapeMismatch` when the inputs do not suit the kernel.
  public init<K: Kernel>(
    _ kernel: K, inputs: K.Inputs, tiling: Tiling = .standard
  ) throws(MercerError) where K.Element == Element {
    cross = try TiledCrossGram(kernel, rows: inputs, columns: inputs, tiling: tiling)
    exactDiagonal = try kernel.diagonal(of: inputs)
  }

  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try cross.apply(v, into: &y, context: context)
  }

  public func diagonal() -> [Element] { exactDiagonal }

  public func fill(_ tile: Tile<Element>) { cross.fill(tile) }
}
