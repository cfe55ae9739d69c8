public import MercerCore
import RealModule

/// The conjugate gradient method for A X = B, one column of B beside the other, with or without a
/// preconditioner.
///
/// Each column has its own step lengths; they share the products with A. When the recursion says
/// that all columns are done, the residual is computed anew from the solution, and the iteration
/// goes on from there if rounding had hidden the truth.
/// - Complexity: one product with A an iteration and O(n k) beside it; five n × k blocks of memory.
/// - Accuracy: inner products are summed in Double; the residual that can be reached is about the
///   precision of the elements times the condition of A.
/// - Source: Hestenes and Stiefel, Methods of conjugate gradients for solving linear systems
///   (1952); Golub and Van Loan, Matrix Computations (2013), algorithms 11.3.3 and 11.5.1.
public struct ConjugateGradients: LinearSolver {
  /// The relative residual ‖b − A x‖ / ‖b‖ to reach in every column, above 0.
  public var tolerance: Double
  /// The most products with A.
  public var iterationLimit: Int
  /// What to do when the limit comes before the tolerance.
  public var onNonConvergence: NonConvergence

  /// What to do when an iteration does not reach its target.
  public enum NonConvergence: Sendable {
    /// Throw `.didNotConverge`, with the report in words.
    case throwError
    /// Return the solution with a report that says so.
    case returnBest
  }

  /// A solver with these limits.
  public init(
    tolerance: Double = 1e-8, iterationLimit: Int = 1000,
    onNonConvergence: NonConvergence = .throwError
  ) {
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
    self.onNonConvergence = onNonConvergence
  }

  public func solve<Element: Scalar>(
    _ a: any SymmetricGramOperator<Element>, _ b: Matrix<Element>,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Solution<Element> {
    try solve(a, b, preconditioner: nil, context: context)
  }

  /// Solves with a preconditioner M ≈ A.
  ///
  /// - Parameters:
  ///   - a: n × n, positive definite.
  ///   - b: n × k.
  ///   - preconditioner: M, or nil for none.
  ///   - stage: what to call the work in progress messages.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: as the protocol says.
  public func solve<Element: Scalar>(
    _ a: any SymmetricGramOperator<Element>, _ b: Matrix<Element>,
    preconditioner: (any Preconditioner<Element>)?, stage: String = "solve",
    context: ExecutionContext = .default
  ) throws(MercerError) -> Solution<Element> {
    guard b.rowCount == a.rowCount else {
      throw MercerError(
        .shapeMismatch, "an operator of order \(a.rowCount) cannot solve for \(b.rowCount) rows")
    }
    var state = Iteration(b: b)
    var reason = SolveReport.StopReason.iterationLimit
    var worst = state.relativeResiduals.max() ?? 0
    while true {
      let before = worst
      try run(&state, a, preconditioner, stage, context)
      try state.refreshResidual(b, a, context)
      worst = state.relativeResiduals.max() ?? 0
      if worst <= tolerance {
        reason = .converged
        break
      }
      if state.iterations >= iterationLimit { break }
      // A restart that does not even halve the true residual has met the limit of precision.
      if worst > before / 2 {
        reason = .stagnated
        break
      }
    }
    let method =
      preconditioner == nil ? "conjugate gradients" : "preconditioned conjugate gradients"
    let report = SolveReport(
      method: "\(method) (\(Element.scalarName))", relativeResidual: worst,
      iterations: state.iterations, stopReason: reason)
    if reason != .converged, onNonConvergence == .throwError {
      throw MercerError(
        .didNotConverge,
        "\(report.method) stopped at relative residual \(worst) after \(state.iterations) products"
          + " (\(reason == .stagnated ? "no further progress" : "the limit")), above the target "
          + "\(tolerance)",
        remedy: "use a larger ridge, or allow a larger residual")
    }
    return Solution(values: state.x, report: report)
  }

  /// Iterates until the recursion says that every column is done, or the limit.
  private func run<Element: Scalar>(
    _ state: inout Iteration<Element>, _ a: any SymmetricGramOperator<Element>,
    _ preconditioner: (any Preconditioner<Element>)?, _ stage: String, _ context: ExecutionContext
  ) throws(MercerError) {
    var z = try preconditioner?.solve(state.residual, context: context) ?? state.residual
    var direction = z
    var rz = columnDots(state.residual, z)
    var product = Matrix<Element>(rowCount: z.rowCount, columnCount: z.columnCount)
    let start = max(state.relativeResiduals.max() ?? 0, tolerance)
    while state.iterations < iterationLimit {
      let active = state.relativeResiduals.map { $0 > tolerance }
      guard active.contains(true) else { return }
      try context.checkCancellation()
      try a.apply(direction, into: &product, context: context)
      state.iterations += 1
      let curvature = columnDots(direction, product)
      for c in curvature.indices where active[c] && !(curvature[c] > 0 && curvature[c].isFinite) {
        // Rounding has eaten the direction; a restart decides whether there is more to gain.
        return
      }
      let step = curvature.indices.map { active[$0] ? rz[$0] / curvature[$0] : 0 }
      addScaledColumns(step, direction, to: &state.x)
      addScaledColumns(step.map { -$0 }, product, to: &state.residual)
      state.updateNorms()
      z = try preconditioner?.solve(state.residual, context: context) ?? state.residual
      let next = columnDots(state.residual, z)
      let momentum = next.indices.map { active[$0] && rz[$0] > 0 ? next[$0] / rz[$0] : 0 }
      rz = next
      scaleColumns(momentum, adding: z, &direction)
      report(state, from: start, stage, context)
    }
  }

  private func report<Element: Scalar>(
    _ state: Iteration<Element>, from start: Double, _ stage: String, _ context: ExecutionContext
  ) {
    guard let progress = context.progress else { return }
    let worst = state.relativeResiduals.max() ?? 0
    // The residual falls about geometrically, so its logarithm is the measure of progress.
    let fraction = start > tolerance ? log(start / worst) / log(start / tolerance) : 1
    let residual = (worst * 1e6).rounded() / 1e6
    progress(
      WorkProgress(
        stage: stage, fraction: min(max(fraction, 0), 1), detail: "relative residual \(residual)"))
  }
}

/// Where a block of conjugate gradient iterations stands.
private struct Iteration<Element: Scalar> {
  var x: Matrix<Element>
  var residual: Matrix<Element>
  let targetNorms: [Double]
  var relativeResiduals: [Double]
  var iterations = 0

  init(b: Matrix<Element>) {
    x = Matrix(rowCount: b.rowCount, columnCount: b.columnCount)
    residual = b
    targetNorms = columnDots(b, b).map { $0.squareRoot() }
    relativeResiduals = targetNorms.map { $0 > 0 ? 1 : 0 }
  }

  mutating func updateNorms() {
    let norms = columnDots(residual, residual)
    for c in norms.indices where targetNorms[c] > 0 {
      relativeResiduals[c] = norms[c].squareRoot() / targetNorms[c]
    }
  }

  /// r ← b − A x.
  mutating func refreshResidual(
    _ b: Matrix<Element>, _ a: any SymmetricGramOperator<Element>, _ context: ExecutionContext
  ) throws(MercerError) {
    var product = Matrix<Element>(rowCount: b.rowCount, columnCount: b.columnCount)
    try a.apply(x, into: &product, context: context)
    residual = b
    addScaledColumns([Double](repeating: -1, count: b.columnCount), product, to: &residual)
    updateNorms()
  }
}

private func log(_ x: Double) -> Double { Double.log(x) }
