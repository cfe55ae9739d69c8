import MercerCore
import MercerData
import MercerKernels

/// The forecast that comes with a fit of a kernel that was given.
extension TableLearner {
  /// The share of the fit's own time that the forecast may take where that is long.
  private static let givenShare = 0.1

  /// Whether more rows would help: the kernel and ridge of the fit on growing parts of the table, each
  /// tested on the rest of it. What the fit remembers of the kernel is not computed anew.
  ///
  /// - Returns: nil where the fit is not exact, where parts up to a quarter of the rows take more than a
  ///   tenth of the budget and of the fit, and where parts hold too little to learn from.
  /// - Throws: `.cancelled`, and what the solvers throw.
  func givenGrowth(
    of choice: KernelChoice, on prepared: PreparedTable, context: ExecutionContext
  ) throws(MercerError) -> TableForecast? {
    let (problem, inputs) = (prepared.problem, prepared.inputs)
    guard let member = choice.members.first, prepared.plan.method == .exact else { return nil }
    let truth = problem.truth
    let allowance =
      Self.givenShare * max(budget(for: prepared), memberSeconds(prepared))
    let groups: [Int]? = if case .grouped(let found) = prepared.resampling { found } else { nil }
    let (n, d) = (Double(inputs.count), Double(inputs.dimension))
    let price =
      prepared.plan.keepsValues ? 4e-9 : (d + 20) / 3e10 + prepared.plan.secondsPerEntry / 2
    let plan = CurvePlan(
      targets: truth.task == .regression ? truth.values : truth.classIndices.map { Double($0) },
      groups: groups, allowance: allowance, seed: seed, dropsSizes: true
    ) { rows in
      let m = Double(rows)
      return m * m * m / 3e11 + (m * m / 2 + m * (n - m)) * price
    }
    let largest = plan.runs.map(\.size).max() ?? 0
    guard plan.cost <= allowance, 4 * largest >= plan.blocks.count else { return nil }
    let data = try LabelledData(
      inputs: inputs, targets: problem.codes, weights: problem.weights)
    let estimator = try KernelRidge(
      kernel: member.kernel, ridge: member.ridge, wantsLeaveOneOut: false, solver: .exact())
    var quiet = context
    quiet.progress = nil
    var residuals: [Matrix<Double>] = []
    for (index, run) in plan.runs.enumerated() {
      context.progress?(
        WorkProgress(stage: "learning curve", fraction: Double(index) / Double(plan.runs.count)))
      let (training, test) = plan.rows(of: run)
      let model = try estimator.fit(data.subset(at: training), context: quiet)
      let predicted = try model.predict(inputs.subset(at: test), context: quiet)
      residuals.append(problem.codes.rows(at: test).subtracting(predicted))
    }
    let sizes = Self.curveRuns(of: plan, problem) { residuals[$0] }
    return try forecast(sizes, of: choice, on: prepared, context: context)
  }

  /// The kernel that was given with all of its values on the rows, where the plan says to keep them.
  func remembering(
    _ prepared: PreparedTable, context: ExecutionContext
  ) throws(MercerError) -> RememberedKernel? {
    guard let kernel = try kernelOfCoordinates, prepared.plan.keepsValues,
      prepared.plan.method == .exact, !kernel.expression.dependsOnReference
    else { return nil }
    return try RememberedKernel(kernel, on: prepared.inputs, context: context)
  }
}
