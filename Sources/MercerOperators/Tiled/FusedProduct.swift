import MercerCore

/// y ← K v by a kernel that keeps its entries in registers.
///
/// Bands of rows are shared by the threads; each sums over steps of about `stepColumns` columns in
/// order, in the element type within a step and in Double across them, as `TiledProduct` does. The
/// bands and steps follow from the sizes alone, so the result does not depend on the threads.
struct FusedProduct<Element: Scalar>: Sendable {
  let kernel: any FusedBoundKernel<Element>

  private static var bandRows: Int { 128 }
  private static var stepColumns: Int { 512 }
  /// With fewer bands than this the threads would not all have work to the end.
  private static var leastBands: Int { 16 }

  /// The fused product for these right-hand sides, or nil where tiles serve better: a kernel
  /// without one, many right-hand sides, or few rows.
  init?(_ bound: any BoundKernel<Element>, outputCount: Int) {
    guard let kernel = bound as? any FusedBoundKernel<Element>, kernel.panelSize > 0,
      (1...FusedVectors<Element>.limit).contains(outputCount),
      kernel.rowCount >= Self.leastBands * Self.bandRows, kernel.columnCount > 0
    else { return nil }
    self.kernel = kernel
  }

  func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    let size = kernel.panelSize
    let vectors = FusedVectors(v, panelSize: size)
    let bands = (0..<kernel.rowCount).chunks(of: Self.bandRows)
    let panelCount = (kernel.columnCount + size - 1) / size
    let steps = (0..<panelCount).chunks(of: max(1, Self.stepColumns / size))
    let outputs = v.columnCount
    let kernel = kernel
    try y.withTile { (output) throws(MercerError) in
      let makeScratch = { @Sendable in
        (
          part: Matrix<Element>(rowCount: Self.bandRows, columnCount: outputs),
          sums: Matrix<Double>(rowCount: Self.bandRows, columnCount: outputs)
        )
      }
      try context.forEach(bands.count, scratch: makeScratch) {
        (index, scratch) throws(MercerError) in
        let band = bands[index]
        let count = band.count * outputs
        try scratch.sums.withTile { (sums) throws(MercerError) in
          sums.base.update(repeating: 0, count: count)
          try scratch.part.withTile { (part) throws(MercerError) in
            for step in steps {
              try context.checkCancellation()
              kernel.multiply(rows: band, panels: step, by: vectors, into: part.base)
              ElementLoops.accumulate(count, UnsafePointer(part.base), into: sums.base)
            }
          }
          ElementLoops.round(
            UnsafePointer(sums.base), into: output.part(rows: band, columns: 0..<outputs))
        }
      }
    }
  }
}
