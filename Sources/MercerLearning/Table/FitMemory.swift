import MercerCore
import MercerSolvers

/// What a fit of a table holds at once beside what the table and its encoding take, in bytes, from what
/// each of its stages allocates: matrices by their shapes, the rest by what was measured.
struct FitMemory {
  /// Rows, and coordinates of all views together.
  let rowCount: Int
  let coordinateCount: Int
  /// Columns of codes.
  let targetCount: Int
  /// Columns of the table.
  let columnCount: Int
  let threadCount: Int
  let memoryLimit: Int
  let isRegression: Bool
  let ridge: RidgePlan
  /// Whether the rows are some of a table on the disk.
  let isSample: Bool
  /// Nil where the kernel is given.
  let search: SearchPlan?
  /// The coordinates of the widest view.
  let viewWidth: Int
  /// What threads need to compute entries of a given kernel, beside the entries.
  let filling: Int
  /// What looking for a correction takes; 0 where none is looked for.
  let correcting: Int

  /// What the program itself takes when all of its parts have been used: code, tables, text, the blocks
  /// that are kept for the next use, and for each thread the buffers of the linear algebra library and of
  /// the allocator; measured.
  private static let program = (all: 24 << 20, thread: 9 << 19)
  /// What a report holds beside, measured: in all, for each of the first columns of the table, for each
  /// further one, and beside for a column where there are several columns of codes.
  private static let report = (
    all: 4 << 20, firstColumns: 100, firstColumn: 250_000, column: 80_000, columnOfCodes: 30_000
  )
  /// What small blocks add to the matrices that are counted, as one in so many.
  private static let margin = 10
  /// Rows that the width of intervals is learned from, at most.
  private static let spreadRows = 2000

  /// Up to so many coordinates Float often cannot hold a factor.
  private static let fewCoordinates = 4
  /// Calibrations and scores where there are several columns of codes; measured.
  private static let codes = 16 << 20

  /// The most at any time.
  var peak: Int {
    // The coordinates rounded, and those that the model keeps; where rows are held out, as they were
    // encoded, rounded, and without those rows. Those of a sample are counted with what it took to make.
    let copies = ridge.method == .exact ? (search == nil ? 2 : 1) : isSample ? 2 : 3
    let data = 8 * rowCount * coordinateCount * copies
    let stage = max(searching, fitting, correcting, spreading, reporting) + filling
    let codes = targetCount > 1 ? Self.codes : 0
    return codes + Self.program.all + threadCount * Self.program.thread + data
      + stage + stage / Self.margin
  }

  /// The largest stage but the forecast, which keeps to it.
  var searching: Int {
    guard let search else { return 0 }
    let stages = [search.screening, search.refinement]
    let courses = stages.map { stage in
      let held = stage.folds == 1 ? 2 * stage.rows / 5 : stage.rows / stage.folds
      let tasks =
        stage.folds * stage.repeats * (stage == search.refinement ? 3 : search.courseCount)
      let kept = trialBytes(of: stage, in: search)
      return kept
        + min(threadCount, tasks, max(1, memoryLimit / BlendSearch.courseBytes(rows: stage.rows)))
        * Self.courseBytes(
          training: stage.rows - held, validation: held, width: viewWidth, targets: targetCount)
    }
    let r = search.refinement.rows
    let descents =
      search.descentCount > 0 ? threadCount * 40 * search.descentRows * search.descentRows : 0
    return max(courses.max() ?? 0, descents, 8 * r * r)
  }

  /// What one course holds: K, the copy that is factorised, in Double where Float cannot hold the factor,
  /// K between training and validation rows; then gradients.
  static func courseBytes(training m: Int, validation v: Int, width d: Int, targets k: Int) -> Int {
    let points = 12 * (m + v) * d
    // Many points of few coordinates are so near each other that K is singular to Float.
    let perPair = d <= fewCoordinates ? 12 : 8
    let gradients = min(m, 1500) * k * d * 20
    return points + max(perPair * m * m + 4 * m * v, 4 * m * m + gradients)
  }

  /// Predictions of all settings on rows left out.
  private func trialBytes(of stage: SearchPlan.Stage, in search: SearchPlan) -> Int {
    let rows = stage.folds == 1 ? 2 * stage.rows / 5 : stage.rows * stage.repeats
    let settings =
      stage == search.refinement
      ? search.finalistCount * BlendSearch.scoredSettings
      : search.courseCount * 2 * SearchPlan.factors.count * SearchPlan.ridges.count
    return 4 * settings * rows * targetCount
  }

  /// One member, and the strips of the inverse that each thread works on.
  private var fitting: Int {
    guard ridge.method == .exact else { return ridge.expectedBytes }
    let stride = rowCount < ExactRidge.mixedFrom ? 8 : 4
    return ridge.expectedBytes + threadCount * 4 * 240 * rowCount * stride
  }

  /// K of the rows that the spread is learned from, a scaled copy and its factor, and strips of the
  /// inverse.
  private var spreading: Int {
    guard isRegression, rowCount >= SpreadChoice.leastRows else { return 0 }
    // Those that the search has not seen, where they are enough.
    let unseen = rowCount - (search?.refinement.rows ?? 0)
    let m = min(unseen >= TableFit.leastWitnesses ? unseen : rowCount, Self.spreadRows)
    return 24 * m * m + threadCount * 4 * 240 * m * 8
  }

  private var reporting: Int {
    let first = min(columnCount, Self.report.firstColumns)
    let further = columnCount - first
    return Self.report.all + first * Self.report.firstColumn + further * Self.report.column
      + (targetCount > 1 ? columnCount * Self.report.columnOfCodes : 0)
  }
}
