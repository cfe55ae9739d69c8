import MercerCore
import Synchronization

/// Something that is accumulated along rows: over some columns after others, and joined from parts.
protocol RowReduction<Element>: Sendable {
  associatedtype Element: Scalar
  /// What is known of some rows.
  associatedtype Partial: Sendable

  /// What is known of rows without columns.
  func start(rows: Int) -> Partial
  /// Adds some columns: whole panels of the values, which are columns `columns` of the matrix.
  func add(
    _ values: RowValues<Element>, rows: Range<Int>, panels: Range<Int>, columns: Range<Int>,
    to partial: inout Partial)
  /// Called once all columns have been added, and before parts are joined.
  func finish(_ partial: inout Partial)
  /// Adds what is known from later columns; both parts are finished.
  func merge(_ later: Partial, into partial: inout Partial)
}

extension RowReduction {
  func finish(_ partial: inout Partial) {}
}

/// A pass over all values of an operator, row by row, that stores none of them.
///
/// The work is cut into bands of rows, and where those are few into stripes of columns, too; both
/// follow from the sizes alone and are joined in order, so that the result does not depend on the
/// number of threads.
struct RowSweep<Element: Scalar>: Sendable {
  let source: RowSource<Element>
  let rowCount: Int
  let columnCount: Int
  /// What a thread needs to fill a tile, beside the tile.
  let scratchBytes: Int

  /// As for fused products: whole blocks and panels of every instruction set.
  private static var bandRows: (many: Int, few: Int) { (144, 48) }
  private static var stepColumns: Int { 480 }
  /// With fewer bands than this, columns are cut into stripes.
  private static var manyBands: Int { 64 }

  /// The columns that are worked on in one go.
  private var steps: [Range<Int>] {
    if case .pairs(let pairs) = source {
      return (0..<columnCount).chunks(of: pairs.stepPanels * pairs.panelSize)
    }
    return (0..<columnCount).chunks(of: Self.stepColumns)
  }

  /// What the reduction makes of each band of rows, in order.
  ///
  /// - Throws: `.memoryLimit` when values cannot be made within it, `.cancelled`.
  func reduce<R: RowReduction>(
    _ reduction: R, context: ExecutionContext
  ) throws(MercerError) -> [R.Partial] where R.Element == Element {
    try context.checkCancellation()
    let context = try context.fitting(scratchBytes: scratchBytes)
    let (many, few) = Self.bandRows
    let height = rowCount >= Self.manyBands * many ? many : few
    let (bands, steps) = ((0..<rowCount).chunks(of: height), steps)
    guard !bands.isEmpty else { return [] }
    let wanted = (Self.manyBands + bands.count - 1) / bands.count
    let stripeCount = max(1, min(wanted, steps.count))
    let stripes = (0..<stripeCount).map {
      steps[$0 * steps.count / stripeCount..<($0 + 1) * steps.count / stripeCount]
    }
    let partials = Mutex([R.Partial?](repeating: nil, count: bands.count * stripeCount))
    let scratchRows = source.fillsScratch ? min(height, rowCount) : 0
    let panel = Element.loops.panel
    try context.forEach(
      bands.count * stripeCount,
      scratch: { Matrix<Element>(rowCount: scratchRows, columnCount: Self.stepColumns) },
      { (index, scratch: inout Matrix<Element>) throws(MercerError) in
        let band = bands[index / stripeCount]
        var partial = reduction.start(rows: band.count)
        for columns in stripes[index % stripeCount] {
          try context.checkCancellation()
          scratch.withTile { memory in
            let place = Tile(
              rows: band, columns: columns, stride: columns.count, base: memory.base)
            let values = source.values(at: place)
            // Pairs count their panels from the first column, tiles from their own.
            let first = if case .pairs = source { columns.lowerBound / panel } else { 0 }
            let panels = first..<first + (columns.count + panel - 1) / panel
            reduction.add(values, rows: band, panels: panels, columns: columns, to: &partial)
          }
        }
        reduction.finish(&partial)
        partials.withLock { [partial] in $0[index] = partial }
      })
    let all = partials.withLock { $0.compactMap(\.self) }
    return bands.indices.map { band in
      var joined = all[band * stripeCount]
      for stripe in 1..<max(stripeCount, 1) {
        reduction.merge(all[band * stripeCount + stripe], into: &joined)
      }
      return joined
    }
  }
}

extension IndexableGramOperator {
  /// A pass over the rows of this operator, or over what some change makes of its values.
  func sweep(
    _ change: (RowSource<Element>) -> RowSource<Element> = { $0 }
  ) -> RowSweep<Element> {
    RowSweep(
      source: change(RowSource(self)), rowCount: rowCount, columnCount: columnCount,
      scratchBytes: scratchBytes)
  }
}
