public import MercerCore
public import MercerKernels
import MercerSolvers
import RealModule

/// Kernel ridge regressions on the leaves of a `LocalTree`, blended where leaves meet: n rows for the
/// price of n / m exact fits of m rows each.
///
/// A leaf is fitted to every row at which it counts, those of its neighbours within the overlap too;
/// so a prediction is a mean of functions that have all seen what is around, it is as smooth across a
/// border as the kernel elsewhere, and the leave-one-out residuals of the leaves, in the same mean, are
/// those of the blend (for the tree as it is). Away from borders one leaf is evaluated.
///
/// With all rows in one leaf it is `KernelRidge`, to the last bit.
/// - Complexity: n m² / 3 operations for leaves of m rows, twice that with leave-one-out residuals; one
///   factor at a time, 4 m² bytes (8 m² below `ExactRidge.mixedFrom` rows). A prediction costs m d.
/// - Accuracy: each leaf is exact. Against one regression on all rows, what is lost is what far rows say
///   of a point, and what is won is a metric and a mean of each leaf's own.
/// - Source: Beaglehole, Holzmüller, Radhakrishnan and Belkin, xRFM (2025), for the tree; the overlap and
///   the weights are a partition of unity, as in Wendland, Scattered Data Approximation (2005), ch. 15.
public struct LocalKernelRidge: Estimator {
  /// k: that of every leaf, or what leaves begin from when they learn metrics.
  public var kernel: any PointKernel<Double>
  /// λ of every leaf, above 0.
  public var ridge: Double
  /// The most rows that a leaf is fitted to.
  public var leafRows: Int
  /// The share of a split's rows that lie where both its sides count, 0 to ½.
  public var overlap: Double
  /// How often each leaf learns a metric of its own; 0 for the kernel as it is.
  public var metricRounds: Int
  /// Coordinates that belong together (the levels of one category), which get one scale.
  public var blocks: [[Int]]
  /// Scales of the coordinates by which rows are split along the one in which they are farthest apart, so
  /// that leaves are compact to a kernel with these scales; nil to split where a pilot changes most.
  public var splitScales: [Double]?
  /// Whether the weighted mean of a leaf's targets is subtracted before its fit and added to its
  /// predictions.
  public var centresTargets: Bool
  /// Whether leave-one-out residuals are computed.
  public var wantsLeaveOneOut: Bool
  /// The most rows of a pilot, which says where to split, or which metric a leaf has.
  public var pilotRows: Int
  /// The seed of the rows of the pilots.
  public var seed: UInt64

  /// An estimator.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - ridge: λ, above 0.
  ///   - leafRows: at least 2; a fit of 8,000 takes a few seconds and a quarter of a gigabyte.
  ///   - overlap: the share of a split's rows where both its sides count, 0 to ½.
  ///   - metricRounds: above 0 only for kernels that have a metric (`MetricKernel`), on all coordinates
  ///     or on chosen ones (`ColumnsKernel`).
  ///   - blocks: coordinates that get one scale.
  ///   - centresTargets: whether the mean of a leaf's targets is kept apart.
  ///   - wantsLeaveOneOut: whether leave-one-out residuals are computed.
  ///   - pilotRows: at least 2.
  ///   - seed: of the rows of the pilots.
  /// - Throws: `.invalidParameter` for numbers out of range, or rounds for a kernel without a metric.
  public init(
    kernel: any PointKernel<Double>, ridge: Double, leafRows: Int = 8000, overlap: Double = 0.1,
    metricRounds: Int = 0, blocks: [[Int]] = [], centresTargets: Bool = true,
    wantsLeaveOneOut: Bool = true, pilotRows: Int = 1500, seed: UInt64 = 0
  ) throws(MercerError) {
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(.invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
    }
    guard leafRows >= 2, pilotRows >= 2 else {
      throw MercerError(
        .invalidParameter,
        "leaves and pilots must have at least 2 rows, not \(leafRows) and \(pilotRows)")
    }
    guard overlap >= 0, overlap <= 0.5 else {
      throw MercerError(
        .invalidParameter, "the overlap of leaves must be from 0 to 0.5, not \(overlap)")
    }
    guard metricRounds == 0 || (metricRounds > 0 && LocalMetric.Subject(kernel) != nil) else {
      throw MercerError(
        .invalidParameter,
        "leaves cannot learn \(metricRounds) metrics for the kernel \(kernel)",
        remedy: "ask for 0 rounds, or take a kernel that has a metric")
    }
    self.kernel = kernel
    self.ridge = ridge
    self.leafRows = leafRows
    self.overlap = overlap
    self.metricRounds = metricRounds
    self.blocks = blocks
    self.centresTargets = centresTargets
    self.wantsLeaveOneOut = wantsLeaveOneOut
    self.pilotRows = pilotRows
    self.seed = seed
  }

