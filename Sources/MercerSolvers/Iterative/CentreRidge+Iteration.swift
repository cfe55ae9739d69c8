import MercerCore

extension CentreRidge {
  /// The coefficients, by conjugate gradients with this preconditioner.
  func iterate<Element: Scalar>(
    _ system: CentreSystem<Element>, _ moments: Matrix<Double>,
    _ preconditioner: any Preconditioner<Double>, _ name: String, _ context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    func finished(
      _ solution: Solution<Double>, _ precision: String
    ) throws(MercerError) -> Solution<Double> {
      var report = solution.report
      report.method =
        "Nyström ridge, \(system.corner.order) centres: \(name), conjugate gradients (\(precision))"
      report.jitter = system.jitter
      return Solution(
        values: try system.corner.solveTransposedFactor(solution.values, context: context),
        report: report)
    }
    let operation = WhitenedNormalOperator(
      products: system.products, corner: system.corner, ridge: ridge)
    guard let products = system.exact, Element.self != Double.self else {
      let solution = try solver(onNonConvergence).solveInDouble(
        operation, moments, preconditioner: preconditioner, stage: "fit", context: context)
      return try finished(solution, Element.scalarName)
    }
    let exact = WhitenedNormalOperator(products: products, corner: system.corner, ridge: ridge)
    guard
      try Self.gain(of: operation, beside: exact, moments, preconditioner, context)
        >= Self.leastGain
    else {
      let solution = try solver(onNonConvergence).solveInDouble(
        exact, moments, preconditioner: preconditioner, stage: "fit",
        context: context.within("double"))
      return try finished(solution, Double.scalarName)
    }
    // What products in `Element` do not reach is for those in Double to decide.
    var solution = try solver(.returnBest).solveInDouble(
      operation, exact: exact, moments, preconditioner: preconditioner, stage: "fit",
      context: context)
    if solution.report.stopReason != .converged {
      solution = try going(on: solution, with: exact, moments, preconditioner, context)
    }
    return try finished(solution, Element.scalarName)
  }

  private func solver(_ onNonConvergence: ConjugateGradients.NonConvergence) -> ConjugateGradients {
    ConjugateGradients(
      tolerance: tolerance, iterationLimit: iterationLimit, onNonConvergence: onNonConvergence)
  }

  /// By less than this, products in less than Double are not worth their while: each run of the iteration
  /// would be followed by another.
  private static let leastGain = 200.0

  /// By how much an iteration with products of less precision brings the error down, in the norm in which
  /// conjugate gradients do, before its rounding is all that is left of it: judged by the product with the
  /// first direction, in both precisions.
  private static func gain<Element: Scalar>(
    of operation: WhitenedNormalOperator<Element>, beside exact: WhitenedNormalOperator<Double>,
    _ moments: Matrix<Double>, _ preconditioner: any Preconditioner<Double>,
    _ context: ExecutionContext
  ) throws(MercerError) -> Double {
    let direction = try preconditioner.solve(moments, context: context)
    let product = try exact.applied(to: direction, context: context)
    let off = product.subtracting(try operation.applied(to: direction, context: context))
    func squares(_ v: Matrix<Double>) throws(MercerError) -> [Double] {
      columnDots(v, try preconditioner.solve(v, context: context))
    }
    return zip(try squares(product), try squares(off))
      .map { $1 > 0 ? ($0 / $1).squareRoot() : .infinity }.min() ?? .infinity
  }

  /// Solves for what is left of the right-hand side by products in Double, and adds that.
  private func going(
    on first: Solution<Double>, with exact: WhitenedNormalOperator<Double>,
    _ moments: Matrix<Double>, _ preconditioner: any Preconditioner<Double>,
    _ context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    var values = first.values
    var rest = moments.subtracting(try exact.applied(to: values, context: context))
    func share() -> Double {
      zip(columnDots(rest, rest), columnDots(moments, moments))
        .map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }.max() ?? 0
    }
    // Where rounding made more than there was to solve, nothing of it is worth keeping.
    if !(share() < 1) {
      values = Matrix(rowCount: values.rowCount, columnCount: values.columnCount)
      rest = moments
    }
    // The same residual in the end, relative to what is left.
    let left = share()
    guard left > tolerance else { return first }
    var solver = solver(onNonConvergence)
    solver.tolerance = min(0.5, tolerance / left)
    let second = try solver.solveInDouble(
      exact, rest, preconditioner: preconditioner, stage: "fit", context: context.within("double"))
    combineColumns(
      &values, adding: second.values,
      times: [Double](repeating: 1, count: values.columnCount))
    var report = second.report
    report.iterations += first.report.iterations + 1
    report.relativeResidual = (second.report.relativeResidual ?? 0) * left
    return Solution(values: values, report: report)
  }
}
