public import MercerCore
import RealModule

/// Random vectors of positions that attention sees beside the units: added to them, or put at their
/// side.
///
/// With R the covariance of two positions' vectors, attention takes in place of k
/// ```
/// k̂(p, q) = k(p, q) + σp² R(p, q)                            added
/// k̂(p, q) = (c k(p, q) + cₚ σp² R(p, q)) / (c + cₚ)          put beside c channels, cₚ of positions
/// ```
/// and the same of Θ, as the vectors are trained, too. They are the same for all inputs.
/// - Source: Hron, Bahri, Sohl-Dickstein and Novak 2020, Infinite attention (arXiv 2006.10540), sec. 3.3;
///   conventions of `pos_emb_type` and its companions in neural-tangents.
public struct PositionTerms: Sendable, Equatable {
  /// How they meet the units.
  public enum Kind: String, Sendable, CaseIterable {
    /// Added to them.
    case sum
    /// As channels beside them.
    case concatenate
  }

  /// What else than scores sees them.
  public enum Extent: String, Sendable, CaseIterable {
    /// Nothing: values are those of the units alone.
    case scores
    /// Values, too.
    case all
  }

  /// How they meet the units.
  public let kind: Kind
  /// σp², at least zero.
  public let variance: Double
  /// cₚ beside the width of the layer before (the channels of an input), greater than zero; as many as
  /// that if nil. Not for sums.
  public let width: Double?
  /// How R falls with the distance of two positions.
  public let decay: PositionDecay
  /// What sees them.
  public let extent: Extent

  /// Terms of positions.
  ///
  /// - Throws: `.invalidParameter` for a number out of range, and a width of sums.
  public init(
    _ kind: Kind, variance: Double = 1, width: Double? = nil, decay: PositionDecay = .none,
    extent: Extent = .scores
  ) throws(MercerError) {
    guard variance.isFinite, variance >= 0 else {
      throw MercerError(
        .invalidParameter, "positionVariance of attention must be zero or above, not \(variance)")
    }
    if let width {
      try checkPositive(width, "positionWidth of attention")
      guard kind == .concatenate else {
        throw MercerError(
          .invalidParameter, "positionWidth is of positions beside the units, not of a sum",
          remedy: "write positions: concatenate, or leave out positionWidth")
      }
    }
    try decay.validate()
    self.kind = kind
    self.variance = variance
    self.width = width
    self.decay = decay
    self.extent = extent
  }

  /// What k and R are multiplied by where there are so many channels, or this width.
  func weights(channels: Double) -> (units: Double, positions: Double) {
    guard kind == .concatenate else { return (1, variance) }
    let own = width ?? channels
    return (channels / (channels + own), variance * own / (channels + own))
  }
}

/// The covariance of the vectors of two positions, by d = Σ |Δ|ᵖ over rows and columns.
public enum PositionDecay: Sendable {
  /// 1 for a position with itself, else 0.
  case none
  /// exp(−d/ℓ), with ℓ > 0 and p from above 0 to 2.
  case exponential(length: Double, power: Double = 2)
  /// 1/(1 + d/ℓ), with ℓ > 0 and p from above 0 to 2.
  case rational(length: Double, power: Double = 2)
  /// Any function of d, under a name; the covariances that it makes of all positions must be positive
  /// semi-definite. It prints its name, but is not read back.
  case function(String, power: Double, @Sendable (Double) -> Double)

  /// Throws `.invalidParameter` for a number out of range: beyond p = 2 covariances of positions are
  /// none.
  func validate() throws(MercerError) {
    switch self {
    case .none: break
    case .exponential(let length, let power), .rational(let length, let power):
      try checkPositive(length, "decayLength of attention")
      guard power > 0, power <= 2 else {
        throw MercerError(
          .invalidParameter,
          "distancePower of attention must be above 0 and at most 2, not \(power)")
      }
    case .function(_, let power, _): try checkPositive(power, "distancePower of attention")
    }
  }

