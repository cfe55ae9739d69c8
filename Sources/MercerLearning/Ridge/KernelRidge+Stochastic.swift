import MercerCore
import MercerKernels
import MercerSolvers

extension KernelRidge {
  /// The coefficients by a stochastic method, in Float where the kernel can be rewritten for it.
  ///
  /// - Throws: `.invalidParameter` for rows that do not all weigh as much; as the methods do.
  func solveStochastically(
    _ kernel: any Kernel<Points<Double>, Double>, _ data: LabelledData<Points<Double>>,
    _ targets: Matrix<Double>, _ solver: Solver, _ context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    guard data.weights == nil else {
      throw MercerError(
        .invalidParameter, "stochastic solvers take rows that all weigh as much",
        remedy: "leave the choice of the solver to the size, or ask for exact or centres")
    }
    guard let expressible = kernel as? any PointKernel<Double> else {
      return try stochastic(kernel, data.inputs, targets, solver, context)
    }
    let points = Points<Float>(Matrix(converting: data.inputs.coordinates))
    let narrow = try expressible.expression.makeKernel(of: Float.self).anchored(to: points)
    return try stochastic(narrow, points, Matrix<Float>(converting: targets), solver, context)
  }

  private func stochastic<K: Kernel>(
    _ kernel: K, _ inputs: Points<K.Element>, _ targets: Matrix<K.Element>, _ solver: Solver,
    _ context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> where K.Inputs == Points<K.Element> {
    let solution: StochasticSolution<K.Element>
    switch solver {
    case .sketchAndProject(var steps):
      steps.ridge = ridge
      solution = try steps.fit(kernel, inputs: inputs, targets: targets, context: context)
    case .eigenPro(var steps):
      steps.ridge = ridge
      solution = try steps.fit(kernel, inputs: inputs, targets: targets, context: context)
    default: preconditionFailure("not a stochastic solver")
    }
    return Solution(
      values: Matrix<Double>(converting: solution.coefficients),
      report: SolveReport(solution.report))
  }
}

extension SolveReport {
  /// What a stochastic method said of itself.
  fileprivate init(_ report: StochasticReport) {
    let reason: StopReason =
      switch report.stopReason {
      case .converged, .heldOutError: .converged
      case .epochLimit: .iterationLimit
      case .stagnated: .stagnated
      }
    self.init(
      method: report.method, relativeResidual: report.relativeResidual,
      iterations: Int(report.products.rounded(.up)), stopReason: reason)
  }
}
