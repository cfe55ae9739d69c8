import MercerCore
import MercerData
import MercerKernels
import MercerSolvers

/// The last step of a table's learning: the kernels that were found, fitted to all rows.
struct TableFit: Sendable {
  /// The residual up to which an iterative fit that stopped early is kept, and said to have done so.
  private static let acceptedResidual = 0.01
  /// The fewest rows unseen by the search by which alone a blend is judged.
  static let leastWitnesses = 500

  /// The regression on the codes of the problem.
  let regression: KernelRidgeBlend
  /// What near rows have in common beyond it; nil where that is nothing, or was not looked for.
  let correction: LocalCorrection?
  /// The rows that it is a sum over, ascending: those that it was fitted to, or the centres.
  let fittedRows: [Int]
  /// Rows that the regression can be judged by.
  let judgedRows: [Int]
  /// Codes less predictions of those rows, each by a fit that did not see the row.
  let residuals: Matrix<Double>
  /// How these residuals were come by: `leave-one-out`.
  let method: String
  /// Whether kernels were left out because the time was over.
  let stoppedEarly: Bool
  /// What was done: the plan, or the sum over few centres that turned out better.
  let plan: RidgePlan

  /// All rows of a table of which the inputs are a sample.
  struct RowSource {
    /// How many there are.
    let count: Int
    /// Gives those coordinates of them, less some rows.
    let rows: (_ features: [Int], _ excluding: Set<Int>) throws(MercerError) -> RidgeCentres.Rows
  }

  /// - Throws: what the solvers throw; `.didNotConverge`, `.cancelled`.
  init(
    _ choice: KernelChoice, to inputs: Points<Double>, _ problem: TableProblem, plan: RidgePlan,
    mayChange: Bool, rows source: RowSource?, mayRaiseRidges: Bool,
    corrections learner: LocalCorrectionLearner?,
    resampling: Resampling, seed: UInt64, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) {
    let all = Array(0..<inputs.count)
    let data = try LabelledData(
      inputs: inputs, targets: problem.codes, weights: problem.weights)
    // Where enough rows took no part in the search, they alone say how good the blend is. Where rows
    // are not exchangeable, leaving out one at a time says too little of others.
    let unseen = all.filter { !choice.seen.contains($0) }
    let hasWitnesses = unseen.count >= Self.leastWitnesses
    let leavesOneOut = if case .random = resampling { hasWitnesses } else { false }
    let searched = leavesOneOut ? nil : choice.validation
    let isHeld: Set<Int>
    if plan.method == .exact || searched != nil {
      isHeld = []
    } else {
      // Leaving each row out in turn would need a factorisation; some are kept aside instead.
      let pool = hasWitnesses ? unseen : all
      var stream = RandomStream(seed: seed, purpose: "hold-out rows")
      let count = max(1, min(max(inputs.count / 50, 200), 2000, inputs.count / 5))
      isHeld = Set(stream.sample(min(count, pool.count), of: pool.count).map { pool[$0] })
    }
    let rows = isHeld.isEmpty ? all : all.filter { !isHeld.contains($0) }
    let kept = isHeld.isEmpty ? data : try data.subset(at: rows)
    // As the whole table numbers them, where these rows are a sample of it.
    let heldNumbers = Set(isHeld.map { problem.truth.keptRows[$0] })
    let solver: KernelRidge.Solver
    var summed = rows
    switch plan.method {
    case .exact: solver = .exact()
    case .iterativeStored, .iterativeTiled:
      solver = .iterative(
        IterativeRidge(rank: plan.rank, onNonConvergence: .returnBest, seed: seed),
        stored: plan.method == .iterativeStored)
    case .centres:
      let chosen = RidgeCentres.rows(
        min(plan.centreCount, rows.count), of: rows.count, seed: seed)
      solver = .centres(
        RidgeCentres(
          kept.inputs.subset(at: chosen), method: plan.centreMethod,
          rows: try source.map { (source) throws(MercerError) in
            try source.rows(choice.seenFeatures(ofDimension: inputs.dimension), heldNumbers)
          }))
      summed = chosen.map { rows[$0] }
    case .sketchAndProject:
      solver = .sketchAndProject(ASkotch(ridge: 1, onNonConvergence: .returnBest, seed: seed))
    case .eigenPro:
      solver = .eigenPro(EigenPro(onNonConvergence: .returnBest, seed: seed))
    }
    let blend: KernelRidgeBlend
    (blend, stoppedEarly) = try Self.fitted(
      choice, kept, solver: solver, mayRaiseRidges: mayRaiseRidges, deadline: deadline,
      context: context)
    var found: (correction: LocalCorrection, residuals: Matrix<Double>)?
    var done = plan
    if let searched {
      regression = blend
      (judgedRows, residuals) = searched
      method = "\(searched.rows.count) rows the search held out"
    } else if isHeld.isEmpty {
      regression = blend
      guard let leftOut = regression.leaveOneOutResiduals else {
        throw MercerError(.internalFailure, "an exact fit gave no leave-one-out residuals")
      }
      judgedRows = hasWitnesses ? unseen : all
      residuals = leftOut.rows(at: judgedRows)
      method =
        judgedRows.count == all.count
        ? "leave-one-out" : "leave-one-out of \(judgedRows.count) rows the search has not seen"
    } else {
      let heldRows = isHeld.sorted()
      judgedRows = heldRows
      let held = try data.subset(at: heldRows)
      var best = try blend.reweighed(on: held, context: context)
      var missed = held.targets.subtracting(try best.predict(held.inputs, context: context))
      if let learner, plan.method == .centres {
        found = try Self.correction(
          of: best, learner, rowCount: source?.count ?? kept.count,
          areGathered: source != nil,
          judgedBy: try LabelledData(inputs: held.inputs, targets: missed),
          context: context.within("correction")
        ) { () throws(MercerError) in
          guard let source else { return kept }
          return try source.rows(Array(0..<inputs.dimension), heldNumbers).data.converted()
        }
      } else if let learner, mayChange, let few = plan.onFewCentres(rowCount: rows.count),
        let other = try Self.corrected(
          choice, kept, few, learner, judgedBy: held, better: missed,
          by: { problem.score(rows: heldRows, residuals: $0) },
          mayRaiseRidges: mayRaiseRidges, seed: seed, deadline: deadline,
          context: context.within("few centres"))
      {
        (best, found, done) = (other.regression, (other.correction, other.residuals), few)
        summed = other.centres.map { rows[$0] }
      }
      if let found { missed = found.residuals }
      (regression, residuals) = (best, missed)
      method = "hold-out of \(judgedRows.count) rows"
    }
    correction = found?.correction
    fittedRows = summed
    self.plan = done
  }

