import MercerCore
import MercerData
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
  /// The rounds of courses that led to the members; none when there was no search.
  var leaders: [BlendSearch.Candidate] = []
  /// Whether the time was over before all was tried.
  var stoppedEarly = false
}

extension AbsentCells {
  /// The cells that a mask leaves out.
  init(_ mask: InputMask) {
    let value: Double? = if case .value(let value) = mask { value } else { nil }
    self.init(value: value, code: InputMask.missingCode)
  }
}

extension TableLearner {
  /// The kernel and the ridge that were given, or what a search finds in their place.
  func chooseKernels(
    for prepared: PreparedTable, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> KernelChoice {
    guard let kernel = try kernelOfCoordinates else {
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

  /// The kernel that was given as it takes coordinates: cells that its mask leaves out have become
  /// missing ones there, whatever they held.
  var kernelOfCoordinates: (any PointKernel<Double>)? {
    get throws(MercerError) {
      // What is remembered is so already.
      guard let kernel, !(kernel is RememberedKernel), kernel.expression.inputMask != nil else {
        return kernel
      }
      return try kernel.expression.withMask(.missing).makeKernel(of: Double.self)
    }
  }

  private func searchBlend(
    _ prepared: PreparedTable, deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> KernelChoice {
    let data = searchData(prepared)
    let found = try blendSearch(prepared, data, context)
      .run(data, deadline: deadline, context: context)
    return KernelChoice(
      members: found.members, leaderboard: found.leaderboard, seen: Set(found.rows),
      validation: found.validation, leaders: found.leaders, stoppedEarly: found.stoppedEarly)
  }

  /// By which part of the squared error, and by how many of its standard errors, a transform of the target
  /// must be better than what comes before it. One large number alone that is missed by less, as chance has
  /// it, never is a whole standard error.
  private static let (leastTransformGain, leastTransformErrors) = (0.03, 1.0)

  /// The table as it is best learned: with its target as it stands, or transformed where a first look
  /// says that this is clearly better on the target's own scale.
  func choosingTransform(
    of prepared: PreparedTable, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> PreparedTable {
    guard prepared.transforms.count > 1 else { return prepared }
    let data = searchData(prepared)
    let view = try blendSearch(prepared, data, context)
      .bestView(data, deadline: deadline, context: context.within("view"))
    var (best, errorsOfBest) = (prepared, [Double]())
    for (place, transform) in prepared.transforms.enumerated() {
      let candidate =
        transform == .identity ? prepared : try prepared.transformed(by: transform, seed: seed)
      let data = searchData(candidate)
      let look = try blendSearch(candidate, data, context)
        .firstLook(
          data, view: view, deadline: deadline, context: context.within("transform \(place)"))
      guard let look else { continue }
      // All look at the same rows in the same order.
      let errors = candidate.problem.squaredErrors(rows: look.rows, residuals: look.residuals)
      guard !errorsOfBest.isEmpty else {
        (best, errorsOfBest) = (candidate, errors)
        continue
      }
      let gain = PairedGain(from: errorsOfBest, to: errors)
      if gain.share > Self.leastTransformGain,
        gain.exceeds(errors: Self.leastTransformErrors)
      {
        (best, errorsOfBest) = (candidate, errors)
      }
    }
    return best
  }

  func searchData(_ prepared: PreparedTable) -> SearchData {
    SearchData(
      inputs: prepared.inputs, views: SearchData.views(of: prepared.encoder),
      codes: prepared.problem.codes, weights: prepared.problem.weights,
      resampling: prepared.resampling, score: prepared.problem.score(rows:residuals:),
      scoreText: prepared.problem.scoreText, targetMeans: prepared.targetMeans, seed: seed)
  }

  func blendSearch(
    _ prepared: PreparedTable, _ data: SearchData, _ context: ExecutionContext
  ) -> BlendSearch {
    let sizes = SearchPlan.Sizes(
      rows: data.inputs.count, features: data.views.largestWidth,
      targets: data.codes.columnCount, views: data.views.count,
      courses: Course.list(
        on: Array(data.views.indices.prefix(SearchPlan.viewCount)), of: data.views
      ).count,
      transforms: prepared.transforms.count, memberSeconds: memberSeconds(prepared),
      // Which of two kernels is better for all rows is seen when both are fitted.
      leastMembers: prepared.plan.method == .centres ? 2 : 1,
      rowLimit: BlendSearch.rowLimit(context: context), folds: foldCount,
      mayRepeat: timeColumn == nil)
    var search = BlendSearch(plan: SearchPlan(sizes, budget: budget))
    search.seed = seed
    search.ridge = ridge
    search.onlyKind = onlyCourses
    search.leastRidge = prepared.plan.leastRidge
    return search
  }

  /// The seconds after which nothing new is begun.
  func latestSeconds(for prepared: PreparedTable, _ context: ExecutionContext) -> Double {
    let planned =
      kernel == nil
      ? blendSearch(prepared, searchData(prepared), context).plan.budget : budget(for: prepared)
    return Deadline.latestSeconds(asked: budget, planned: planned)
  }

  /// The seconds for the search and the fit.
  func budget(for prepared: PreparedTable) -> Double {
    budget ?? SearchPlan.defaultBudget(rowCount: prepared.inputs.count)
  }
}
