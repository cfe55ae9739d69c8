public import MercerCore

/// The product Laplace kernel: one Laplace kernel a coordinate, multiplied.
///
/// ```
/// k(x, z) = exp(−Σₖ |(M (x − z))ₖ| / ℓ)
/// ```
/// - Units: ℓ in those of the mapped inputs; values in (0, 1].
/// - Positive definite: strictly, for distinct mapped points.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, eq. 4.18 with
///   γ = 1, multiplied over coordinates.
public struct ProductLaplaceKernel<Element: Scalar>: RadialKernel, Equatable {
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A product Laplace kernel.
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

  /// q.
  public var exponent: Double { 1 }

  /// φ.
  public var pairMap: PairMap? { PairMap(.expLinear, c: -1 / lengthScale) }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(lengthScale: values[0], metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "productLaplace", summary: "exp(−Σ sᵢ|xᵢ − zᵢ|/ℓ)",
      parameters: [.lengthScale] + .metric
    ) { (arguments) throws(MercerError) in
      try ProductLaplaceKernel(
        lengthScale: arguments.number("lengthScale"), metric: arguments.metric())
    }
  }
}
