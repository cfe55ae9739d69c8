import RealModule

/// The logarithm of a column of numbers whose tail is heavy, standardised.
///
/// Where all numbers are positive, x becomes log x; otherwise sign(x) · log(1 + |x|/u) with u the
/// median magnitude of the numbers that are not 0, which is a logarithm on both sides and linear
/// between. Then the mean is taken off and it is divided by the deviation, both of the fitted table.
/// - Source: Tukey, On the comparative anatomy of transformations (1957); for numbers of both signs
///   John and Draper, An alternative family of transformations (1980), with λ = 0.
public struct LogarithmMap: Sendable, Equatable, Codable {
  /// Which logarithm.
  public enum Form: Sendable, Equatable, Codable {
    /// log x; numbers below the smallest of the fitted table are taken as that one, so that there
    /// is a logarithm.
    case positive(smallest: Double)
    /// sign(x) · log(1 + |x|/unit).
    case signed(unit: Double)
  }

  /// Which logarithm.
  public let form: Form
  /// The mean of the logarithms of the fitted table.
  public let mean: Double
  /// Their population standard deviation.
  public let deviation: Double

  /// There is a logarithm where the kurtosis, E z⁴ of z = (x − mean) / deviation, is at least this:
  /// 3 of a normal distribution, 4.2 of a logistic one, 9 of an exponential one …
  static let leastKurtosis = 4.0
  /// … and where it takes at least a quarter off: 9 of an exponential one becomes 5.4.
  static let kurtosisShare = 0.75

  /// The logarithm of these numbers (NaN left aside), or nil where their tail is not heavy enough
  /// for it to change much.
  ///
  /// - Parameters:
  ///   - values: the numbers of one column.
  ///   - mean: the mean of the numbers.
  ///   - deviation: their population standard deviation, positive.
  /// - Complexity: O(n), and a sort where some are not positive.
  /// - Precondition: no number is infinite.
  public init?(fitting values: [Double], mean: Double, deviation: Double) {
    let present = values.filter { !$0.isNaN }
    guard let smallest = present.min() else { return nil }
    if smallest > 0 {
      form = .positive(smallest: smallest)
    } else {
      let magnitudes = present.map(\.magnitude).filter { $0 > 0 }.sorted()
      guard !magnitudes.isEmpty else { return nil }
      form = .signed(unit: magnitudes[magnitudes.count / 2])
    }
    let logarithms = present.map { [form] in Self.logarithm(of: $0, form) }
    let after = Moments(logarithms)
    guard after.deviation > 0 else { return nil }
    var kurtosis = 0.0
    for value in present {
      let square = (value - mean) / deviation * ((value - mean) / deviation)
      kurtosis += square * square / Double(present.count)
    }
    guard kurtosis >= Self.leastKurtosis, after.kurtosis <= Self.kurtosisShare * kurtosis else {
      return nil
    }
    self.mean = after.mean
    self.deviation = after.deviation
  }

  /// The standardised logarithm of a finite number.
  public func coordinate(of value: Double) -> Double {
    (Self.logarithm(of: value, form) - mean) / deviation
  }

  private static func logarithm(of value: Double, _ form: Form) -> Double {
    switch form {
    case .positive(let smallest): return Double.log(max(value, smallest))
    case .signed(let unit):
      let ratio = value.magnitude / unit
      // The quotient may be out of range where its logarithm is not.
      let logarithm =
        ratio.isFinite
        ? Double.log(onePlus: ratio) : Double.log(value.magnitude) - Double.log(unit)
      return value < 0 ? -logarithm : logarithm
    }
  }
}

extension LogarithmMap {
  private enum CodingKeys: CodingKey {
    case form, mean, deviation
  }

  /// Reads a logarithm, and refuses what no column of numbers gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    form = try container.decode(Form.self, forKey: .form)
    mean = try container.decode(Double.self, forKey: .mean)
    deviation = try container.decode(Double.self, forKey: .deviation)
    let unit =
      switch form {
      case .positive(let smallest): smallest
      case .signed(let unit): unit
      }
    guard unit > 0, unit.isFinite, deviation > 0, deviation.isFinite, mean.isFinite else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the logarithm is damaged"))
    }
  }
}
