import RealModule

/// A strictly increasing function of a numeric target, which is learned in its place where the target
/// is skewed: squared errors then weigh relative ones, not those of the few largest numbers.
///
/// A prediction must come back to the target's own scale, where the mean of a function is not the
/// function of the mean: `SmearedInverse` corrects that. Which transform serves a table is decided by
/// errors on the target's own scale.
public struct TargetTransform: Sendable, Equatable, Codable {
  /// The function.
  public enum Form: Sendable, Equatable, Codable {
    /// y itself.
    case identity
    /// log(y + shift); where the long tail is on the left, −log(shift − y).
    case logarithm(shift: Double, isReflected: Bool)
    /// Φ⁻¹ of the place in the distribution of the fitted targets.
    case normalScores(NormalScores)
  }

  /// The function.
  public let form: Form
  /// The least and the greatest value that is transformed back: those of the fitted targets, and one
  /// standard deviation of them beyond for logarithms; none for the identity.
  public let lowerLimit: Double?
  /// See `lowerLimit`.
  public let upperLimit: Double?

  /// The target as it is.
  public static let identity = TargetTransform(form: .identity, lowerLimit: nil, upperLimit: nil)

  /// There are other candidates than the identity for a target of this skewness or more, to either
  /// side: 2 of an exponential distribution, 1 of one of four stages …
  static let leastSkewness = 1.0
  /// … or of this kurtosis, 6 of a Laplace distribution.
  static let leastKurtosis = 6.0
  /// Fewer different values are like classes.
  static let leastDistinctCount = 10

  private init(form: Form, lowerLimit: Double?, upperLimit: Double?) {
    self.form = form
    self.lowerLimit = lowerLimit
    self.upperLimit = upperLimit
  }

  /// A function with its limits found from the targets that it is for; nil where it is not defined
  /// for all of them, or has one value everywhere.
  ///
  /// - Complexity: O(n).
  /// - Precondition: all values are finite.
  public init?(_ form: Form, for values: [Double]) {
    if form == .identity {
      self = .identity
      return
    }
    let transformed = values.map { Self.forward($0, form) }
    guard let least = transformed.min(), let greatest = transformed.max(), least < greatest,
      least.isFinite, greatest.isFinite
    else { return nil }
    let margin: Double
    switch form {
    case .identity, .normalScores: margin = 0
    case .logarithm: margin = Moments(transformed).deviation
    }
    self.init(form: form, lowerLimit: least - margin, upperLimit: greatest + margin)
  }

  /// The transforms that make sense for these targets, the identity first.
  ///
  /// - A logarithm for a skewness of at least 1 to either side, where it leaves at most half of it:
  ///   log y if all are positive, otherwise with the shift that leaves least.
  /// - Normal scores where there is such a skewness, or a kurtosis of at least 6.
  /// - Complexity: O(n log n).
  /// - Precondition: all values are finite.
  public static func candidates(for values: [Double]) -> [TargetTransform] {
    guard Set(values).count >= leastDistinctCount else { return [.identity] }
    let moments = Moments(values)
    var candidates = [TargetTransform.identity]
    if moments.skewness.magnitude >= leastSkewness, let form = logarithm(for: values, moments),
      let transform = TargetTransform(form, for: values)
    {
      candidates.append(transform)
    }
    if moments.skewness.magnitude >= leastSkewness || moments.kurtosis >= leastKurtosis,
      let distribution = RankMap(fitting: values),
      let transform = TargetTransform(.normalScores(NormalScores(of: distribution)), for: values)
    {
      candidates.append(transform)
    }
    return candidates
  }

  private static func logarithm(for values: [Double], _ moments: Moments) -> Form? {
    let isReflected = moments.skewness < 0
    let aligned = isReflected ? values.map { -$0 } : values
    guard let least = aligned.min() else { return nil }
    func skewness(shift: Double) -> Double {
      Moments(aligned.map { Double.log($0 + shift) }).skewness.magnitude
    }
    let bar = moments.skewness.magnitude / 2
    if least > 0, !isReflected, skewness(shift: 0) <= bar {
      return .logarithm(shift: 0, isReflected: false)
    }
    // From a shift that the lowest number hardly survives to one that leaves all as it was.
    let unit = (isReflected ? -moments.mean : moments.mean) - least
    let shifts = (-12...8).map { unit * Double.exp2(Double($0)) - least }
    let found = shifts.map { ($0, skewness(shift: $0)) }.filter { $0.1.isFinite }
      .min { $0.1 < $1.1 }
    guard let (shift, left) = found, left <= bar, least + shift > 0 else { return nil }
    return .logarithm(shift: shift, isReflected: isReflected)
  }

