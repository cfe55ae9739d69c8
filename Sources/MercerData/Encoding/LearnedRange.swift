/// From the smallest to the largest number of a column in the fitted table, and what becomes of
/// numbers of other tables that lie outside.
///
/// A kernel knows nothing there: far enough outside, it forgets what the other columns say of the row,
/// too. So a number is held a quarter of the range beyond its ends at most, which leaves a trend some
/// way to go on; and a common code for a missing cell (0, −1, 9, −999, …), more than half of the
/// range outside, is taken as a missing cell.
public struct LearnedRange: Sendable, Equatable, Codable {
  /// The smallest number.
  public let smallest: Double
  /// The largest number, above the smallest.
  public let largest: Double

  private static let margin = 0.25
  private static let codeDistance = 0.5
  private static let codes: Set<Double> = [
    0, -1, -9, -99, -999, -9999, -99999, 9, 99, 999, 9999, 99999,
  ]

  /// The range of a column's numbers, missing ones left aside; nil when they are all equal, or so
  /// different that the range is no number.
  init?(of values: [Double]) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where !value.isNaN {
      low = min(low, value)
      high = max(high, value)
    }
    guard low < high, (2 * (high - low)).isFinite else { return nil }
    (smallest, largest) = (low, high)
  }

  /// What is done with a number.
  enum Treatment: Equatable {
    case asItIs
    case held(Double)
    case asMissing
  }

  /// What is done with this number; nothing with NaN.
  func treatment(of value: Double) -> Treatment {
    guard value < smallest || value > largest else { return .asItIs }
    let width = largest - smallest
    let distance = value < smallest ? smallest - value : value - largest
    if distance > Self.codeDistance * width, Self.codes.contains(value) { return .asMissing }
    let reach = Self.margin * width
    guard distance > reach else { return .asItIs }
    return .held(value < smallest ? smallest - reach : largest + reach)
  }
}
