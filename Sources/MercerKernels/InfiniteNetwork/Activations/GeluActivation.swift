import MercerCore
import RealModule

/// φ(u) = u Φ(u), Φ the normal distribution function: the Gaussian error linear unit, exact.
///
/// With D = (1 + x)(1 + z) − k² and α = arctan(k/√D):
///
/// ```
/// E φ(u) φ(w) = k/4 + (k α + (k² + x z D)/((1 + x)(1 + z) √D)) / 2π
/// ```
/// - Source: Tsuchida, Pearce, van der Heide, Roosta and Gallagher 2021, Avoiding Kernel Fixed Points
///   (2002.08517), sec. 3.
public struct GeluActivation: Activation, Equatable {
  /// The activation.
  public init() {}

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax("gelu", summary: "u Φ(u), exactly") {
    (_) throws(MercerError) in GeluActivation()
  }

  /// `gelu`.
  public var expression: NetworkExpression { .layer("gelu") }

  /// What φ(−u) is.
  public var parity: ActivationParity { .none }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let (k, product) = (pair.k, pair.x * pair.z)
    let shifted = N(1) + (pair.x + pair.z) + product
    let d = N(1) + (pair.x + pair.z) + pair.determinant
    let root = N.sqrt(d)
    let part = N(0.25) + (0.5 / .pi) * N.atan2(y: k, x: root)
    let value = k * part + (0.5 / .pi) * ((k * k + product * d) / (shifted * root))
    let slope =
      part + (0.5 / .pi) * (k / root * (N(1) / d + (1 - product) / shifted + 1))
    return (value, slope)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    variance / N.sqrt((2 * .pi) * (variance + 1))
  }
}

/// As a function of one number.
extension GeluActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { u * normalDistribution(u) }

  /// φ′(u).
  public func slope(at u: Double) -> Double {
    normalDistribution(u) + u * Double.exp(-u * u / 2) / (2 * Double.pi).squareRoot()
  }
}

/// Φ(u), which keeps its digits for very negative u.
private func normalDistribution(_ u: Double) -> Double { Double.erfc(-u / Double.sqrt(2)) / 2 }
