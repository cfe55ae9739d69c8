public import MercerCore
import MercerOperators

/// Least squares on any set of centres by preconditioned stochastic gradient descent in function
/// space: min ‖K(X, Z) α − Y‖² for p centres Z and n rows X, neither of which is bounded by memory.
///
/// A step adds functions of the batch and, for the preconditioner, of some centres; only after many steps is the sum projected
/// onto the span of the centres, by a few preconditioned conjugate gradient iterations on K(Z, Z),
/// whose entries are computed anew each time. Iterates are averaged over the second half of an epoch.
///
/// The preconditioner is made of centres, not of other rows: so it maps their span to itself, and the
/// iteration's fixed point is the least-squares solution.
///
/// From the second epoch on steps are taken on the correction to the average of the epoch before,
/// with the full gradient there as a constant term (stochastic variance reduced gradient). The noise
/// of steps then falls with the correction, and the iteration converges to the least-squares solution
/// where it would hover about it otherwise.
/// - Complexity: an epoch computes about 8 n p entries, O(n p (d + k)): linear in p. Memory is
///   linear in p, too: O(p (d + r + k)), beside 3 s² and O(n (d + k)).
/// - Accuracy: the relative residual of the normal equations, ‖K(Z, X) (y − K(X, Z) α)‖ /
///   ‖K(Z, X) y‖, computed anew after each epoch. Directions that K(Z, Z) hardly has are learned last.
/// - Source: Abedsoltan, Belkin and Pandit, Toward large kernel models (2023), algorithm 1 (EigenPro
///   3); Abedsoltan, Ma, Pandit and Belkin, Fast training of large kernel models with delayed
///   projections (2024), algorithm 1 (EigenPro 4); Johnson and Zhang, Accelerating stochastic gradient
///   descent using predictive variance reduction (2013).
public struct EigenProCentres: Sendable {
  /// s, centres that the preconditioner is made of; nil for 2,000 or all of them.
  public var sampleSize: Int?
  /// q, directions that are damped; nil to choose by the batch size.
  public var rank: Int?
  /// m, rows of a step; nil for 1,024 or what the damped spectrum can use, if that is less.
  public var batchSize: Int?
  /// Steps between two projections; nil for 2 p rows' worth, and at least four projections an epoch.
  public var projectionInterval: Int?
  /// The most conjugate gradient iterations of a projection.
  public var projectionIterations: Int
  /// The relative residual at which a projection ends.
  public var projectionTolerance: Double
  /// r, the rank of the preconditioner of K(Z, Z).
  public var projectionRank: Int
  /// Whether the full gradient is used from the second epoch on; without, this is EigenPro 4 as
  /// published, with averaging.
  public var reducesVariance: Bool
  /// The most passes over the rows.
  public var epochLimit: Int
  /// The relative residual of the normal equations to reach.
  public var tolerance: Double
  /// By which share of itself the squared error of all rows may still fall in an epoch at the end:
  /// the residual alone says little of directions that K(Z, Z) hardly has.
  public var errorTolerance: Double
  /// Epochs without a lower error of held-out rows after which they end the iteration.
  public var patience: Int
  /// What to do when the limit comes before the target.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of subsample, batches and columns.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    sampleSize: Int? = nil, rank: Int? = nil, batchSize: Int? = nil,
    projectionInterval: Int? = nil, projectionIterations: Int = 10,
    projectionTolerance: Double = 1e-2, projectionRank: Int = 500, reducesVariance: Bool = true,
    epochLimit: Int = 50, tolerance: Double = 1e-3, errorTolerance: Double = 5e-4,
    patience: Int = 3,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.sampleSize = sampleSize
    self.rank = rank
    self.batchSize = batchSize
    self.projectionInterval = projectionInterval
    self.projectionIterations = projectionIterations
    self.projectionTolerance = projectionTolerance
    self.projectionRank = projectionRank
    self.reducesVariance = reducesVariance
    self.epochLimit = epochLimit
    self.tolerance = tolerance
    self.errorTolerance = errorTolerance
    self.patience = patience
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  /// Fits all targets at once.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - inputs: X, n of them.
  ///   - centres: Z, p of them: rows of X, or any other inputs.
  ///   - targets: Y, n × k.
  ///   - heldOut: rows whose error ends the iteration when it no longer falls.
  ///   - context: threads, memory limit, progress and cancellation.
  /// - Returns: α, p × k: predictions are K(X*, Z) α.
  /// - Throws: `.didNotConverge`, `.invalidParameter`, `.invalidData`, `.shapeMismatch`,
  ///   `.notPositiveDefinite`, `.memoryLimit`, `.cancelled`.
  public func fit<K: Kernel>(
    _ kernel: K, inputs: K.Inputs, centres: K.Inputs, targets: Matrix<K.Element>,
    heldOut: HeldOutRows<K.Inputs, K.Element>? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> StochasticSolution<K.Element> {
    try checkTargets(targets, of: inputs, heldOut)
    try checkLimits()
    guard centres.count > 0 else { throw MercerError(.invalidData, "there are no centres") }
    let (n, p) = (inputs.count, centres.count)
    let wanted = min(n, batchSize ?? 1024)
    let damping = try GradientDamping(
      kernel, from: centres, of: inputs, sampleSize: sampleSize ?? 2000, rank: rank,
      batchSize: wanted, ridge: 0, seed: seed, context: context)
    let batch = batchSize == nil ? min(wanted, damping.usefulBatch) : wanted
    let rows = min(2 * p, max(n / 4, 1))
    let projection = try CentreProjection(
      kernel, centres, rank: projectionRank, iterations: projectionIterations,
      tolerance: projectionTolerance, seed: seed, context: context)
    var run = try CentresRun(
      kernel: kernel, inputs: inputs, centres: centres, targets: targets, damping: damping,
      projection: projection, batchSize: batch,
      interval: max(1, projectionInterval ?? (rows + batch / 2) / batch), seed: seed,
      context: context)
    var record = HeldOutRecord<K.Element>()
    var reason = StochasticReport.StopReason.epochLimit
    while run.epochs < epochLimit {
      try run.epoch(reducesVariance: reducesVariance && run.epochs > 0, context)
      context.progress?(
        WorkProgress(
          stage: "fit", fraction: Double(run.epochs) / Double(epochLimit),
          detail: "relative residual \(run.residual)"))
      if let heldOut {
        let predictions = try run.predictions(for: heldOut.inputs, run.alpha, context)
        if record.isOver(heldOut.error(of: predictions), run.alpha, patience: patience) {
          reason = .heldOutError
          break
        }
      }
      if run.residual <= tolerance, run.lastGain <= errorTolerance {
        reason = .converged
        break
      }
      if run.hasStagnated {
        reason = .stagnated
        break
      }
    }
    if reason == .heldOutError, let best = record.best { try run.use(best, context) }
    let report = run.report(reason, record.errors)
    try report.check(tolerance: tolerance, onNonConvergence)
    return StochasticSolution(coefficients: run.alpha, report: report)
  }

  private func checkLimits() throws(MercerError) {
    let sizes = [batchSize, sampleSize, projectionInterval].compactMap(\.self)
    guard sizes.allSatisfy({ $0 >= 1 }), rank ?? 0 >= 0, projectionIterations >= 1,
      projectionRank >= 1, projectionTolerance > 0, epochLimit >= 1, tolerance > 0,
      errorTolerance > 0,
      patience >= 1
    else {
      throw MercerError(
        .invalidParameter, "EigenPro needs positive sizes, limits and tolerances")
    }
  }
}