  static func fitted(
    _ choice: KernelChoice, _ data: LabelledData<Points<Double>>, solver: KernelRidge.Solver,
    mayRaiseRidges: Bool, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> (blend: KernelRidgeBlend, stoppedEarly: Bool) {
    var models: [KernelRidgeModel] = []
    for (place, member) in choice.members.enumerated() {
      let context = context.within("member \(place)")
      // What was over is over for those that come after, too.
      if place > 0, context.decided("late", { deadline.isPast }) { break }
      models.append(
        try fitted(
          member, data, solver: solver, mayRaiseRidge: mayRaiseRidges, context: context))
      context.progress?(
        WorkProgress(stage: "fit", fraction: Double(models.count) / Double(choice.members.count)))
    }
    let weights = choice.members.prefix(models.count).map(\.weight)
    return (
      try KernelRidgeBlend(members: models, weights: weights), models.count < choice.members.count
    )
  }

  /// How often a ridge may be made ten times larger.
  private static let raises = 3

  /// One kernel. Where rounding keeps a sum over centres from its solution, a larger ridge that was not
  /// asked for is better than no model; the model says which it has.
  private static func fitted(
    _ member: BlendSearch.Member, _ data: LabelledData<Points<Double>>, solver: KernelRidge.Solver,
    mayRaiseRidge: Bool, context: ExecutionContext
  ) throws(MercerError) -> KernelRidgeModel {
    var (ridge, raised) = (member.ridge, 0)
    while true {
      var estimator = try KernelRidge(kernel: member.kernel, ridge: ridge)
      estimator.solver = solver
      let failure: MercerError
      do throws(MercerError) {
        let model = try estimator.fitOrRestore(
          data, context: raised == 0 ? context : context.within("ridge raised \(raised) times"))
        guard let residual = model.report.relativeResidual, residual > acceptedResidual else {
          return model
        }
        failure = MercerError(
          .didNotConverge,
          "the fit stopped at relative residual \(residual) after "
            + "\(model.report.iterations) products",
          remedy: "give it a larger --ridge, more --memory, or another --kernel")
      } catch {
        failure = error
      }
      guard case .centres = solver, mayRaiseRidge, raised < raises,
        [.didNotConverge, .notPositiveDefinite].contains(failure.code)
      else { throw failure }
      (ridge, raised) = (10 * ridge, raised + 1)
    }
  }
}
