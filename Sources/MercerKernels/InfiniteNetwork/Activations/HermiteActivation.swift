public import MercerCore

/// φ(u) = Heₚ(u)/√p!, the Hermite polynomial (of probabilists) of unit norm under the standard normal
/// distribution.
///
/// With Heₚ(√x g) expanded in Heₚ₋₂ₘ(g), and aₘ = p!/(2ᵐ m! (p − 2m)!):
///
/// ```
/// E φ(u) φ(w) = Σₘ aₘ² (p − 2m)!/p! ((x − 1)(z − 1))ᵐ k^(p − 2m)
/// ```
/// which is kᵖ for inputs of unit variance, as after `layerNorm`. Its slope is p times the sum of
/// degree p − 1.
/// - Source: Mehler's formula; Daniely, Frostig and Singer 2016, Toward Deeper Understanding of Neural
///   Networks (1602.05897), sec. 4; `Hermite` of neural-tangents at unit variance.
public struct HermiteActivation: Activation, Equatable {
  /// p, from 1 to 20.
  public let degree: Int
  private let value, slope: [Double]

  /// A Hermite polynomial.
  ///
  /// - Throws: `.invalidParameter` for a degree outside its range.
  public init(degree: Int) throws(MercerError) {
    try checkDegree(degree, of: "hermite", from: 1)
    self.degree = degree
    value = Self.coefficients(degree)
    slope = Self.coefficients(degree - 1)
  }

  /// aₘ² (p − 2m)!/p! at place p − 2m.
  private static func coefficients(_ p: Int) -> [Double] {
    var result = [Double](repeating: 0, count: p + 1)
    for m in 0...(p / 2) {
      let rest = PolynomialMoments.factorial(p - 2 * m)
      let power = Double(sign: .plus, exponent: m, significand: 1)
      let a = PolynomialMoments.factorial(p) / (power * PolynomialMoments.factorial(m) * rest)
      result[p - 2 * m] = a * a * rest / PolynomialMoments.factorial(p)
    }
    return result
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "hermite", summary: "the Hermite polynomial of this degree, of unit norm", parameters: .degree
  ) { (arguments) throws(MercerError) in
    try HermiteActivation(degree: arguments.wholeNumber("degree"))
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer("hermite", [.init("degree", .number(Double(degree)))])
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { degree % 2 == 0 ? .even : .odd }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let product = (pair.x + -1) * (pair.z + -1)
    return (
      PolynomialMoments.homogeneous(value, pair.k, product),
      Double(degree) * PolynomialMoments.homogeneous(slope, pair.k, product)
    )
  }

  /// aₘ (x − 1)ᵐ/√p! with m = p/2.
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    guard degree % 2 == 0 else { return N(0) }
    return value[0].squareRoot() * N.power(variance + -1, degree / 2)
  }
}

/// As a function of one number.
extension HermiteActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { Self.orthonormal(degree, u) }

  /// φ′(u).
  public func slope(at u: Double) -> Double {
    Double(degree).squareRoot() * Self.orthonormal(degree - 1, u)
  }

  /// Heₙ(u)/√n!, by the recursion √(n + 1) hₙ₊₁ = u hₙ − √n hₙ₋₁.
  private static func orthonormal(_ degree: Int, _ u: Double) -> Double {
    var (last, value) = (0.0, 1.0)
    for n in 0..<degree {
      let next =
        (u * value - Double(n).squareRoot() * last) / Double(n + 1).squareRoot()
      (last, value) = (value, next)
    }
    return value
  }
}
