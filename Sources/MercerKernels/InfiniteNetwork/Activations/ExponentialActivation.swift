public import MercerCore
import RealModule

/// φ(u) = a exp(b u).
///
/// ```
/// E φ(u) φ(w) = a² exp(b² E(u + w)²/2)
/// ```
/// - Source: Mairal, Koniusz, Harchaoui and Schmid 2014, Convolutional Kernel Networks (1406.3332);
///   Daniely, Frostig and Singer 2016 (1602.05897), table 1.
public struct ExponentialActivation: Activation, Equatable {
  /// The scale of the output.
  public let a: Double
  /// The scale of the input.
  public let b: Double

  /// An exponential.
  ///
  /// - Throws: `.invalidParameter` when a number is zero or not finite.
  public init(a: Double = 1, b: Double = 1) throws(MercerError) {
    try checkScales(of: "exp", a, b)
    self.a = a
    self.b = b
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "exp", summary: "a exp(b u)", parameters: .scales(["a": 1, "b": 1])
  ) { (arguments) throws(MercerError) in
    try ExponentialActivation(a: arguments.number("a"), b: arguments.number("b"))
  }

  /// The layer in text form.
  public var expression: NetworkExpression { .layer("exp", .scales([("a", a, 1), ("b", b, 1)])) }

  /// What φ(−u) is.
  public var parity: ActivationParity { .none }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let value = (a * a) * N.exp((0.5 * b * b) * pair.together)
    return (value, (b * b) * value)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    a * N.exp((0.5 * b * b) * variance)
  }
}

/// As a function of one number.
extension ExponentialActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { a * Double.exp(b * u) }

  /// φ′(u).
  public func slope(at u: Double) -> Double { a * b * Double.exp(b * u) }
}
