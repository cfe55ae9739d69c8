public import MercerCore
internal import RealModule

/// The power exponential kernel of an ℓ_q distance; Gaussian, Laplace and product Laplace are such.
///
/// ```
/// k(x, z) = exp(−(‖M (x − z)‖_q / ℓ)^p),  0 < p ≤ q ≤ 2
/// ```
/// - Units: ℓ in those of the mapped inputs; values in (0, 1].
/// - Positive definite: for these p and q, and strictly so for distinct mapped points.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: I. J. Schoenberg 1938, *Metric spaces and positive definite functions*, Trans. AMS 44.
///
/// At p = q = 2 it is exp(−r²/ℓ²): the Gaussian kernel of length scale ℓ/√2.
public struct PowerExponentialKernel<Element: Scalar>: RadialKernel, Equatable {
  /// q, of the norm.
  public let q: Double
  /// p, the power of the distance.
  public let p: Double
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A power exponential kernel.
  ///
  /// - Parameters:
  ///   - q: the exponent of the norm, in (0, 2].
  ///   - p: the power of the distance, in (0, q].
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - metric: M.
  /// - Throws: `.invalidParameter` for a value outside its range.
  public init(
    q: Double, p: Double, lengthScale: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    guard q > 0, q <= 2 else {
      throw MercerError(
        .invalidParameter, "q must be greater than zero and at most 2, but is \(q)")
    }
    guard p > 0, p <= q else {
      throw MercerError(
        .invalidParameter, "p must be greater than zero and at most q = \(q), but is \(p)",
        remedy: "the kernel is positive definite for 0 < p ≤ q ≤ 2 only")
    }
    try checkPositive(lengthScale, "lengthScale")
    try metric.validate()
    self.q = q
    self.p = p
    self.lengthScale = lengthScale
    self.metric = metric
  }

  /// q.
  public var exponent: Double { q }

  /// The arguments of the text form that are no continuous parameters.
  public var fixedArguments: [KernelExpression.Argument] {
    [.init("q", .number(q)), .init("p", .number(p))]
  }

  /// φ: with s = ‖·‖_q^q the kernel is exp(−ℓ^−p s^(p/q)).
  public var pairMap: PairMap? {
    let c = Double.pow(lengthScale, -p)
    return p == q ? PairMap(.expLinear, c: -c) : PairMap(.expPower, c: c, p: p / q)
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(q: q, p: p, lengthScale: values[0], metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "powerExponential", summary: "exp(−(‖x − z‖_q/ℓ)^p), 0 < p ≤ q ≤ 2",
      parameters: [
        KernelParameterSyntax("q", .number, summary: "the exponent of the norm, in (0, 2]"),
        KernelParameterSyntax("p", .number, summary: "the power of the distance, in (0, q]"),
        .lengthScale,
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try PowerExponentialKernel(
        q: arguments.number("q"), p: arguments.number("p"),
        lengthScale: arguments.number("lengthScale"), metric: arguments.metric())
    }
  }
}
