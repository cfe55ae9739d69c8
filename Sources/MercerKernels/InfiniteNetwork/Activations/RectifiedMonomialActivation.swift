public import MercerCore
import RealModule

/// φ(u) = max(u, 0)ᵖ, p ≥ 1: relu to a power.
///
/// With P = E uᵖ wᵖ, θ the angle and D = x z − k²:
///
/// ```
/// E φ(u) φ(w) = P(k, x z) (π − θ)/2π + Q(k, x z) √D
/// ```
/// where Q is the polynomial for which the derivative by k is p² times the same of degree p − 1.
/// - Source: Cho and Saul 2009, Kernel Methods for Deep Learning, eqs. 3 to 7: the arc-cosine kernel of
///   order p over 2. The recursion for Q follows from the derivative.
public struct RectifiedMonomialActivation: Activation, Equatable {
  /// p, from 1 to 20.
  public let degree: Int
  private let value, slope: PolynomialMoments
  private let valueRest, slopeRest: [Double]

  /// A rectified monomial.
  ///
  /// - Throws: `.invalidParameter` for a degree outside its range.
  public init(degree: Int) throws(MercerError) {
    try checkDegree(degree, of: "rectifiedMonomial", from: 1)
    self.degree = degree
    value = PolynomialMoments(degree: degree)
    slope = PolynomialMoments(degree: degree - 1)
    var rests: [[Double]] = [[]]
    for p in 1...degree { rests.append(Self.rest(p, after: rests[p - 1])) }
    valueRest = rests[degree]
    slopeRest = rests[degree - 1]
  }

  /// The coefficients q of Q of degree p, by power of k, from those r of degree p − 1: from
  /// (x z − k²)(Q′ − p² R) − k Q = −P/2π, the highest power first.
  private static func rest(_ p: Int, after r: [Double]) -> [Double] {
    let moments = PolynomialMoments(degree: p).coefficients
    var q = [Double](repeating: 0, count: p + 2)
    func previous(_ j: Int) -> Double { r.indices.contains(j) ? r[j] : 0 }
    let square = Double(p * p)
    for j in stride(from: p, through: 1, by: -2) {
      let known = Double(j + 1) * q[j + 1] + moments[j] / (2 * .pi)
      q[j - 1] = (known + square * (previous(j - 2) - previous(j))) / Double(j)
    }
    return Array(q.prefix(p))
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "rectifiedMonomial", summary: "max(u, 0) to the power degree", parameters: .degree
  ) { (arguments) throws(MercerError) in
    try RectifiedMonomialActivation(degree: arguments.wholeNumber("degree"))
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer("rectifiedMonomial", [.init("degree", .number(Double(degree)))])
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { .none }

  /// Adds one node; of degree 1 that of relu, whose loops are better.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    degree == 1
      ? try graph.appendActivation(RectifierLayer.relu, after: input)
      : try graph.appendActivation(self, after: input)
  }

  /// Yes: a power of t times.
  public var isHomogeneous: Bool { true }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let (k, product) = (pair.k, pair.x * pair.z)
    let root = N.root(pair.determinant)
    let share = (0.5 / .pi) * N.atan2(y: root, x: -k)
    let first =
      share * value.value(k, product) + root * PolynomialMoments.homogeneous(valueRest, k, product)
    let second =
      share * slope.value(k, product) + root * PolynomialMoments.homogeneous(slopeRest, k, product)
    return (first, Double(degree * degree) * second)
  }

  /// E max(u, 0)ᵖ: half the absolute moment.
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    let moment = PolynomialMoments.doubleFactorial(degree - 1) / 2
    let power = N.power(variance, degree / 2)
    return degree % 2 == 0
      ? moment * power : (moment * (2 / Double.pi).squareRoot()) * (power * N.sqrt(variance))
  }
}

/// As a function of one number.
extension RectifiedMonomialActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { u > 0 ? Double.pow(u, degree) : 0 }

  /// φ′(u).
  public func slope(at u: Double) -> Double {
    u > 0 ? Double(degree) * Double.pow(u, degree - 1) : 0
  }
}
