public import MercerCore
import RealModule

/// φ(u) = a exp(b u²), b below zero, or above while 4 b Var u stays below 1.
///
/// ```
/// E φ(u) φ(w) = a² / √D,  D = (1 − 2 b x)(1 − 2 b z) − 4 b² k²
/// ```
/// - Source: Williams 1997, Computing with infinite networks, eq. 13; `Gaussian` of neural-tangents.
public struct GaussianActivation: Activation, Equatable {
  /// The scale of the output.
  public let a: Double
  /// The factor in the exponent.
  public let b: Double

  /// A Gaussian.
  ///
  /// - Throws: `.invalidParameter` when a number is zero or not finite.
  public init(a: Double = 1, b: Double = -1) throws(MercerError) {
    try checkScales(of: "gaussian", a, b)
    self.a = a
    self.b = b
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "gaussian", summary: "a exp(b u²)", parameters: .scales(["a": 1, "b": -1])
  ) { (arguments) throws(MercerError) in
    try GaussianActivation(a: arguments.number("a"), b: arguments.number("b"))
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer("gaussian", .scales([("a", a, 1), ("b", b, -1)]))
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { .even }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let d = N(1) + (-2 * b) * (pair.x + pair.z) + (4 * b * b) * pair.determinant
    let value = N(a * a) / N.sqrt(d)
    return (value, (4 * b * b) * (pair.k * value / d))
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    N(a) / N.sqrt(1 - (2 * b) * variance)
  }
}

/// As a function of one number.
extension GaussianActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { a * Double.exp(b * u * u) }

  /// φ′(u).
  public func slope(at u: Double) -> Double { 2 * a * b * u * Double.exp(b * u * u) }
}
