public import MercerCore
import RealModule

/// φ(u) = a sin(b u + c), or a cos(b u + c).
///
/// With e₋ = exp(−b² E(u − w)²/2) and e₊ = exp(−b² E(u + w)²/2):
///
/// ```
/// E φ(u) φ(w) = a² (e₋ ∓ cos(2c) e₊)/2        minus for the sine
/// ```
/// - Accuracy: e₋ − e₊ is made without cancellation, so that small variances keep their digits.
/// - Source: Pearce, Tsuchida, Zaki, Brintrup and Neely 2019, Expressive Priors in Bayesian Neural
///   Networks (1905.06076), appendix A; Han et al. 2022 (2209.04121), table 1.
public struct SineActivation: Activation, Equatable {
  /// The scale of the output.
  public let a: Double
  /// The scale of the input.
  public let b: Double
  /// The phase.
  public let c: Double
  /// Whether it is the cosine.
  public let isCosine: Bool
  private let sineSquare, cosineSquare: Double

  /// A sine or cosine.
  ///
  /// - Throws: `.invalidParameter` when a number is not finite, or a or b is zero.
  public init(
    a: Double = 1, b: Double = 1, c: Double = 0, isCosine: Bool = false
  ) throws(MercerError) {
    try checkScales(of: isCosine ? "cos" : "sin", a, b, c)
    self.a = a
    self.b = b
    self.c = c
    self.isCosine = isCosine
    sineSquare = Double.sin(c) * Double.sin(c)
    cosineSquare = Double.cos(c) * Double.cos(c)
  }

  /// How the text form writes and reads the two.
  public static let syntaxes = [false, true].map { isCosine in
    NetworkLayerSyntax(
      isCosine ? "cos" : "sin", summary: isCosine ? "a cos(b u + c)" : "a sin(b u + c)",
      parameters: .scales(["a": 1, "b": 1, "c": 0])
    ) { (arguments) throws(MercerError) in
      try SineActivation(
        a: arguments.number("a"), b: arguments.number("b"), c: arguments.number("c"),
        isCosine: isCosine)
    }
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer(isCosine ? "cos" : "sin", .scales([("a", a, 1), ("b", b, 1), ("c", c, 0)]))
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { c != 0 ? .none : isCosine ? .even : .odd }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let (plus, difference) = Self.exponentials(of: pair, squaredScale: b * b)
    let bySine = difference + (2 * sineSquare) * plus
    let byCosine = difference + (2 * cosineSquare) * plus
    let half = a * a / 2
    return isCosine
      ? (half * byCosine, (half * b * b) * bySine) : (half * bySine, (half * b * b) * byCosine)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    (a * (isCosine ? Double.cos(c) : Double.sin(c))) * N.exp((-0.5 * b * b) * variance)
  }

  /// e₊, and e₋ − e₊ without cancellation.
  @inline(__always)
  private static func exponentials<N: MomentNumber>(
    of pair: NormalPair<N>, squaredScale: Double
  ) -> (plus: N, difference: N) {
    let plus = N.exp((-0.5 * squaredScale) * pair.together)
    if pair.k.approximate > 0 {
      let minus = N.exp((-0.5 * squaredScale) * pair.apart)
      return (plus, -(minus * N.expMinusOne((-2 * squaredScale) * pair.k)))
    }
    return (plus, plus * N.expMinusOne((2 * squaredScale) * pair.k))
  }
}

/// As a function of one number.
extension SineActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double {
    a * (isCosine ? Double.cos(b * u + c) : Double.sin(b * u + c))
  }

  /// φ′(u).
  public func slope(at u: Double) -> Double {
    a * b * (isCosine ? -Double.sin(b * u + c) : Double.cos(b * u + c))
  }
}
