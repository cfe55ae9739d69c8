import MercerCore

/// y ← K v (or Kᵀ v) for a matrix that is seen tile by tile: the one product loop of this room.
///
/// The output is cut into bands; each band sums over the tiles along the other side, in order. A
/// tile's product is formed in the element type by BLAS and added to sums in Double, rounded once
/// at the end, so that the rounding error does not grow with the length of the sum:
///
/// ```
/// |ŷᵢ − yᵢ| ≤ (w + 2) u Σⱼ |kᵢⱼ| |vⱼ|,   w = tile width, u = unit roundoff of the element
/// ```
///
/// beside what the entries themselves are off (bound: Higham, Accuracy and Stability of Numerical
/// Algorithms, 2nd ed. 2002, §3.1, for the dot products of length w).
///
/// When there are few bands (a prediction for one row), the long side is cut into stripes too, by a
/// rule that looks at the sizes only; so no result depends on the number of threads.
struct TiledProduct: Sendable {
  let rowCount: Int
  let columnCount: Int
  let tiling: Tiling
  /// Whether tiles are filled in scratch memory, or are views of stored entries.
  let fillsScratch: Bool

  /// Right-hand sides that are worked on at once; it bounds the memory of the sums.
  private static let widthLimit = 512
  /// From this many right-hand sides on they are packed for the engine's own products, which are
  /// faster than BLAS where a tile is not transposed (measured: level with 4, twice as fast with 32).
  private static let leastPackedWidth = 5
  /// With fewer bands than this, the long side is cut into stripes.
  private static let enoughTasks = 16

  struct Scratch<Element: Scalar> {
    var tile: Matrix<Element>
    var partial: Matrix<Element>
    var sums: [Double]
  }

  /// The memory of one thread in bytes, for this many right-hand sides.
  static func scratchBytes(_ tiling: Tiling, elementSize: Int, width: Int) -> Int {
    let band = max(tiling.rowCount, tiling.columnCount) * min(width, widthLimit)
    return tiling.rowCount * tiling.columnCount * elementSize + band * (elementSize + 8)
  }

  /// The product of an operator that fills its tiles.
  ///
  /// - Throws: `.shapeMismatch` unless v and y have the sizes of a product; `.memoryLimit` where there is
  ///   not enough for a thread to fill a tile; `.cancelled`.
  func apply<Gram: IndexableGramOperator>(
    _ gram: Gram, to v: Matrix<Gram.Element>, into y: inout Matrix<Gram.Element>,
    transposed: Bool, context: ExecutionContext
  ) throws(MercerError) {
    try gram.checkSizes(v, y, transposed: transposed)
    let context = try context.fitting(scratchBytes: gram.scratchBytes)
    try apply(v, into: &y, transposed: transposed, context: context) { tile in
      gram.fill(tile)
      return tile
    }
  }