  /// The bytes that a fit takes beside its data: the rows that leaves keep, those in overlaps more than
  /// once, and the work on one leaf.
  ///
  /// - Parameters:
  ///   - n: the number of rows.
  ///   - d: their dimension.
  ///   - k: the number of targets.
  public func byteCount(rowCount n: Int, dimension d: Int, targetCount k: Int) -> Int {
    let depth = max(0, Double.log(Double(n) / Double(leafRows)) / Double.log(2 / (1 + overlap)))
    // Up: a path is as long as its splits are uneven.
    let copies = Double(n) * Double.pow(1 + overlap, depth.rounded(.up) + 1)
    let kept = Int(min(copies, 1e15)) * 8 * (d + 2 * k + 3)
    return kept + workByteCount(rowCount: min(n, leafRows), dimension: d, targetCount: k)
  }

  /// The bytes of the work on one leaf, or on a pilot.
  private func workByteCount(rowCount m: Int, dimension d: Int, targetCount k: Int) -> Int {
    let small = min(m, ExactRidge.mixedFrom - 1)
    let factor = max(ExactRidge().byteCount(rowCount: m), ExactRidge().byteCount(rowCount: small))
    let pilot = min(m, pilotRows)
    let pilotFactors = 16 * pilot * pilot + 24 * pilot * d * k + 24 * d * d
    return max(factor + 64 * m * k + 16 * m * d, pilotFactors)
  }

  /// Grows a tree and fits its leaves, one after another. Finished leaves are kept in the keeper of the
  /// context, and taken from there; the tree grows again, and is the same.
  ///
  /// - Throws: `.memoryLimit`, `.notPositiveDefinite`, `.shapeMismatch` for a kernel of another
  ///   dimension, `.cancelled`.
  public func fit(
    _ data: LabelledData<Points<Double>>, context: ExecutionContext = .default
  ) throws(MercerError) -> LocalKernelRidgeModel {
    let (n, d, k) = (data.count, data.inputs.dimension, data.targets.columnCount)
    try context.checkMemory(
      byteCount(rowCount: n, dimension: d, targetCount: k), for: "a fit of \(n) rows in leaves")
    var quiet = context.keepingNothing
    quiet.progress = nil
    if let splitScales, splitScales.count != d {
      throw MercerError(
        .invalidParameter,
        "there are \(splitScales.count) scales of splits for \(d) coordinates")
    }
    let tree = try LocalTreeGrowth(
      guide: splitScales.map { .scales($0) } ?? .pilot(kernel, ridge: ridge), leafRows: leafRows,
      overlap: overlap, pilotRows: pilotRows, seed: seed
    ).tree(for: data, context: quiet)
    let members = try tree.members(of: data.inputs)
    var leaves: [KernelRidgeModel] = []
    var residuals = wantsLeaveOneOut ? Matrix<Double>(rowCount: n, columnCount: k) : nil
    for (leaf, member) in members.enumerated() {
      try context.checkCancellation()
      // A leaf may be larger than asked for where nothing tells rows apart.
      try context.checkMemory(
        workByteCount(rowCount: member.rows.count, dimension: d, targetCount: k),
        for: "the fit of a leaf of \(member.rows.count) rows")
      let local = members.count == 1 ? data : try data.subset(at: member.rows)
      let regression = try KernelRidge(
        kernel: metricRounds == 0 ? kernel : try localKernel(local, leaf: leaf, quiet),
        ridge: ridge, centresTargets: centresTargets, wantsLeaveOneOut: wantsLeaveOneOut,
        solver: .exact())
      quiet.keeper = context.keeper
      let model = try regression.fitOrRestore(local, context: quiet.within("leaf \(leaf)"))
      quiet.keeper = nil
      if let own = model.leaveOneOutResiduals { residuals?.add(own, at: member) }
      leaves.append(model)
      context.progress?(
        WorkProgress(
          stage: "fit", fraction: Double(leaf + 1) / Double(members.count), total: members.count,
          detail: "leaf \(leaf + 1) of \(members.count), \(member.rows.count) rows"))
    }
    return try LocalKernelRidgeModel(tree: tree, leaves: leaves, leaveOneOutResiduals: residuals)
  }

  private func localKernel(
    _ data: LabelledData<Points<Double>>, leaf: Int, _ context: ExecutionContext
  ) throws(MercerError) -> any PointKernel<Double> {
    var stream = RandomStream(seed: seed, purpose: "local metric", index: UInt64(leaf))
    let sample =
      data.count <= pilotRows
      ? data : try data.subset(at: stream.sample(pilotRows, of: data.count))
    return try LocalMetric(rounds: metricRounds, ridge: ridge, blocks: blocks)
      .kernel(from: kernel, for: sample, context: context)
  }
}
