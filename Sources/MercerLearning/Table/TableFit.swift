import MercerCore
import MercerKernels
import MercerSolvers

/// The last step of a table's learning: the kernels that were found, fitted to all rows.
struct TableFit: Sendable {
  /// The residual up to which an iterative fit that stopped early is kept, and said to have done so.
  private static let acceptedResidual = 0.01
  /// The fewest rows unseen by the search by which alone a blend is judged.
  private static let leastWitnesses = 500

  /// The regression on the codes of the problem.
  let regression: KernelRidgeBlend
  /// The rows that it was fitted to, ascending.
  let fittedRows: [Int]
  /// Rows that the regression can be judged by.
  let judgedRows: [Int]
  /// Codes less predictions of those rows, each by a fit that did not see the row.
  let residuals: Matrix<Double>
  /// How these residuals were come by: `leave-one-out`.
  let method: String

  /// - Throws: what the solvers throw; `.didNotConverge`, `.cancelled`.
  init(
    _ choice: KernelChoice, to inputs: Points<Double>, _ problem: TableProblem, plan: RidgePlan,
    seed: UInt64, context: ExecutionContext
  ) throws(MercerError) {
    let all = Array(0..<inputs.count)
    let data = try LabelledData(
      inputs: inputs, targets: problem.codes, weights: problem.weights)
    // Where enough rows took no part in the search, they alone say how good the blend is.
    let unseen = all.filter { !choice.seen.contains($0) }
    let witnesses = unseen.count >= Self.leastWitnesses ? unseen : all
    guard plan.method == .exact else {
      // Leaving each row out in turn would need a factorisation; some are kept aside instead.
      var stream = RandomStream(seed: seed, purpose: "hold-out rows")
      let heldCount = max(1, min(max(inputs.count / 50, 200), 2000, inputs.count / 5))
      let held = stream.sample(min(heldCount, witnesses.count), of: witnesses.count)
        .map { witnesses[$0] }
      let isHeld = Set(held)
      fittedRows = all.filter { !isHeld.contains($0) }
      let kept = try data.subset(at: fittedRows)
      regression = try Self.iterated(choice, kept, plan: plan, seed: seed, context: context)
      let predicted = try regression.predict(inputs.subset(at: held), context: context)
      residuals = problem.codes.rows(at: held).subtracting(predicted)
      judgedRows = held
      method = "hold-out of \(held.count) rows"
      return
    }
    var models: [KernelRidgeModel] = []
    for (kernel, ridge) in choice.members {
      let estimator = try KernelRidge(kernel: kernel, ridge: ridge, solver: .exact())
      models.append(try estimator.fit(data, context: context))
      context.progress?(
        WorkProgress(stage: "fit", fraction: Double(models.count) / Double(choice.members.count)))
    }
    regression = try KernelRidgeBlend(members: models)
    guard let leftOut = regression.leaveOneOutResiduals else {
      throw MercerError(.internalFailure, "an exact fit gave no leave-one-out residuals")
    }
    fittedRows = all
    judgedRows = witnesses
    residuals = leftOut.rows(at: witnesses)
    method =
      witnesses.count == all.count
      ? "leave-one-out" : "leave-one-out of \(witnesses.count) rows the search has not seen"
  }

  private static func iterated(
    _ choice: KernelChoice, _ data: LabelledData<Points<Double>>, plan: RidgePlan, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) -> KernelRidgeBlend {
    var models: [KernelRidgeModel] = []
    for (kernel, ridge) in choice.members {
      var estimator = try KernelRidge(kernel: kernel, ridge: ridge)
      estimator.solver = .iterative(
        IterativeRidge(rank: plan.rank, onNonConvergence: .returnBest, seed: seed),
        stored: plan.method == .iterativeStored)
      let model = try estimator.fit(data, context: context)
      if let residual = model.report.relativeResidual, residual > acceptedResidual {
        throw MercerError(
          .didNotConverge,
          "the fit stopped at relative residual \(residual) after "
            + "\(model.report.iterations) products",
          remedy: "give it a larger --ridge, more --memory, or another --kernel")
      }
      models.append(model)
    }
    return try KernelRidgeBlend(members: models)
  }
}
