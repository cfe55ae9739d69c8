public import MercerCore
import RealModule

/// φ(u) = a erf(b u) + c.
///
/// ```
/// E φ(u) φ(w) = (2 a²/π) arcsin(2 b² k / √((1 + 2 b² x)(1 + 2 b² z))) + c²
/// ```
/// - Accuracy: the arcsine is an arctangent of numbers made without cancellation.
/// - Source: Williams 1997, Computing with infinite networks, eq. 11.
public struct ErfActivation: Activation, Equatable {
  /// The scale of the output.
  public let a: Double
  /// The scale of the input.
  public let b: Double
  /// What is added.
  public let c: Double

  /// An error function.
  ///
  /// - Throws: `.invalidParameter` when a number is not finite, or a or b is zero.
  public init(a: Double = 1, b: Double = 1, c: Double = 0) throws(MercerError) {
    try checkScales(of: "erf", a, b, c)
    self.init(scale: a, b, c)
  }

  private init(scale a: Double, _ b: Double, _ c: Double) {
    self.a = a
    self.b = b
    self.c = c
  }

  /// ½ erf(u/2.4020563531719796) + ½, near the logistic function: the constant is that of
  /// neural-tangents, which makes the squared difference least on [−5, 5].
  public static let sigmoidLike = ErfActivation(scale: 0.5, 1 / 2.4020563531719796, 0.5)

  /// How the text form writes and reads the family.
  public static let syntaxes = [
    NetworkLayerSyntax(
      "erf", summary: "a erf(b u) + c",
      parameters: .scales(["a": 1, "b": 1, "c": 0])
    ) { (arguments) throws(MercerError) in
      try ErfActivation(
        a: arguments.number("a"), b: arguments.number("b"), c: arguments.number("c"))
    },
    NetworkLayerSyntax("sigmoidLike", summary: "½ erf(u/2.402) + ½, near the logistic function") {
      (_) throws(MercerError) in sigmoidLike
    },
  ]

  /// The layer in text form.
  public var expression: NetworkExpression {
    if self == .sigmoidLike { return .layer("sigmoidLike") }
    return .layer("erf", .scales([("a", a, 1), ("b", b, 1), ("c", c, 0)]))
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { c == 0 ? .odd : .none }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let s = 2 * b * b
    let root = N.sqrt(N(1) + s * (pair.x + pair.z) + (s * s) * pair.determinant)
    let angle = N.atan2(y: s * pair.k, x: root)
    return ((2 / .pi * a * a) * angle + c * c, N(4 / .pi * a * a * b * b) / root)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N { N(c) }
}

/// As a function of one number.
extension ErfActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { a * Double.erf(b * u) + c }

  /// φ′(u).
  public func slope(at u: Double) -> Double {
    2 * a * b / Double.pi.squareRoot() * Double.exp(-b * b * u * u)
  }
}

/// Throws `.invalidParameter` unless the numbers are finite and the first two not zero.
func checkScales(
  of name: String, _ a: Double, _ b: Double, _ c: Double = 0
) throws(MercerError) {
  guard a.isFinite, b.isFinite, c.isFinite, a != 0, b != 0 else {
    throw MercerError(
      .invalidParameter,
      "the numbers of \(name) must be finite, and its scales a and b not zero, but are "
        + "\(a), \(b), \(c)")
  }
}

extension [KernelParameterSyntax] {
  /// Numbers with defaults, in alphabetical order.
  static func scales(_ defaults: [String: Double]) -> Self {
    defaults.sorted { $0.key < $1.key }.map {
      .init($0.key, .number, ifAbsent: .value(.number($0.value)), summary: "see the formula")
    }
  }
}

extension [NetworkExpression.Argument] {
  /// Those of some numbers that differ from their defaults.
  static func scales(_ numbers: [(label: String, value: Double, standard: Double)]) -> Self {
    numbers.filter { $0.value != $0.standard }.map { .init($0.label, .number($0.value)) }
  }
}
