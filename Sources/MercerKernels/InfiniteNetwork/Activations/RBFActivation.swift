public import MercerCore
import RealModule

/// φ(u) = √2 sin(√(2γ) u + π/4), whose kernel is Gaussian.
///
/// ```
/// E φ(u) φ(w) = exp(−γ E(u − w)²)
/// ```
/// - Source: Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines; `Rbf` of
///   neural-tangents.
public struct RBFActivation: Activation, Equatable {
  /// γ, greater than zero.
  public let gamma: Double

  /// An activation.
  ///
  /// - Throws: `.invalidParameter` unless γ is finite and above zero.
  public init(gamma: Double = 1) throws(MercerError) {
    try checkPositive(gamma, "gamma of rbf")
    self.gamma = gamma
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "rbf", summary: "√2 sin(√(2 gamma) u + π/4)", parameters: .scales(["gamma": 1])
  ) { (arguments) throws(MercerError) in try RBFActivation(gamma: arguments.number("gamma")) }

  /// The layer in text form.
  public var expression: NetworkExpression { .layer("rbf", .scales([("gamma", gamma, 1)])) }

  /// What φ(−u) is.
  public var parity: ActivationParity { .none }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let value = N.exp(-gamma * pair.apart)
    return (value, (2 * gamma) * value)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N { N.exp(-gamma * variance) }
}

/// As a function of one number.
extension RBFActivation: PointwiseActivation {
  private var frequency: Double { (2 * gamma).squareRoot() }

  /// φ(u).
  public func value(at u: Double) -> Double {
    Double.sqrt(2) * Double.sin(frequency * u + .pi / 4)
  }

  /// φ′(u).
  public func slope(at u: Double) -> Double {
    Double.sqrt(2) * frequency * Double.cos(frequency * u + .pi / 4)
  }
}
