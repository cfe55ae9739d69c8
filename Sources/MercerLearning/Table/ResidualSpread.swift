public import MercerCore

/// How far measurements lie from predictions, learned from residuals of rows that were left out.
///
/// Bounds are quantiles of the residuals r, as in split conformal prediction: a share p of new rows
/// falls inside if they come from where the rows came from. Where `local` is there, they are quantiles
/// of r / s(x), and the bounds at x are those times s(x). The bounds below and above are either the
/// same, the ⌈(n + 1) p⌉-th smallest |r|, or those of either tail, the ⌈(n + 1) (1 + p) / 2⌉-th.
/// - Source: Vovk, Gammerman and Shafer, Algorithmic learning in a random world (2005); with
///   leave-one-out residuals, the jackknife, as in Barber et al., Predictive inference with the
///   jackknife+ (2021), section 2; scaled as in Papadopoulos, Gammerman and Vovk, Normalized
///   nonconformity measures for regression conformal prediction (2008), and Lei et al.,
///   Distribution-free predictive inference for regression (2018), section 5.2; both tails as in
///   Romano, Patterson and Candès, Conformalized quantile regression (2019), theorem 2.
public struct ResidualSpread: Sendable {
  /// √ mean (r / s)².
  public let deviation: Double
  /// The shares for which bounds are kept, ascending.
  public let levels: [Double]
  /// For each level what is added to a prediction for its lower bound, at most 0; in units of s.
  public let lower: [Double]
  /// For each level what is added to a prediction for its upper bound, at least 0; in units of s.
  public let upper: [Double]
  /// s; nil where it is 1 everywhere, and the bounds are in the target's units.
  public let local: LocalSpread?

  /// The levels that are kept.
  public static let standardLevels = [0.5, 0.8, 0.9, 0.95, 0.99]

  /// The spread of residuals, at least one, all of the same scale.
  public init(residuals: [Double]) {
    self.init(ratios: residuals, isSymmetric: true, local: nil)
  }

  /// A spread from its parts, such as those read from a file.
  public init(
    deviation: Double, levels: [Double], lower: [Double], upper: [Double], local: LocalSpread?
  ) {
    precondition(levels.count == lower.count && levels.count == upper.count)
    self.deviation = deviation
    self.levels = levels
    self.lower = lower
    self.upper = upper
    self.local = local
  }

  /// The spread of residuals in units of s, at least one.
  init(ratios: [Double], isSymmetric: Bool, local: LocalSpread?) {
    precondition(!ratios.isEmpty)
    let quantiles = ResidualQuantiles(ratios, isSymmetric: isSymmetric)
    let bounds = Self.standardLevels.map { quantiles.bounds(level: $0) }
    self.init(
      deviation: (ratios.reduce(0) { $0 + $1 * $1 } / Double(ratios.count)).squareRoot(),
      levels: Self.standardLevels, lower: bounds.map(\.lower), upper: bounds.map(\.upper),
      local: local)
  }

  /// What is added to a prediction for its bounds, in units of s, for the nearest level kept.
  public func offsets(level: Double) -> (lower: Double, upper: Double) {
    let nearest = levels.indices.min { abs(levels[$0] - level) < abs(levels[$1] - level) }
    return nearest.map { (lower[$0], upper[$0]) } ?? (-deviation, deviation)
  }

  /// s at m inputs with their predictions.
  ///
  /// - Complexity: m d for each row that the spread was learned from; none where it is constant.
  public func scales(
    at points: Points<Double>, predictions: [Double], context: ExecutionContext = .default
  ) throws(MercerError) -> [Double] {
    try local?.scales(at: points, predictions: predictions, context: context)
      ?? [Double](repeating: 1, count: predictions.count)
  }

  /// The bounds of the interval that holds a share of new rows, on the scale of the predictions: a
  /// monotone map that leads from there to the target's units may be applied to them.
  ///
  /// - Parameters:
  ///   - predictions: m values.
  ///   - scales: s for each of them.
  ///   - level: the share; the nearest that is kept is used.
  public func bounds(
    of predictions: [Double], scales: [Double], level: Double
  ) -> (lower: [Double], upper: [Double]) {
    let offsets = offsets(level: level)
    let limit = Double.greatestFiniteMagnitude
    return (
      zip(predictions, scales).map { max($0 + offsets.lower * $1, -limit) },
      zip(predictions, scales).map { min($0 + offsets.upper * $1, limit) }
    )
  }
}

/// Bounds of residuals at any level.
struct ResidualQuantiles: Sendable {
  private let values: [Double]
  private let isSymmetric: Bool

  /// - Parameter ratios: at least one residual, in units of s.
  init(_ ratios: [Double], isSymmetric: Bool) {
    self.isSymmetric = isSymmetric
    values = (isSymmetric ? ratios.map(abs) : ratios).sorted()
  }

  /// What holds a share of new residuals; the prediction itself is always inside.
  func bounds(level: Double) -> (lower: Double, upper: Double) {
    if isSymmetric {
      let half = values[rank(level) - 1]
      return (-half, half)
    }
    let rank = rank((1 + level) / 2)
    return (min(values[values.count - rank], 0), max(values[rank - 1], 0))
  }

  /// ⌈(n + 1) p⌉, at most n.
  private func rank(_ share: Double) -> Int {
    // A product such as 20 · 0.95 may come out a little above the whole number that it is.
    let place = (Double(values.count + 1) * share - 1e-9).rounded(.up)
    return min(max(Int(place), 1), values.count)
  }
}