  /// R by the distances along rows and columns, rows × columns.
  func table(rows: Int, columns: Int) -> [Double] {
    (0..<(rows * columns)).map { place in
      let (row, column) = (Double(place / columns), Double(place % columns))
      func distance(_ power: Double) -> Double {
        Double.pow(row, power) + Double.pow(column, power)
      }
      return switch self {
      case .none: place == 0 ? 1 : 0
      case .exponential(let length, let power): Double.exp(-distance(power) / length)
      case .rational(let length, let power): 1 / (1 + distance(power) / length)
      case .function(_, let power, let function): function(distance(power))
      }
    }
  }

  /// The name in the text form, ℓ and p.
  fileprivate var parts: (name: String, length: Double, power: Double) {
    switch self {
    case .none: ("none", 1, 2)
    case .exponential(let length, let power): ("exponential", length, power)
    case .rational(let length, let power): ("rational", length, power)
    case .function(let name, let power, _): (name, 1, power)
    }
  }
}

extension PositionDecay: Equatable {
  /// Functions are equal by name.
  public static func == (a: PositionDecay, b: PositionDecay) -> Bool { a.parts == b.parts }
}

// MARK: - Text

extension PositionTerms {
  private enum Choice: String, CaseIterable {
    case none, sum, concatenate
  }
  private enum Decay: String, CaseIterable {
    case none, exponential, rational
  }

  /// The arguments of an attention that are of positions.
  static let parameters: [KernelParameterSyntax] = [
    .init(
      "positions", .word, ifAbsent: .value(.word("none")), summary: "none, sum or concatenate"),
    .init(
      "positionVariance", .number, ifAbsent: .value(.number(1)), summary: "σp², at least 0"),
    .init(
      "positionWidth", .number, ifAbsent: .optional,
      summary: "channels of positions beside the width before; as many if absent"),
    .init(
      "decay", .word, ifAbsent: .value(.word("none")),
      summary: "of positions with their distance: none, exponential or rational"),
    .init("decayLength", .number, ifAbsent: .value(.number(1)), summary: "ℓ, greater than 0"),
    .init(
      "distancePower", .number, ifAbsent: .value(.number(2)), summary: "above 0 and at most 2"),
    .init(
      "positionsIn", .word, ifAbsent: .value(.word("scores")),
      summary: "scores, or all: values, too"),
  ]

  /// The terms that arguments mean, or nil where there are none.
  ///
  /// - Throws: as the initialiser; `.invalidExpression` for an unknown word.
  static func read(_ arguments: KernelArguments) throws(MercerError) -> PositionTerms? {
    let choice = try arguments.word("positions", of: Choice.self)
    guard let kind = Kind(rawValue: choice.rawValue) else { return nil }
    let (length, power) = (
      try arguments.number("decayLength"), try arguments.number("distancePower")
    )
    let decay: PositionDecay =
      switch try arguments.word("decay", of: Decay.self) {
      case .none: .none
      case .exponential: .exponential(length: length, power: power)
      case .rational: .rational(length: length, power: power)
      }
    var width: Double?
    if case .number(let value)? = arguments["positionWidth"] { width = value }
    return try PositionTerms(
      kind, variance: arguments.number("positionVariance"), width: width, decay: decay,
      extent: arguments.word("positionsIn", of: Extent.self))
  }

  /// The terms as arguments, without those that have their default.
  var arguments: [NetworkExpression.Argument] {
    var arguments = [NetworkExpression.Argument("positions", .word(kind.rawValue))]
    if variance != 1 { arguments.append(.init("positionVariance", .number(variance))) }
    if let width { arguments.append(.init("positionWidth", .number(width))) }
    let (name, length, power) = decay.parts
    if name != "none" { arguments.append(.init("decay", .word(name))) }
    if length != 1 { arguments.append(.init("decayLength", .number(length))) }
    if power != 2 { arguments.append(.init("distancePower", .number(power))) }
    if extent != .scores { arguments.append(.init("positionsIn", .word(extent.rawValue))) }
    return arguments
  }
}
