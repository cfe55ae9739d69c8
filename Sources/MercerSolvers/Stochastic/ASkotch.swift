public import MercerCore
import MercerOperators

/// Full kernel ridge regression, (K + λ I) α = Y, by accelerated block coordinate steps.
///
/// A step takes a random block B of b rows, preconditions its part of the residual with a Nyström
/// approximation of K(B, B), and moves those b coefficients, with Nesterov's momentum on all. It needs
/// one product with the b rows K(B, X) and b² memory; so a step on millions of rows costs what b of
/// their rows cost, whatever the spectrum.
/// - Complexity: n / b steps, one epoch, compute n (n + b) entries of K; memory b² and O(n (d + k)).
/// - Accuracy: the relative residual ‖y − (K + λ I) α‖ / ‖y‖ in the report is computed anew from the
///   result. With Float elements it ends near 1e-6 ‖K‖ ‖α‖ / ‖y‖.
/// - Source: Rathore, Frangella, Yang, Dereziński and Udell, Have ASkotch: a neat solution for
///   large-scale kernel ridge regression (2024), algorithms 2 and 3; O'Donoghue and Candès, Adaptive
///   restart for accelerated gradient schemes (2015). Their acceleration parameters are ν = n / b and
///   a fixed μ; here μ = (b / n) λ / ρ, with ρ what the first block is damped by: the least share by
///   which a step shortens any direction.
public struct ASkotch: Sendable {
  /// λ, above 0; added to K as it is.
  public var ridge: Double
  /// b, rows of a block; nil for a hundredth of all, from 256 to 4,096.
  public var blockSize: Int?
  /// r, the rank of the approximation of a block.
  public var rank: Int
  /// Whether steps carry momentum; without, this is Skotch.
  public var isAccelerated: Bool
  /// The most passes over the rows.
  public var epochLimit: Int
  /// The relative residual to reach.
  public var tolerance: Double
  /// What to do when the limit comes before the target.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of blocks and sketches.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    ridge: Double, blockSize: Int? = nil, rank: Int = 100, isAccelerated: Bool = true,
    epochLimit: Int = 200, tolerance: Double = 1e-4,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.ridge = ridge
    self.blockSize = blockSize
    self.rank = rank
    self.isAccelerated = isAccelerated
    self.epochLimit = epochLimit
    self.tolerance = tolerance
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  private func resolvedBlock(_ n: Int) -> Int {
    min(n, blockSize ?? min(max(n / 100, 256), 4096))
  }

  /// The bytes this takes beside inputs and targets: a block, and the coefficients with their momentum.
  public func byteCount<Element: Scalar>(
    rowCount n: Int, targetCount k: Int, as type: Element.Type
  ) -> Int {
    let b = resolvedBlock(n)
    return 2 * b * b * MemoryLayout<Element>.stride + 64 * b * min(rank, b)
      + 6 * n * k * MemoryLayout<Element>.stride
  }

  /// Fits all targets at once.
  ///
  /// - Parameters:
  ///   - kernel: k.
  ///   - inputs: n of them.
  ///   - targets: Y, n × k.
  ///   - context: threads, memory limit, progress and cancellation.
  /// - Returns: α, n × k: predictions are K(X*, X) α.
  /// - Throws: `.didNotConverge`, `.invalidParameter`, `.invalidData`, `.shapeMismatch`,
  ///   `.memoryLimit`, `.cancelled`.
  public func fit<K: Kernel>(
    _ kernel: K, inputs: K.Inputs, targets: Matrix<K.Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> StochasticSolution<K.Element> {
    try checkTargets(targets, of: inputs, nil)
    guard ridge > 0, ridge.isFinite, blockSize ?? 1 >= 1, rank >= 1, epochLimit >= 1, tolerance > 0
    else {
      throw MercerError(
        .invalidParameter, "ASkotch needs a ridge above 0, and positive sizes and limits")
    }
    let n = inputs.count
    let b = resolvedBlock(n)
    try context.checkMemory(
      byteCount(rowCount: n, targetCount: targets.columnCount, as: K.Element.self),
      for: "blocks of \(b) rows")
    var run = ASkotchRun(
      kernel: kernel, inputs: inputs, targets: targets, ridge: ridge, blockSize: b, rank: rank,
      isAccelerated: isAccelerated, seed: seed)
    var reason = StochasticReport.StopReason.epochLimit
    var residual: Double?
    while run.epochs < epochLimit {
      residual = nil
      let estimate = try run.epoch(context)
      context.progress?(
        WorkProgress(
          stage: "fit", fraction: Double(run.epochs) / Double(epochLimit),
          detail: "relative residual \(estimate)"))
      // The estimate is of the residual on the way; the truth costs a product.
      if estimate <= 1.2 * tolerance {
        residual = try run.measuredResidual(context)
        if residual ?? .infinity <= tolerance {
          reason = .converged
          break
        }
      }
    }
    let relative: Double
    if let residual { relative = residual } else { relative = try run.measuredResidual(context) }
    let report = run.report(relative, reason)
    try report.check(tolerance: tolerance, onNonConvergence)
    return StochasticSolution(coefficients: run.alpha, report: report)
  }
}