  /// The transformed target; where the function is not defined, the lower or the upper limit.
  ///
  /// - Complexity: O(1), for normal scores O(log knots).
  public func forward(_ value: Double) -> Double {
    let transformed = Self.forward(value, form)
    if case .logarithm(_, let isReflected) = form, !transformed.isFinite {
      return (isReflected ? upperLimit : lowerLimit) ?? transformed
    }
    return transformed
  }

  private static func forward(_ value: Double, _ form: Form) -> Double {
    switch form {
    case .identity: value
    case .logarithm(let shift, let isReflected):
      isReflected ? -Double.log(shift - value) : Double.log(value + shift)
    case .normalScores(let scores): scores.coordinate(of: value)
    }
  }

  /// The number on the target's scale; of what is beyond the limits, that of the limit. Finite for
  /// every finite number, and not decreasing.
  ///
  /// - Complexity: as `forward`.
  public func inverse(_ transformed: Double) -> Double {
    let limited = limited(transformed)
    switch form {
    case .identity: return limited
    case .logarithm(let shift, let isReflected):
      let value = isReflected ? shift - Double.exp(-limited) : Double.exp(limited) - shift
      return min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    case .normalScores(let scores): return scores.value(ofScore: limited)
    }
  }

  /// The mean of the inverses of numbers that must not decrease, at least one.
  ///
  /// - Complexity: O(count), for normal scores times the logarithm of the knots between two numbers.
  func meanInverse(of count: Int, _ transformed: (Int) -> Double) -> Double {
    if case .normalScores(let scores) = form {
      return scores.meanValue(ofScores: count) { limited(transformed($0)) }
    }
    // Divided first, as the sum of large numbers may overflow.
    return (0..<count).reduce(0) { $0 + inverse(transformed($1)) / Double(count) }
  }

  private func limited(_ transformed: Double) -> Double {
    min(max(transformed, lowerLimit ?? transformed), upperLimit ?? transformed)
  }

  /// σ on the target's scale, of a transformed prediction that is off by so much: half the way between
  /// one σ below and one above. Beyond the least and the greatest target that were learned from the way
  /// back is flat, which is no certainty: there it is as at these targets.
  ///
  /// - Precondition: the deviation is above 0 and finite.
  /// - Complexity: as `forward`.
  public func deviation(_ deviation: Double, about transformed: Double) -> Double {
    var place = limited(transformed)
    if case .normalScores(let map) = form, let least = map.scores.first,
      let greatest = map.scores.last
    {
      place = min(max(place, least), greatest)
    }
    let width = inverse(place + deviation) - inverse(place - deviation)
    return max(width / 2, .leastNormalMagnitude)
  }
}

extension TargetTransform {
  private enum CodingKeys: CodingKey {
    case form, lowerLimit, upperLimit
  }

  /// Reads a transform, and refuses what no target gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    form = try container.decode(Form.self, forKey: .form)
    lowerLimit = try container.decodeIfPresent(Double.self, forKey: .lowerLimit)
    upperLimit = try container.decodeIfPresent(Double.self, forKey: .upperLimit)
    let isSound: Bool
    switch (form, lowerLimit, upperLimit) {
    case (.identity, nil, nil): isSound = true
    case (.logarithm(let shift, _), let lower?, let upper?):
      isSound = shift.isFinite && lower.isFinite && upper.isFinite && lower < upper
    case (.normalScores, let lower?, let upper?):
      isSound = lower.isFinite && upper.isFinite && lower < upper
    default: isSound = false
    }
    guard isSound else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "the transform of the target is damaged"
        ))
    }
  }
}

extension TargetTransform: CustomStringConvertible {
  /// `log(y)`, `log(y + 2.5)`, `−log(10 − y)`, `normal scores of y`.
  public var description: String {
    switch form {
    case .identity: "y"
    case .logarithm(0, false): "log(y)"
    case .logarithm(let shift, false):
      shift > 0 ? "log(y + \(shift))" : "log(y − \(-shift))"
    case .logarithm(let shift, true): "−log(\(shift) − y)"
    case .normalScores: "normal scores of y"
    }
  }
}
