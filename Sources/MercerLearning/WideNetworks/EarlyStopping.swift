public import MercerCore
import RealModule

/// When to stop training, from the times in which the modes are learned.
///
/// Times between the learning times of the fastest and the slowest mode are tried; none costs a training.
public struct EarlyStopping: Sendable {
  /// By what an error is told that training itself does not show.
  public enum Criterion: Sendable, Equatable {
    /// The mean squared error of each input when the networks are trained without it.
    case leaveOneOut
    /// The expected error of the mean on the training inputs' values without noise, an unbiased
    /// estimate for noise of this variance:
    /// Σ (rᵢ² pᵢ + σ² (1 − 2 rᵢ))/|y|, rᵢ the part of a mode that is left and pᵢ = (vᵢᵀ y)².
    ///
    /// - Source: Mallows 1973, Some comments on C_p; for gradient descent in a kernel's space Raskutti,
    ///   Wainwright and Yu 2014, Early stopping and non-parametric regression.
    case expectedError(noiseVariance: Double)
  }

  /// The time of least error; infinite when training to the end has no larger one.
  public let time: Double
  /// The error there: a mean square over rows and outputs.
  public let error: Double
  /// The times that were tried, ascending; the last is ∞.
  public let times: [Double]
  /// Their errors.
  public let errors: [Double]

  /// What training to the end would have: the last of `errors`.
  public var finalError: Double { errors.last ?? error }

  /// Chooses the time of gradient flow for an ensemble.
  ///
  /// - Parameters:
  ///   - ensemble: the ensemble.
  ///   - criterion: what is made least.
  ///   - resolution: how many times are tried for each power of ten, at least 1; the best is then
  ///     narrowed down between its neighbours to 1 %.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: about a hundred times that of `leaveOneOutResiduals`, or n each.
  /// - Throws: `.invalidParameter` for a resolution or noise out of range; `.invalidData` for a kernel
  ///   of zeros or fewer than two inputs.
  public init(
    of ensemble: WideNetworkEnsemble, by criterion: Criterion = .leaveOneOut, resolution: Int = 8,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    guard resolution >= 1 else {
      throw MercerError(.invalidParameter, "resolution must be at least 1, not \(resolution)")
    }
    if case .expectedError(let variance) = criterion {
      guard variance >= 0, variance.isFinite else {
        throw MercerError(
          .invalidParameter, "the variance of the noise must be zero or above, not \(variance)")
      }
    } else {
      try ensemble.checkLeaveOneOut(1)
    }
    let learning = ensemble.learnedModes.map(\.learningTime).filter(\.isFinite)
    guard let fastest = learning.first, let slowest = learning.last else {
      throw MercerError(.invalidData, "the kernel is zero on all training inputs")
    }
    let squares = criterion == .leaveOneOut ? ensemble.squaredVectors : nil
    func error(_ time: Double) throws(MercerError) -> Double {
      try context.checkCancellation()
      guard case .expectedError(let variance) = criterion else {
        let residuals = try ensemble.leaveOneOutResiduals(
          after: time, squaredVectors: squares ?? ensemble.squaredVectors, context)
        return residuals.elements.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)
      }
      return try ensemble.expectedError(after: .flow(time: time), noiseVariance: variance)
    }
    let (first, last) = (fastest / 10, slowest * 10)
    let count = max(2, Int((Double.log10(last / first) * Double(resolution)).rounded(.up)) + 1)
    let step = Double.log(last / first) / Double(count - 1)
    var (times, errors): ([Double], [Double]) = ([], [])
    for i in 0...count {
      times.append(i < count ? first * Double.exp(step * Double(i)) : .infinity)
      errors.append(try error(times[i]))
    }
    let least = errors.indices.min { (errors[$0], $1) < (errors[$1], $0) } ?? count
    var best = (time: times[least], error: errors[least])
    if least < count {
      // The golden section between the neighbours, in the logarithm of time.
      let center = Double.log(best.time)
      var (low, high) = (center - step, center + step)
      let ratio = (Double.sqrt(5) - 1) / 2
      while high - low > 0.01 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
        let (left, right) = (try error(Double.exp(a)), try error(Double.exp(b)))
        if left < best.error { best = (Double.exp(a), left) }
        if right < best.error { best = (Double.exp(b), right) }
        if left < right { high = b } else { low = a }
      }
    }
    // Training to the end needs no reason; stopping does.
    if errors[count] <= best.error * (1 + 1e-9) { best = (.infinity, errors[count]) }
    (time, self.error) = best
    (self.times, self.errors) = (times, errors)
  }
}

extension WideNetworkEnsemble {
  /// An unbiased estimate of the mean squared difference between the ensemble's mean on the training
  /// inputs and the targets without their noise; see `EarlyStopping.Criterion.expectedError`. It can
  /// be negative.
  ///
  /// - Throws: as `EnsemblePredictor.mean`.
  public func expectedError(
    after length: TrainingLength, noiseVariance: Double
  ) throws(MercerError) -> Double {
    let (rests, _) = try modes.filters(length)
    let powers = modePowers
    let noise = noiseVariance * Double(targets.columnCount)
    return rests.indices.reduce(0.0) { sum, i in
      sum + rests[i] * rests[i] * powers[i] + noise * (1 - 2 * rests[i])
    } / modes.targetCount
  }
}
