public import MercerCore

/// K(X, X) of a kernel, n × n, never stored: each product computes the entries anew, tile by tile.
///
/// - Complexity: a product costs O(n² (d + k)) time; where n k is at most 125,000 (31,250 for kernels
///   that are no map of a sum over coordinates), only half of the entries are computed. Memory for
///   one tile and one band of sums for each thread, and up to 32 copies of y in Double, 8 MB at most,
///   where symmetry is used.
/// - Accuracy: as `TiledCrossGram`.
public struct TiledGram<Element: Scalar>: SymmetricGramOperator, IndexableGramOperator {
  private let cross: TiledCrossGram<Element>
  private let exactDiagonal: [Element]

  /// The kernel on its inputs.
  public var bound: any BoundKernel<Element> { cross.bound }
  /// The number of rows, n.
  public var rowCount: Int { cross.rowCount }
  /// The number of columns.
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

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    if let fused = FusedProduct(bound, outputCount: v.columnCount),
      fused.suitsSymmetric(outputs: v.columnCount)
    {
      try checkSizes(v, y)
      return try fused.applySymmetric(v, into: &y, context: context)
    }
    guard cross.product.suitsSymmetric(width: v.columnCount) else {
      return try cross.apply(v, into: &y, context: context)
    }
    try checkSizes(v, y)
    let context = try context.fitting(scratchBytes: scratchBytes)
    try cross.product.applySymmetric(v, into: &y, context: context) { tile in
      bound.fill(tile)
      return tile
    }
  }

  /// The diagonal of the operator.
  public func diagonal() -> [Element] { exactDiagonal }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) { cross.fill(tile) }

  /// How many entries are work enough for a thread at a time.
  public var entriesAtOnce: Int { cross.entriesAtOnce }

  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { cross.scratchBytes }
}
