import MercerCore
import MercerKernels

/// What is fitted to a table: kernels that were given or found.
struct KernelChoice: Sendable {
  /// The kernels of the blend with their ridges and weights, the best first.
  let members: [BlendSearch.Member]
  /// What was tried.
  let leaderboard: [KernelSearch.Candidate]
  /// Rows that the kernels were learned from: what is left out of these says too little.
  var seen: Set<Int> = []
  /// Rows that were validated on, and codes less predictions of the blend there; none when there was
  /// no search.
  var validation: (rows: [Int], residuals: Matrix<Double>)?
  /// Whether the time was over before all was tried.
  var stoppedEarly = false
}

extension TableLearner {
  /// The kernel and the ridge that were given, or what a search finds in their place.
  func chooseKernels(
    for prepared: PreparedTable, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> KernelChoice {
    guard let kernel else {
      return try searchBlend(prepared, deadline: deadline, context)
    }
    if let ridge {
      return KernelChoice(
        members: [.init(kernel: kernel, ridge: ridge, weight: 1)], leaderboard: [])
    }
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
      for: kernel, on: data, score: problem.score(rows:residuals:), context: context)
    return KernelChoice(
      members: [.init(kernel: result.kernel, ridge: result.ridge, weight: 1)],
      leaderboard: result.leaderboard)
  }

  private func searchBlend(
    _ prepared: PreparedTable, deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> KernelChoice {
    let (inputs, problem) = (prepared.inputs, prepared.problem)
    let views = SearchData.views(of: prepared.encoder)
    let sizes = SearchPlan.Sizes(
      rows: inputs.count, features: views.map(\.features.count).max() ?? 0,
      targets: problem.codes.columnCount, views: views.count,
      courses: BlendSearch.courses(
        on: Array(views.indices.prefix(SearchPlan.viewCount)), of: views
      ).count,
      memberSeconds: prepared.plan.expectedSeconds(
        rowCount: inputs.count, targetCount: problem.codes.columnCount,
        featureCount: inputs.dimension),
      rowLimit: BlendSearch.rowLimit(context: context), folds: foldCount,
      mayRepeat: timeColumn == nil)
    var search = BlendSearch(plan: SearchPlan(sizes, budget: budget(for: prepared)))
    search.seed = seed
    search.ridge = ridge
    if prepared.plan.method != .exact { search.leastRidge = 1e-3 }
    let data = SearchData(
      inputs: inputs, views: views, codes: problem.codes, weights: problem.weights,
      resampling: prepared.resampling, score: problem.score(rows:residuals:),
      targetMeans: prepared.targetMeans, seed: seed)
    let found = try search.run(data, deadline: deadline, context: context)
    return KernelChoice(
      members: found.members, leaderboard: found.leaderboard, seen: Set(found.rows),
      validation: found.validation, stoppedEarly: found.stoppedEarly)
  }

  /// The seconds for the search and the fit.
  func budget(for prepared: PreparedTable) -> Double {
    budget ?? SearchPlan.defaultBudget(rowCount: prepared.inputs.count)
  }
}
