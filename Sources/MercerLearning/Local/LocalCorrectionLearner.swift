package import MercerCore
import MercerData
import MercerKernels

/// Finds out whether near rows are missed alike, in which columns they must be near, and learns what they
/// have in common.
///
/// 1. Orders of the rows in which neighbours have residuals in common (`NeighbourOrderSearch`).
/// 2. From the best of them length scales of a product Laplace kernel: short in the columns of the order,
///    long in all others; then a descent of the leave-one-out error in a few leaves of a tree whose
///    cells these scales make, and twice more in the cells of the new scales.
/// 3. Exact regressions on all leaves.
///
/// - Complexity: n log n for the orders and trees, n m² / 3 for leaves of m rows, and the descent.
package struct LocalCorrectionLearner: Sendable {
  /// One column of the table.
  package struct Column: Sendable {
    /// Its coordinates.
    package let features: Range<Int>
    /// Whether they are ones and zeros of a category, which share one scale.
    package let isCategory: Bool

    package init(features: Range<Int>, isCategory: Bool) {
      self.features = features
      self.isCategory = isCategory
    }
  }

  let columns: [Column]
  let seed: UInt64

  /// The most rows of a leaf.
  package var leafRows = Self.defaultLeafRows
  /// The share of a split's rows that both sides are fitted to.
  private static let overlap = 0.05
  /// The least gain of an order that is followed.
  private static let leastGain = 0.003
  /// The same times the number of rows: the largest of some thousand squared correlations of noise is
  /// about 2 log(1000) / n.
  private static let leastEvidence = 20.0
  /// Leaves of a descent, their rows, and its steps.
  static let descentLeaves = 5
  static let descentRows = 1000
  static let descentSteps = 25
  private static let descents = 3
  /// What λ begins from.
  static let firstRidge = 1.0
  /// A column whose scale moves two random rows apart by less than this part of a length is left out.
  static let leastReach = 0.02

  /// The columns of a table by what their rules make of them; what was added says nothing new of which
  /// rows are near.
  init(_ encoder: TableEncoder, seed: UInt64) {
    self.init(
      columns: encoder.ruledFeatures.map {
        Column(features: $0.features, isCategory: $0.isCategory)
      },
      seed: seed)
  }

  package init(columns: [Column], seed: UInt64) {
    self.columns = columns.filter { !$0.features.isEmpty }
    self.seed = seed
  }

  /// The bytes that a fit takes beside its data: the coordinates that count, once for all rows and once
  /// in the leaves, some of them twice; orders; and the work on a leaf.
  static func byteCount(rowCount n: Int, dimension d: Int, targetCount k: Int) -> Int {
    18 * n * d + n * (8 * k + 48) + 16 * defaultLeafRows * defaultLeafRows
  }

  /// How many coordinates it looks at first.
  var featureCount: Int { columns.reduce(0) { $0 + $1.features.count } }

  private static let defaultLeafRows = 2000

  /// The correction for rows of which the targets are the residuals; nil where near rows have nothing in
  /// common.
  ///
  /// - Throws: `.memoryLimit`, `.cancelled`; what a fit of the leaves throws.
  package func fit(
    _ data: LabelledData<Points<Double>>, context: ExecutionContext = .default
  ) throws(MercerError) -> LocalCorrection? {
    var quiet = context.keepingNothing
    quiet.progress = nil
    let sample = try rows(of: data, limit: NeighbourOrderSearch.rowLimit)
    let search = NeighbourOrderSearch(
      keys: columns.map { keys(of: $0, in: sample.inputs) }, residuals: sample.targets, seed: seed)
    let orders = try search.orders(context: quiet)
      .filter { $0.gain > max(Self.leastGain, Self.leastEvidence / Double(sample.count)) }
    guard !orders.isEmpty else { return nil }
    context.progress?(
      WorkProgress(stage: "local", fraction: 0.2, detail: "near rows are missed alike"))
    guard var metric = try start(from: orders, search, sample, quiet) else { return nil }
    for round in 0..<Self.descents {
      let parts = try cells(of: sample, metric, Self.descentRows, quiet)
      guard !parts.isEmpty else { return nil }
      metric = reaching(try descended(metric, parts, quiet), in: sample.inputs)
      context.progress?(
        WorkProgress(
          stage: "local", fraction: 0.2 + 0.8 * Double(round + 1) / Double(Self.descents)))
    }
    guard metric.scales.contains(where: { $0 > 0 }) else { return nil }
    return try fit(metric, to: data, context: context)
  }

  private func fit(
    _ metric: Metric, to data: LabelledData<Points<Double>>, context: ExecutionContext
  ) throws(MercerError) -> LocalCorrection {
    let (kernel, features, _) = try kernel(metric)
    var estimator = try LocalKernelRidge(
      kernel: kernel, ridge: metric.ridge, leafRows: leafRows, overlap: Self.overlap,
      centresTargets: false, wantsLeaveOneOut: false, pilotRows: 1000, seed: seed)
    estimator.splitScales = features.map { metric.scales[$0] }
    return LocalCorrection(
      features: features, model: try estimator.fit(data.keeping(features), context: context))
  }
}
