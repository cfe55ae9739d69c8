public import MercerCore
import MercerOperators

/// Kernel regression by preconditioned stochastic gradient descent, with the model on all rows:
/// (K + λ I) α = Y, with λ = 0 unless a ridge is given, batch by batch.
///
/// Step and batch size follow from the spectrum of a subsample. Directions of eigenvalues below about
/// k(x, x) over the number of epochs are not reached, which is why few epochs with early stopping are
/// a regularisation of their own; to solve a ridge regression to high accuracy, conjugate gradients
/// need fewer products.
/// - Complexity: an epoch computes n (n + s) entries of K once, O(n (n + s) (d + k)); memory 3 s²,
///   and O(n (d + k)) beside.
/// - Accuracy: the relative residual ‖y − (K + λ I) α‖ / ‖y‖, in the report, is computed anew from
///   the result. With Float elements it ends near 1e-6 ‖K‖ ‖α‖ / ‖y‖.
/// - Source: Ma and Belkin, Kernel machines that adapt to GPUs for effective batch training (2019):
///   algorithm 1 (EigenPro 2). The ridge is ours: a term λ α on the rows of the batch, with the
///   preconditioner damped for it.
public struct EigenPro: Sendable {
  /// λ, at least 0; added to K as it is.
  public var ridge: Double
  /// s, rows that the preconditioner is made of; nil for a fifth of all, from 500 to 4,000.
  public var sampleSize: Int?
  /// q, directions that are damped; nil to choose by the batch size.
  public var rank: Int?
  /// m, rows of a step; nil for 1,024 or what the damped spectrum can use, if that is less.
  public var batchSize: Int?
  /// The most passes over the rows.
  public var epochLimit: Int
  /// The relative residual to reach.
  public var tolerance: Double
  /// Epochs without a lower error of held-out rows after which they end the iteration.
  public var patience: Int
  /// What to do when the limit comes before the target.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of subsample and batches.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    ridge: Double = 0, sampleSize: Int? = nil, rank: Int? = nil, batchSize: Int? = nil,
    epochLimit: Int = 100, tolerance: Double = 1e-3, patience: Int = 3,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.ridge = ridge
    self.sampleSize = sampleSize
    self.rank = rank
    self.batchSize = batchSize
    self.epochLimit = epochLimit
    self.tolerance = tolerance
    self.patience = patience
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  private func resolvedSample(_ n: Int) -> Int { min(n, sampleSize ?? min(max(n / 5, 500), 4000)) }

  /// The bytes this takes beside inputs and targets: the subsample's K with its directions, tiles, and
  /// the coefficients.
  public func byteCount<Element: Scalar>(
    rowCount n: Int, targetCount k: Int, as type: Element.Type
  ) -> Int {
    let s = resolvedSample(n)
    return (3 * s * s + 6 * n * k) * MemoryLayout<Element>.stride
  }

  /// Fits all targets at once.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - inputs: n of them.
  ///   - targets: Y, n × k.
  ///   - heldOut: rows whose error ends the iteration when it no longer falls.
  ///   - context: threads, memory limit, progress and cancellation.
  /// - Returns: α, n × k: predictions are K(X*, X) α.
  /// - Throws: `.didNotConverge`, `.invalidParameter`, `.invalidData`, `.shapeMismatch`,
  ///   `.memoryLimit`, `.cancelled`.
  public func fit<K: Kernel>(
    _ kernel: K, inputs: K.Inputs, targets: Matrix<K.Element>,
    heldOut: HeldOutRows<K.Inputs, K.Element>? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> StochasticSolution<K.Element> {
    try checkTargets(targets, of: inputs, heldOut)
    guard ridge >= 0, ridge.isFinite, epochLimit >= 1, tolerance > 0, patience >= 1,
      batchSize ?? 1 >= 1, sampleSize ?? 1 >= 1, rank ?? 0 >= 0
    else {
      throw MercerError(
        .invalidParameter, "EigenPro needs a ridge of at least 0, and positive sizes and limits")
    }
    let n = inputs.count
    let wanted = min(n, batchSize ?? 1024)
    let damping = try GradientDamping(
      kernel, from: inputs, sampleSize: resolvedSample(n), rank: rank,
      batchSize: wanted, ridge: ridge, seed: seed, context: context)
    let batch = batchSize == nil ? min(wanted, damping.usefulBatch) : wanted
    var run = EigenProRun(
      kernel: kernel, inputs: inputs, targets: targets, damping: damping, ridge: ridge,
      batchSize: batch, seed: seed)
    var record = HeldOutRecord<K.Element>()
    var reason = StochasticReport.StopReason.epochLimit
    var residual: Double?
    while run.epochs < epochLimit {
      residual = nil
      let estimate = try run.epoch(context)
      context.progress?(
        WorkProgress(
          stage: "fit", fraction: Double(run.epochs) / Double(epochLimit),
          detail: "relative residual \(estimate)"))
      if let heldOut {
        let predictions = try run.predictions(for: heldOut.inputs, context)
        if record.isOver(heldOut.error(of: predictions), run.alpha, patience: patience) {
          reason = .heldOutError
          break
        }
      }
      // The estimate is of the residual on the way; the truth costs a product.
      if estimate <= 1.5 * tolerance {
        residual = try run.measuredResidual(context)
        if residual ?? .infinity <= tolerance {
          reason = .converged
          break
        }
      }
    }
    if reason == .heldOutError, let best = record.best {
      run.alpha = best
      residual = nil
    }
    let relative: Double
    if let residual { relative = residual } else { relative = try run.measuredResidual(context) }
    let report = run.report(relative, reason, record.errors)
    try report.check(tolerance: tolerance, onNonConvergence)
    return StochasticSolution(coefficients: run.alpha, report: report)
  }
}
