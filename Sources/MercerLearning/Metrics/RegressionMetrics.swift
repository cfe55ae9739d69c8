import RealModule

/// How well numbers were predicted, in the target's units where a unit applies.
public struct RegressionMetrics: Sendable, Codable, Equatable {
  /// √ mean (y − ŷ)².
  public let rmse: Double
  /// mean |y − ŷ|.
  public let mae: Double
  /// 1 − Σ (y − ŷ)² / Σ (y − ȳ)².
  public let r2: Double
  /// rmse over the standard deviation of these targets (population).
  public let rmseOverStd: Double
  /// mean −log N(y; ŷ, σ²), in nats, with the σ of each row.
  public let negativeLogLikelihood: Double

  enum CodingKeys: String, CodingKey {
    case rmse, mae, r2
    case rmseOverStd = "rmse_over_std"
    case negativeLogLikelihood = "negative_log_likelihood"
  }

  /// The metrics of predictions.
  ///
  /// - Parameters:
  ///   - targets: what was measured; at least one.
  ///   - predictions: as many.
  ///   - deviation: σ, the model's standard deviation of y about ŷ.
  ///   - weights: how much each row counts; nil when all count the same.
  public init(
    targets: [Double], predictions: [Double], deviation: Double, weights: [Double]? = nil
  ) {
    self.init(
      targets: targets, predictions: predictions,
      deviations: [Double](repeating: deviation, count: targets.count), weights: weights)
  }

  /// The metrics of predictions, each with a standard deviation of its own.
  ///
  /// - Parameters:
  ///   - targets: what was measured; at least one.
  ///   - predictions: as many.
  ///   - deviations: σ of each row.
  ///   - weights: how much each row counts; nil when all count the same.
  public init(
    targets: [Double], predictions: [Double], deviations: [Double], weights: [Double]? = nil
  ) {
    precondition(targets.count == predictions.count && !targets.isEmpty)
    precondition(targets.count == deviations.count)
    let weights = weights ?? [Double](repeating: 1, count: targets.count)
    let total = weights.reduce(0, +)
    func mean(_ value: (Int) -> Double) -> Double {
      targets.indices.reduce(0) { $0 + weights[$1] * value($1) } / total
    }
    let centre = mean { targets[$0] }
    let variance = mean { (targets[$0] - centre) * (targets[$0] - centre) }
    let squared = mean { (targets[$0] - predictions[$0]) * (targets[$0] - predictions[$0]) }
    rmse = squared.squareRoot()
    mae = mean { abs(targets[$0] - predictions[$0]) }
    // One row, or equal rows, have no spread to explain.
    r2 = variance > 0 ? 1 - squared / variance : 0
    rmseOverStd = variance > 0 ? (squared / variance).squareRoot() : 0
    negativeLogLikelihood = mean { row in
      let sigma = max(deviations[row], .leastNormalMagnitude.squareRoot())
      let ratio = (targets[row] - predictions[row]) / sigma
      return 0.5 * .log(2 * .pi * sigma * sigma) + 0.5 * ratio * ratio
    }
  }
}
