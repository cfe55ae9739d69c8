public import MercerCore

/// K(X, Z) of a kernel, n × m, never stored: each product computes the entries anew, tile by tile.
///
/// - Complexity: a product costs O(n m (d + k)) time, and memory for one tile and one band of sums
///   for each thread: independent of n and m.
/// - Accuracy: sums over columns (rows) are taken in Double across tiles of 512 (128) entries; so
///   the error of a Float product beyond that of the entries is at most 514 u Σⱼ |kᵢⱼ vⱼ| (130 u for
///   the transpose) with u = 2⁻²⁴, however many columns there are.
public struct TiledCrossGram<Element: Scalar>: IndexableGramOperator {
  /// The kernel on its inputs.
  public let bound: any BoundKernel<Element>
  let product: TiledProduct

  /// The number of rows, n.
  public var rowCount: Int { bound.rowCount }
  /// The number of columns.
  public var columnCount: Int { bound.columnCount }

  /// The operator of a kernel that is bound to its inputs.
  public init(_ bound: any BoundKernel<Element>, tiling: Tiling = .standard) {
    self.bound = bound
    var tiling = tiling
    // Where entries are dear, narrow bands keep all threads at work, and short tiles let the work be
    // stopped between them.
    let atOnce = bound.entriesAtOnce
    if tiling == .standard, atOnce < tiling.rowCount * tiling.columnCount {
      let rows = min(tiling.rowCount, max(4, Int(Double(atOnce).squareRoot())))
      tiling = Tiling(
        rowCount: rows, columnCount: max(16, min(tiling.columnCount, 8 * atOnce / rows)))
    }
    product = TiledProduct(
      rowCount: bound.rowCount, columnCount: bound.columnCount, tiling: tiling, fillsScratch: true)
  }

  /// The operator of a kernel on two sets of inputs.
  ///
  /// - Throws: `.shapeMismatch` when the inputs do not suit the kernel or each other.
  public init<K: Kernel>(
    _ kernel: K, rows: K.Inputs, columns: K.Inputs, tiling: Tiling = .standard
  ) throws(MercerError) where K.Element == Element {
    self.init(try kernel.bound(rows: rows, columns: columns), tiling: tiling)
  }

  /// y ← A v, with A this operator; y is overwritten.
  public func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y)
    if let fused = FusedProduct(bound, outputCount: v.columnCount), fused.suitsRows {
      return try fused.apply(v, into: &y, context: context)
    }
    try product.apply(self, to: v, into: &y, transposed: false, context: context)
  }

  /// y ← Aᵀ v, with A this operator; y is overwritten.
  public func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    try checkSizes(v, y, transposed: true)
    if let fused = FusedProduct(bound, outputCount: v.columnCount), fused.suitsColumns {
      return try fused.applyTransposed(v, into: &y, context: context)
    }
    try product.apply(self, to: v, into: &y, transposed: true, context: context)
  }

  /// Writes the entries of the tile, overwriting whatever it holds.
  public func fill(_ tile: Tile<Element>) { bound.fill(tile) }

  /// How many entries are work enough for a thread at a time.
  public var entriesAtOnce: Int { bound.entriesAtOnce }

  /// The bytes that a thread needs beside its tile while it fills one.
  public var scratchBytes: Int { bound.scratchBytes }
}
