/// How far measurements lie from predictions, learned from residuals of rows that were left out.
///
/// Half-widths of intervals are quantiles of |residual|, as in split conformal prediction: a share
/// p of new rows falls inside ± the ⌈(n + 1) p⌉-th smallest, if they come from where the rows came
/// from.
/// - Source: Vovk, Gammerman and Shafer, Algorithmic learning in a random world (2005), with
///   leave-one-out residuals as in Barber et al., Predictive inference with the jackknife+ (2021).
public struct ResidualSpread: Sendable, Codable, Equatable {
  /// √ mean r².
  public let deviation: Double
  /// The shares for which half-widths are kept, ascending.
  public let levels: [Double]
  /// The half-width for each level, in the target's units.
  public let halfWidths: [Double]

  /// The levels that are kept.
  public static let standardLevels = [0.5, 0.8, 0.9, 0.95, 0.99]

  /// The spread of residuals; at least one.
  public init(residuals: [Double]) {
    precondition(!residuals.isEmpty)
    let sizes = residuals.map(abs).sorted()
    let n = sizes.count
    deviation = (residuals.reduce(0) { $0 + $1 * $1 } / Double(n)).squareRoot()
    levels = Self.standardLevels
    halfWidths = levels.map { level in
      sizes[min(Int((Double(n + 1) * level).rounded(.up)), n) - 1]
    }
  }

  /// Reads a spread, and refuses one without a half-width for each level.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    deviation = try container.decode(Double.self, forKey: .deviation)
    levels = try container.decode([Double].self, forKey: .levels)
    halfWidths = try container.decode([Double].self, forKey: .halfWidths)
    guard levels.count == halfWidths.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .halfWidths, in: container, debugDescription: "not one half-width a level")
    }
  }

  private enum CodingKeys: String, CodingKey { case deviation, levels, halfWidths }

  /// The half-width of the interval that holds a share of new rows; of the nearest level kept.
  public func halfWidth(level: Double) -> Double {
    let nearest = levels.indices.min { abs(levels[$0] - level) < abs(levels[$1] - level) }
    return nearest.map { halfWidths[$0] } ?? deviation
  }
}
