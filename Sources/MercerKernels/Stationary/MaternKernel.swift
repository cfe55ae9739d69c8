public import MercerCore

/// The Matérn kernel of smoothness ν = 1/2, 3/2 or 5/2.
///
/// ```
/// k(x, z) = exp(−r/ℓ)                               ν = 1/2
/// k(x, z) = (1 + u) exp(−u),           u = √3 r/ℓ     ν = 3/2
/// k(x, z) = (1 + u + u²/3) exp(−u),    u = √5 r/ℓ     ν = 5/2
/// ```
/// - Units: ℓ in those of the mapped inputs; values in (0, 1].
/// - Positive definite: strictly, for distinct mapped points.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, eqs. 4.14 and
///   4.17.
///
/// Here r = ‖M (x − z)‖. A Gaussian process of it has ν − 1/2 mean-square derivatives.
public struct MaternKernel<Element: Scalar>: RadialKernel, Equatable {
  /// ν.
  public let smoothness: Double
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A Matérn kernel.
  ///
  /// - Parameters:
  ///   - smoothness: ν, one of 0.5, 1.5 and 2.5.
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - metric: M.
  /// - Throws: `.invalidParameter` for a value outside its range.
  public init(
    smoothness: Double = 2.5, lengthScale: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    guard smoothness == 0.5 || smoothness == 1.5 || smoothness == 2.5 else {
      throw MercerError(
        .invalidParameter, "smoothness must be 0.5, 1.5 or 2.5, but is \(smoothness)")
    }
    try checkPositive(lengthScale, "lengthScale")
    try metric.validate()
    self.smoothness = smoothness
    self.lengthScale = lengthScale
    self.metric = metric
  }

  /// The arguments of the text form that are no continuous parameters.
  public var fixedArguments: [KernelExpression.Argument] {
    [.init("smoothness", .number(smoothness))]
  }

  /// c = √(2ν) / ℓ, so that u = c r.
  private var rate: Double { (2 * smoothness).squareRoot() / lengthScale }

  /// φ.
  public var pairMap: PairMap? {
    PairMap(
      smoothness == 0.5 ? .expRoot : smoothness == 1.5 ? .expRootFirst : .expRootSecond, c: rate)
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(smoothness: smoothness, lengthScale: values[0], metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "matern", summary: "Matérn of smoothness 0.5, 1.5 or 2.5",
      parameters: [
        KernelParameterSyntax(
          "smoothness", .number, ifAbsent: .value(.number(2.5)), summary: "ν: 0.5, 1.5 or 2.5"),
        .lengthScale,
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try MaternKernel(
        smoothness: arguments.number("smoothness"),
        lengthScale: arguments.number("lengthScale"), metric: arguments.metric())
    }
  }
}
