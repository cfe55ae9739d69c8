public import MercerCore
import MercerOperators
import RealModule

/// Solves (K + diag(λ)) A = Y without a factorisation of K: conjugate gradients with a low-rank
/// preconditioner, by default Nyström's on uniformly sampled columns.
///
/// - Complexity: n r² operations for the preconditioner of rank r, then one product with K an
///   iteration; two n × r blocks of memory beside the operator's own.
/// - Accuracy: the tolerance, on the residual computed anew from the solution.
public struct IterativeRidge: Sendable {
  /// Which preconditioner.
  public var preconditioner: RidgePreconditioner
  /// r, the rank of the preconditioner.
  public var rank: Int
  /// The relative residual to reach.
  public var tolerance: Double
  /// The most products with K.
  public var iterationLimit: Int
  /// What to do when the limit comes first.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of what the preconditioner draws.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    preconditioner: RidgePreconditioner = .nystromUniform, rank: Int = 1500,
    tolerance: Double = 1e-4, iterationLimit: Int = 500,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.preconditioner = preconditioner
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
    let r = preconditioner == .none ? 0 : min(rank, n)
    let blocks = preconditioner == .nystromSketch ? 4 : 2
    let eigenproblem = NormalMatrix<Element, Double>.byteCount(
      order: r, rowCount: n, targetCount: 0, whitens: false, threadCount: 1)
    return MemoryLayout<Element>.stride * (blocks * n * r + 4 * n * k) + 24 * n * k
      + 16 * r * r + (r > 0 ? eigenproblem : 0)
  }

  /// Solves for every column of the targets.
  ///
  /// - Parameters:
  ///   - gram: K, n × n.
  ///   - exact: K in Double, for the true residual, where `gram` is in Float; nil to do without.
  ///   - columns: the columns of K, of which a preconditioner is made.
  ///   - shifts: λ, or λ / wᵢ with sample weights; n values above 0.
  ///   - targets: Y, n × k.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.didNotConverge`, `.notPositiveDefinite`, `.memoryLimit`, `.cancelled`.
  public func solve<Element: Scalar>(
    _ gram: any SymmetricGramOperator<Element>,
    exact: (any SymmetricGramOperator<Double>)? = nil,
    columns: GramColumns<Element>, shifts: [Element],
    targets: Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    let n = gram.rowCount
    try context.checkMemory(
      byteCount(rowCount: n, targetCount: targets.columnCount, as: Element.self),
      for: "the preconditioner of \(n) rows")
    // With weights the shifts differ; their geometric mean is the level to precondition for.
    let ridge = Double.exp(shifts.reduce(0.0) { $0 + Double.log(Double($1)) } / Double(n))
    let made = try make(gram, columns, ridge, context)
    let solver = ConjugateGradients(
      tolerance: tolerance, iterationLimit: iterationLimit, onNonConvergence: onNonConvergence)
    let solution = try solver.solveInDouble(
      try gram.shifted(by: shifts),
      exact: try exact?.shifted(by: shifts.map { Double($0) }), targets,
      preconditioner: made, stage: "fit", context: context)
    var report = solution.report
    report.method =
      made.map {
        "conjugate gradients, \(preconditioner.summary) preconditioner of rank "
          + "\($0.eigenvalues.count) (\(Element.scalarName))"
      } ?? "conjugate gradients (\(Element.scalarName))"
    return Solution(values: solution.values, report: report)
  }

  private func make<Element: Scalar>(
    _ gram: any SymmetricGramOperator<Element>, _ columns: GramColumns<Element>, _ ridge: Double,
    _ context: ExecutionContext
  ) throws(MercerError) -> LowRankPreconditioner<Element>? {
    let n = gram.rowCount
    switch preconditioner {
    case .none: return nil
    case .nystromUniform:
      var stream = RandomStream(seed: seed, purpose: "preconditioner columns")
      let centres = stream.sample(min(rank, n), of: n)
      return try LowRankPreconditioner(
        columns: try columns.columns(at: centres).densified(context: context), centres: centres,
        ridge: ridge, context: context)
    case .randomlyPivotedCholesky:
      let factorisation = try RandomlyPivotedCholesky(rank: rank, seed: seed).factorise(
        columns, context: context)
      return try LowRankPreconditioner(
        factor: factorisation.factor, ridge: ridge, context: context)
    case .nystromSketch:
      return try LowRankPreconditioner(
        sketching: gram, rank: rank, ridge: ridge, seed: seed, context: context)
    }
  }
}
