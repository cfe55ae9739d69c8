import MercerCore

/// Products with a kernel whose values stay in registers and the first-level cache.
///
/// The work is cut into bands of rows and steps of columns that follow from the sizes alone; sums run
/// in the element type within a step and in Double across steps, in order, so that the result does
/// not depend on the number of threads, nor its error on the number of columns.
struct FusedProduct<Element: Scalar>: Sendable {
  let pairs: PackedPairs<Element>

  /// Rows of a band where there are many, and where the last bands would leave a thread idle. Both
  /// are whole numbers of panels of every instruction set.
  private static var bandRows: (many: Int, few: Int) { (144, 48) }
  /// With fewer bands than this, tiles serve better: they cut the columns, too.
  private static var leastBands: Int { 16 }
  /// From this many bands on, one more or less does not matter.
  private static var manyBands: Int { 64 }
  /// The fused product for these right-hand sides, or nil where tiles serve better: a kernel without
  /// one, or many right-hand sides.
  init?(_ bound: any BoundKernel<Element>, outputCount: Int) {
    guard let pairs = (bound as? any PairwiseBoundKernel<Element>)?.pairs,
      (1...PackedVectors<Element>.limit).contains(outputCount)
    else { return nil }
    self.pairs = pairs
  }

  /// The bands of rows.
  var bands: [Range<Int>] {
    let (many, few) = Self.bandRows
    return (0..<pairs.rowCount).chunks(
      of: pairs.rowCount >= Self.manyBands * many ? many : few)
  }

  /// The steps of columns, in panels.
  var steps: [Range<Int>] { (0..<pairs.panelCount).chunks(of: stepPanels) }

  /// Panels of a step.
  var stepPanels: Int { pairs.stepPanels }

  /// Whether there is work for all threads in `apply`.
  var suitsRows: Bool {
    pairs.rowCount >= Self.leastBands * Self.bandRows.few && pairs.columnCount > 0
  }

  /// Whether there is work for all threads in `applyTransposed`.
  var suitsColumns: Bool { pairs.rowCount > 0 && steps.count >= Self.leastBands }

  /// y ← K v.
  func apply(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    let (vectors, bands, steps) = (PackedVectors(v), bands, steps)
    let (outputs, height) = (v.columnCount, bands.first?.count ?? 0)
    try y.withTile { (output) throws(MercerError) in
      try context.forEach(bands.count, scratch: { StepSums(capacity: height * outputs) }) {
        (index, sums: inout StepSums<Element>) throws(MercerError) in
        let band = bands[index]
        try sums.sum(band.count * outputs, over: steps, context: context) { step, part in
          pairs.multiply(rows: band, panels: step, by: vectors, into: part)
        } finish: { sums in
          ElementLoops.round(sums, into: output.part(rows: band, columns: 0..<outputs))
        }
      }
    }
  }

  /// y ← Kᵀ v: the same with rows and columns in each other's place.
  func applyTransposed(
    _ v: Matrix<Element>, into y: inout Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) {
    let (vectors, bands, steps) = (PackedVectors(v), bands, steps)
    let (outputs, width) = (v.columnCount, stepPanels * pairs.panelSize)
    try y.withTile { (output) throws(MercerError) in
      try context.forEach(steps.count, scratch: { StepSums(capacity: outputs * width) }) {
        (index, sums: inout StepSums<Element>) throws(MercerError) in
        let first = steps[index].lowerBound * pairs.panelSize
        let columns = first..<min(first + width, pairs.columnCount)
        try sums.sum(outputs * width, over: bands, context: context) { band, part in
          pairs.multiplyTransposed(
            rows: band, panels: steps[index], by: vectors, addingTo: part, stride: width)
        } finish: { sums in
          ElementLoops.roundTransposed(
            sums, stride: width, into: output.part(rows: columns, columns: 0..<outputs))
        }
      }
    }
  }
}

extension PackedPairs {
  /// Panels that are worked on while the rows of a band pass: about 480 columns, of which the packed
  /// points should stay in the second-level cache.
  var stepPanels: Int {
    max(1, min(480 / panelSize, (1 << 19) / max(panelByteCount, 1)))
  }
}
