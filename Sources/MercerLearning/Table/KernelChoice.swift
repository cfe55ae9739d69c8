import MercerCore
import MercerKernels

/// What is fitted to a table: kernels that were given or found.
struct KernelChoice: Sendable {
  /// The kernels of the blend with their ridges, the best first.
  let members: [(kernel: any PointKernel<Double>, ridge: Double)]
  /// What was tried.
  let leaderboard: [KernelSearch.Candidate]
  /// Rows that the kernels were learned from: what is left out of these says too little.
  var seen: Set<Int> = []
}

extension TableLearner {
  /// The kernel and the ridge that were given, or what a search finds in their place.
  func chooseKernels(
    for prepared: PreparedTable, context: ExecutionContext
  ) throws(MercerError) -> KernelChoice {
    if let kernel, let ridge { return KernelChoice(members: [(kernel, ridge)], leaderboard: []) }
    guard let kernel else { return try searchBlend(prepared, context) }
    var search = KernelSearch(seed: seed)
    // An iteration with products in Float does not get to the end of a system as ill-conditioned as
    // a smaller ridge would make it.
    if prepared.plan.method != .exact {
      search.ridges = KernelSearch.halfDecades(from: -6, to: 2)
    }
    let problem = prepared.problem
    let data = try LabelledData(
      inputs: prepared.inputs, targets: problem.codes, weights: problem.weights)
    let result = try search.chooseRidge(
      for: kernel, on: data, score: problem.score, context: context)
    return KernelChoice(
      members: [(result.kernel, result.ridge)], leaderboard: result.leaderboard)
  }

  private func searchBlend(
    _ prepared: PreparedTable, _ context: ExecutionContext
  ) throws(MercerError) -> KernelChoice {
    let (inputs, problem, plan) = (prepared.inputs, prepared.problem, prepared.plan)
    var search = BlendSearch()
    search.seed = seed
    search.memberLimit = Self.memberCount(rowCount: inputs.count, method: plan.method)
    search.rowLimit = min(search.rowLimit, BlendSearch.rowLimit(context: context))
    if plan.method != .exact { search.grid.ridges = search.grid.ridges.filter { $0 >= 1e-3 } }
    if let ridge { search.grid.ridges = [ridge] }
    let found = try search.run(
      inputs: inputs, views: BlendSearch.views(of: prepared.encoder), codes: problem.codes,
      weights: problem.weights, score: problem.score ?? meanSquare, context: context)
    return KernelChoice(
      members: found.members.map { ($0.kernel, $0.ridge) }, leaderboard: found.leaderboard,
      seen: Set(found.rows))
  }

  /// The mean square of all residuals.
  private var meanSquare: @Sendable ([Int], Matrix<Double>) -> Double {
    { _, residuals in residuals.elements.reduce(0) { $0 + $1 * $1 } / Double(residuals.count) }
  }

  /// How many kernels are blended: at most 8, and as many as half a minute allows at 2 · 10¹¹
  /// operations a second, so that sizes alone decide.
  static func memberCount(rowCount n: Int, method: RidgePlan.Method) -> Int {
    guard method == .exact else { return 1 }
    let seconds = 2 / 3 * Double(n) * Double(n) * Double(n) / 2e11
    return max(1, min(8, Int(30 / max(seconds, 1))))
  }
}