  /// - Parameter show: is given scratch memory placed at some rows and columns, and returns the
  ///   tile that holds the entries there: the scratch, filled, or a view of stored ones.
  /// - Precondition: the sizes of v and y have been checked.
  func apply<Element: Scalar>(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, transposed: Bool,
    context: ExecutionContext, show: @Sendable (Tile<Element>) -> Tile<Element>
  ) throws(MercerError) {
    try context.checkCancellation()
    let (outputs, inputs) = transposed ? (columnCount, rowCount) : (rowCount, columnCount)
    let (outputSize, inputSize) =
      transposed
      ? (tiling.columnCount, tiling.rowCount) : (tiling.rowCount, tiling.columnCount)
    let bands = (0..<outputs).chunks(of: outputSize)
    let steps = (0..<inputs).chunks(of: inputSize)
    let widths = (0..<v.columnCount).chunks(of: Self.widthLimit)
    let tasks = bands.count * widths.count
    guard tasks > 0 else { return }

    let wanted = tasks >= Self.enoughTasks ? 1 : (Self.enoughTasks + tasks - 1) / tasks
    let stripeCount = max(1, min(wanted, steps.count))
    let stripes = (0..<stripeCount).map {
      steps[$0 * steps.count / stripeCount..<($0 + 1) * steps.count / stripeCount]
    }
    // Sums of the stripes, when there are several: one packed block of y each.
    var stripeSums = Matrix<Double>(
      rowCount: stripeCount > 1 ? stripeCount : 0, columnCount: y.count)
    let fillsScratch = fillsScratch
    let tiling = tiling
    let packed =
      transposed || v.columnCount < Self.leastPackedWidth
      ? [] : widths.map { PackedMatrix(v.columns(in: $0), depth: inputSize) }
    try stripeSums.withTile { (allSums) throws(MercerError) in
      try y.withTile { (output) throws(MercerError) in
        let makeScratch = { @Sendable in
          let rows = min(tiling.rowCount, max(rowCount, 1))
          let columns = min(tiling.columnCount, max(columnCount, 1))
          let band = min(outputSize, outputs) * min(v.columnCount, Self.widthLimit)
          return Scratch(
            tile: Matrix<Element>(
              rowCount: fillsScratch ? rows : 0, columnCount: columns),
            partial: Matrix(rowCount: 1, columnCount: band),
            sums: [Double](repeating: 0, count: band))
        }
        try context.forEach(tasks * stripeCount, scratch: makeScratch) {
          (index, scratch: inout Scratch<Element>) throws(MercerError) in
          let stripe = index / tasks
          let band = bands[index % tasks / widths.count]
          let part = index % tasks % widths.count
          let width = widths[part]
          for i in 0..<band.count * width.count { scratch.sums[i] = 0 }
          for step in stripes[stripe] {
            try context.checkCancellation()
            let (rows, columns) = transposed ? (step, band) : (band, step)
            let tile = scratch.tile.withTile { memory in
              // Packed, so that a kernel may map all entries in one call.
              show(
                Tile(rows: rows, columns: columns, stride: columns.count, base: memory.base))
            }
            if packed.isEmpty {
              Self.multiply(
                tile, transposed: transposed, by: v, rows: step, columns: width,
                partial: &scratch.partial)
            } else {
              scratch.partial.withTile { packed[part].multiply(tile, into: $0.base) }
            }
            scratch.partial.withUnsafeBufferPointer { partial in
              guard let base = partial.baseAddress else { return }
              scratch.sums.withUnsafeMutableBufferPointer { sums in
                guard let total = sums.baseAddress else { return }
                ElementLoops.accumulate(band.count * width.count, base, into: total)
              }
            }
          }
          scratch.sums.withUnsafeBufferPointer { sums in
            guard let total = sums.baseAddress else { return }
            if stripeCount == 1 {
              ElementLoops.round(total, into: output.part(rows: band, columns: width))
            } else {
              let block = Tile(
                rows: 0..<outputs, columns: output.columns, stride: output.stride,
                base: allSums.base + stripe * allSums.stride)
              ElementLoops.round(total, into: block.part(rows: band, columns: width))
            }
          }
        }
        if stripeCount > 1 {
          for stripe in 1..<stripeCount {
            Double.loops.add(
              allSums.columnCount, allSums.base, allSums.base + stripe * allSums.stride)
          }
          ElementLoops.round(allSums.base, into: output)
        }
      }
    }
  }

  /// partial ← op(tile) v[rows, columns], packed.
  static func multiply<Element: Scalar>(
    _ tile: Tile<Element>, transposed: Bool, by v: Matrix<Element>, rows: Range<Int>,
    columns: Range<Int>, partial: inout Matrix<Element>
  ) {
    let outputs = transposed ? tile.columnCount : tile.rowCount
    let leading = v.columnCount
    v.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let source = base + rows.lowerBound * leading + columns.lowerBound
      partial.withUnsafeMutableBufferPointer { target in
        guard let target = target.baseAddress else { return }
        if leading == 1 {
          Element.gemv(
            transposed: transposed, m: tile.rowCount, n: tile.columnCount, alpha: 1, a: tile.base,
            lda: tile.stride, x: source, beta: 0, y: target)
        } else {
          Element.gemm(
            transposeA: transposed, transposeB: false, m: outputs, n: columns.count,
            k: rows.count, alpha: 1, a: tile.base, lda: tile.stride, b: source, ldb: leading,
            beta: 0, c: target, ldc: columns.count)
        }
      }
    }
  }
}
