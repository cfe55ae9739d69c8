public import MercerCore
import RealModule

/// φ(u) = uᵖ.
///
/// ```
/// E φ(u) φ(w) = Σⱼ C(p, j)² j! ((p − j − 1)!!)² kʲ (x z)^((p − j)/2),   p − j even
/// ```
/// - Source: Isserlis 1918, On a formula for the product-moment coefficient; Han et al. 2022
///   (2209.04121), sec. 3.
public struct MonomialActivation: Activation, Equatable {
  /// p, from 1 to 20.
  public let degree: Int
  private let value, slope: PolynomialMoments

  /// A monomial.
  ///
  /// - Throws: `.invalidParameter` for a degree outside its range.
  public init(degree: Int) throws(MercerError) {
    try checkDegree(degree, of: "monomial", from: 1)
    self.degree = degree
    value = PolynomialMoments(degree: degree)
    slope = PolynomialMoments(degree: degree - 1)
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "monomial", summary: "u to the power degree", parameters: .degree
  ) { (arguments) throws(MercerError) in
    try MonomialActivation(degree: arguments.wholeNumber("degree"))
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer("monomial", [.init("degree", .number(Double(degree)))])
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { degree % 2 == 0 ? .even : .odd }

  /// Yes: a power of t times.
  public var isHomogeneous: Bool { true }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let product = pair.x * pair.z
    return (
      value.value(pair.k, product), Double(degree * degree) * slope.value(pair.k, product)
    )
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    degree % 2 == 1
      ? N(0)
      : PolynomialMoments.doubleFactorial(degree - 1) * N.power(variance, degree / 2)
  }
}

/// As a function of one number.
extension MonomialActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { Double.pow(u, degree) }

  /// φ′(u).
  public func slope(at u: Double) -> Double { Double(degree) * Double.pow(u, degree - 1) }
}

/// Throws `.invalidParameter` unless a degree is in its range.
func checkDegree(_ degree: Int, of name: String, from least: Int) throws(MercerError) {
  guard (least...20).contains(degree) else {
    throw MercerError(
      .invalidParameter, "degree of \(name) must be from \(least) to 20, not \(degree)")
  }
}

extension [KernelParameterSyntax] {
  /// `degree`.
  static var degree: Self { [.init("degree", .wholeNumber, summary: "up to 20")] }
}
