public import MercerCore
public import MercerData
import MercerKernels

extension TableLearner {
  /// The share of the budget that one kernel on centres may take.
  static let memberShare = 0.3

  /// What the program takes beside the rows of a large table and its sample.
  private static let programBytes = 64 << 20

  /// About how long one kernel takes to fit to all rows.
  func memberSeconds(_ prepared: PreparedTable) -> Double {
    prepared.plan.expectedSeconds(
      rowCount: prepared.fittedRowCount, targetCount: prepared.problem.codes.columnCount,
      featureCount: prepared.plan.method == .centres
        ? Self.seenWidth(of: prepared.encoder) : prepared.inputs.dimension)
  }

  /// About how many coordinates a kernel will look at; which ones is not known before the search.
  static func seenWidth(of encoder: TableEncoder) -> Int {
    min(SearchData.views(of: encoder).largestWidth, 24)
  }

  /// The rows of a table that count, with their numbers there: all but those of weight 0. The table as it
  /// is where no row has that.
  ///
  /// - Complexity: O(rows); a copy of what is left where a row has weight 0.
  public func weighedRows(of table: Table) -> Table {
    guard let weightColumn,
      case .numbers(let weights)? = table.column(named: weightColumn)?.values, weights.contains(0)
    else { return table }
    let kept = weights.indices.filter { weights[$0] != 0 }
    var part = table.rows(at: kept)
    if part.rowNumbers == nil { part.rowNumbers = kept }
    return part
  }

  /// Looks through a table that is larger than memory, by its sample; where a fit of all of its rows
  /// fits into the memory, that is what will be made.
  ///
  /// - Throws: as `prepare(_:context:)`.
  public func prepare(
    _ large: LargeTable, context: ExecutionContext = .default
  ) throws(MercerError) -> PreparedTable {
    // A quarter is for the sample.
    var beside = context
    beside.memoryLimit = max(
      context.memoryLimit / 2, 3 * context.memoryLimit / 4 - Self.programBytes)
    var prepared = try prepare(large.sample, context: beside)
    let n = large.store.rowCount
    guard n > large.sample.rowCount else { return prepared }
    // Kernels that are blended may look at different coordinates.
    let width = prepared.inputs.dimension
    let k = prepared.problem.codes.columnCount
    // The coordinates of all rows, and copies that the operators make of them; the sample's.
    let data = LargeTable.bytes(
      rows: n, width: width, targets: k, threadCount: context.threadCount)
    var rest = context
    rest.memoryLimit =
      context.memoryLimit - data.rows - 24 * prepared.inputs.coordinates.count - Self.programBytes
    guard rest.memoryLimit > context.memoryLimit / 8 else { return prepared }
    let plan = try RidgePlan.plan(
      rowCount: n, targetCount: k, featureCount: Self.seenWidth(of: prepared.encoder),
      seconds: Self.memberShare * (budget ?? SearchPlan.defaultBudget(rowCount: n)),
      solver: solver, rowBytes: 0, centreBytes: data.centre,
      needsCentres: true, context: rest)
    guard plan.method == .centres, plan.centreCount <= prepared.inputs.count else {
      return prepared
    }
    prepared.plan = plan.adding(bytes: data.rows)
    prepared.large = large
    return prepared
  }

  /// All rows of a table of which the prepared rows are a sample; nil where they are all.
  func rowSource(of prepared: PreparedTable, _ context: ExecutionContext) -> TableFit.RowSource? {
    guard let large = prepared.large else { return nil }
    return TableFit.RowSource(count: large.store.rowCount) {
      (features, excluded) throws(MercerError) in
      let blocks = large.blocks(
        of: prepared, features: features, excluding: excluded, learner: self)
      let count = large.store.rowCount - excluded.count
      return RidgeCentres.Rows(
        try blocks.gathered(rowCount: count, context: context), features: features)
    }
  }
}

extension KernelChoice {
  /// The coordinates that a kernel among those chosen looks at, ascending.
  func seenFeatures(ofDimension d: Int) -> [Int] {
    var seen: Set<Int> = []
    for member in members { seen.formUnion(member.kernel.expression.columns(ofDimension: d)) }
    return seen.sorted()
  }
}
