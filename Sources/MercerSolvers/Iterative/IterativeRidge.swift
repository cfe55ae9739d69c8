public import MercerCore
import MercerOperators
import RealModule

/// Solves (K + diag(λ)) A = Y without a factorisation of K: conjugate gradients with a Nyström
/// preconditioner on uniformly sampled columns.
///
/// - Complexity: n r² operations for the preconditioner of rank r, then one product with K an
///   iteration; two n × r blocks of memory beside the operator's own.
/// - Accuracy: the tolerance, on the residual computed anew from the solution.
public struct IterativeRidge: Sendable {
  /// r, the number of sampled columns.
  public var rank: Int
  /// The relative residual to reach.
  public var tolerance: Double
  /// The most products with K.
  public var iterationLimit: Int
  /// What to do when the limit comes first.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of the sampled columns.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    rank: Int = 1500, tolerance: Double = 1e-4, iterationLimit: Int = 500,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.rank = rank
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  /// The bytes beside the operator's own for n rows and k targets.
  public func byteCount<Element: Scalar>(rowCount n: Int, targetCount k: Int, as: Element.Type)
    -> Int
  {
    let r = min(rank, n)
    return MemoryLayout<Element>.stride * (2 * n * r + 4 * n * k) + 24 * n * k + 16 * r * r
  }

  /// Solves for every column of the targets.
  ///
  /// - Parameters:
  ///   - gram: K, n × n.
  ///   - exact: K in Double, for the true residual, where `gram` is in Float; nil to do without.
  ///   - columns: gives K(X, C) for row numbers C, n × r.
  ///   - shifts: λ, or λ / wᵢ with sample weights; n values above 0.
  ///   - targets: Y, n × k.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.didNotConverge`, `.notPositiveDefinite`, `.memoryLimit`, `.cancelled`.
  public func solve<Element: Scalar>(
    _ gram: any SymmetricGramOperator<Element>,
    exact: (any SymmetricGramOperator<Double>)? = nil,
    columns: ([Int]) throws(MercerError) -> Matrix<Element>, shifts: [Element],
    targets: Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    let n = gram.rowCount
    try context.checkMemory(
      byteCount(rowCount: n, targetCount: targets.columnCount, as: Element.self),
      for: "the preconditioner of \(n) rows")
    var stream = RandomStream(seed: seed, purpose: "preconditioner columns")
    let centres = stream.sample(min(rank, n), of: n)
    // With weights the shifts differ; their geometric mean is the level to precondition for.
    let ridge = Double.exp(shifts.reduce(0.0) { $0 + Double.log(Double($1)) } / Double(n))
    let preconditioner = try NystromPreconditioner(
      columns: try columns(centres), centres: centres, ridge: ridge, context: context)
    let solver = ConjugateGradients(
      tolerance: tolerance, iterationLimit: iterationLimit, onNonConvergence: onNonConvergence)
    let solution = try solver.solveInDouble(
      try gram.shifted(by: shifts),
      exact: try exact?.shifted(by: shifts.map { Double($0) }), targets,
      preconditioner: preconditioner, stage: "fit",
      context: context)
    var report = solution.report
    report.method =
      "conjugate gradients, Nyström preconditioner of rank \(preconditioner.eigenvalues.count) "
      + "(\(Element.scalarName))"
    return Solution(values: solution.values, report: report)
  }
}
