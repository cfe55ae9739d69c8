public import MercerCore
import RealModule

/// The conjugate gradient method for A X = B, one column of B beside the other, with or without a
/// preconditioner.
///
/// Each column has its own step lengths; they share the products with A, and leave the block when they
/// are done. When the recursion says
/// that all columns are done, the residual is computed anew from the solution, and the iteration
/// goes on from there if rounding had hidden the truth.
/// The solution and the residual are kept in Double whatever the elements are. With products in Float
/// the true residual ends near 6e-8 Σ |aᵢⱼ xⱼ|; where that is not enough, an operator in Double of the
/// same A serves for the few products that give the true residual, as in iterative refinement.
/// - Complexity: one product with A an iteration and O(n k) beside it; six n × k blocks of memory.
/// - Source: Hestenes and Stiefel, Methods of conjugate gradients for solving linear systems
///   (1952); Golub and Van Loan, Matrix Computations (2013), algorithms 11.3.3 and 11.5.1.
public struct ConjugateGradients: LinearSolver {
  /// The name under which the state of an iteration is kept.
  private static let part = "conjugate gradients"

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
  ///   - a: A, n × n.
  ///   - b: B, n × k.
  ///   - preconditioner: M, or nil for none.
  ///   - stage: what to call the work in progress messages.
  ///   - context: threads, cancellation, progress.
  /// - Throws: as the protocol says.
  public func solve<Element: Scalar>(
    _ a: any SymmetricGramOperator<Element>, _ b: Matrix<Element>,
    preconditioner: (any Preconditioner<Element>)?, stage: String = "solve",
    context: ExecutionContext = .default
  ) throws(MercerError) -> Solution<Element> {
    let solution = try solveInDouble(
      a, b, preconditioner: preconditioner, stage: stage, context: context)
    return Solution(values: Matrix(converting: solution.values), report: solution.report)
  }

  /// The same, with the solution as it was kept: in Double.
  ///
  /// - Parameters:
  ///   - a: A, n × n, for the iteration.
  ///   - exact: A in Double, for the true residual; nil to take it from `a`.
  ///   - b: B, n × k.
  ///   - preconditioner: M, or nil for none.
  ///   - stage: what to call the work in progress messages.
  ///   - context: threads, cancellation, progress.
  /// - Throws: as the protocol says.
  public func solveInDouble<Element: Scalar>(
    _ a: any SymmetricGramOperator<Element>, exact: (any SymmetricGramOperator<Double>)? = nil,
    _ b: Matrix<Element>, preconditioner: (any Preconditioner<Element>)?, stage: String = "solve",
    context: ExecutionContext = .default
  ) throws(MercerError) -> Solution<Double> {
    guard b.rowCount == a.rowCount else {
      throw MercerError(
        .shapeMismatch, "an operator of order \(a.rowCount) cannot solve for \(b.rowCount) rows")
    }
    let b = Matrix<Double>(converting: b)
    var state = Iteration(b: b)
    var reason = SolveReport.StopReason.iterationLimit
    var worst = state.relativeResiduals.max() ?? 0
    let problem = context.keeper == nil ? 0 : try state.fingerprint(of: a)
    var kept = context.keeper?.restored(Self.part) { reader throws(WorkReader.Mismatch) in
      try KeptRun<Element>(&reader, &state, problem: problem)
    }
    while true {
      let before = kept?.origin.before ?? worst
      try run(
        &state, a, preconditioner, from: kept?.block,
        KeptRun<Element>.Origin(problem: problem, before: before), stage,
        context)
      kept = nil
      if let exact {
        try state.refreshResidual(b, exact, context)
      } else {
        try state.refreshResidual(b, a, context)
      }
      guard state.relativeResiduals.allSatisfy(\.isFinite) else {
        throw MercerError(
          .invalidData, "products with the kernel matrix are not finite, so nothing can be solved",
          remedy: "look for values that are missing, infinite or very large")
      }
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
    _ state: inout Iteration, _ a: any SymmetricGramOperator<Element>,
    _ preconditioner: (any Preconditioner<Element>)?, from kept: ActiveBlock<Element>?,
    _ origin: KeptRun<Element>.Origin, _ stage: String, _ context: ExecutionContext
  ) throws(MercerError) {
    var block: ActiveBlock<Element>
    if let kept {
      block = kept
    } else {
      block = try ActiveBlock(state, tolerance, preconditioner, context)
    }
    let start = max(origin.before, tolerance)
    var clock = context.keeper?.stateClock()
    while !block.columns.isEmpty, state.iterations < iterationLimit {
      try context.checkCancellation()
      state.iterations += 1
      guard try block.step(a, &state, context) else { return }
      try block.advance(&state, tolerance, preconditioner, context)
      report(state, from: start, stage, context)
      context.keeper?.keepState(of: Self.part, &clock) {
        KeptRun(origin: origin, block: block).append(state, to: &$0)
      }
    }
    block.writeBack(to: &state)
  }

  private func report(
    _ state: Iteration, from start: Double, _ stage: String, _ context: ExecutionContext
  ) {
    guard let progress = context.progress else { return }
    let worst = state.relativeResiduals.max() ?? 0
    // The residual falls about geometrically, so its logarithm is the measure of progress.
    let fraction =
      start > tolerance ? Double.log(start / worst) / Double.log(start / tolerance) : 1
    let residual = (worst * 1e6).rounded() / 1e6
    progress(
      WorkProgress(
        stage: stage, fraction: min(max(fraction, 0), 1), detail: "relative residual \(residual)"))
  }
}
