public import MercerCore

/// The Laplace kernel (exponential) of the Euclidean distance.
///
/// ```
/// k(x, z) = exp(−‖M (x − z)‖ / ℓ)
/// ```
/// - Units: ℓ in those of the mapped inputs; values in (0, 1].
/// - Positive definite: strictly, for distinct mapped points.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, eq. 4.18 with
///   γ = 1.
///
/// It is the Matérn kernel of smoothness 1/2.
public struct LaplaceKernel<Element: Scalar>: RadialKernel, Equatable {
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A Laplace kernel.
  ///
  /// - Parameters:
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - metric: M, which the coordinates go through first.
  /// - Throws: `.invalidParameter` for a length scale or a metric outside its range.
  public init(
    lengthScale: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    try checkPositive(lengthScale, "lengthScale")
    try metric.validate()
    self.lengthScale = lengthScale
    self.metric = metric
  }

  /// φ.
  public var pairMap: PairMap? { PairMap(.expRoot, c: 1 / lengthScale) }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(lengthScale: values[0], metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "laplace", summary: "exp(−r/ℓ), r the Euclidean distance",
      parameters: [.lengthScale] + .metric
    ) { (arguments) throws(MercerError) in
      try LaplaceKernel(lengthScale: arguments.number("lengthScale"), metric: arguments.metric())
    }
  }
}
