/// Solves A X = B for a symmetric positive definite operator A.
public protocol LinearSolver: Sendable {
  /// Solves for every column of B at once.
  ///
  /// - Parameters:
  ///   - a: n × n, positive definite.
  ///   - b: n × k.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.shapeMismatch`, `.notPositiveDefinite`, `.didNotConverge`, `.memoryLimit`,
  ///   `.cancelled`.
  func solve<Element: Scalar>(
    _ a: any SymmetricGramOperator<Element>, _ b: Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) -> Solution<Element>
}

/// An approximation M ≈ A whose inverse is cheap to apply; symmetric positive definite.
public protocol Preconditioner<Element>: Sendable {
  /// The type of the entries.
  associatedtype Element: Scalar

  /// M⁻¹ r for every column of r (n × k).
  func solve(_ r: Matrix<Element>, context: ExecutionContext) throws(MercerError) -> Matrix<Element>
}

/// The solution of a linear system and what is known about it.
public struct Solution<Element: Scalar>: Sendable {
  /// n × k.
  public let values: Matrix<Element>
  /// How it was found and how good it is.
  public let report: SolveReport

  /// A solution with its report.
  public init(values: Matrix<Element>, report: SolveReport) {
    self.values = values
    self.report = report
  }
}

/// How a linear system was solved, and how well.
public struct SolveReport: Sendable, Codable, Equatable {
  /// Why a solver stopped.
  public enum StopReason: String, Sendable, Codable {
    /// A factorisation: nothing to iterate.
    case direct
    /// Every column reached the target.
    case converged
    /// The limit on iterations came first.
    case iterationLimit
    /// The residual ceased to fall: the precision of the elements is used up.
    case stagnated
  }

  /// The method in words, such as `Cholesky (float) + conjugate gradients (double)`.
  public var method: String
  /// The largest ‖b − A x‖ / ‖b‖ over the columns, computed anew from the solution; nil where a
  /// direct method did not compute it.
  public var relativeResidual: Double?
  /// Products with A.
  public var iterations: Int
  /// Why the solver stopped.
  public var stopReason: StopReason
  /// What was added to the diagonal beyond what was asked for.
  public var jitter: Double

  /// A report.
  public init(
    method: String, relativeResidual: Double?, iterations: Int, stopReason: StopReason,
    jitter: Double = 0
  ) {
    self.method = method
    self.relativeResidual = relativeResidual
    self.iterations = iterations
    self.stopReason = stopReason
    self.jitter = jitter
  }
}
