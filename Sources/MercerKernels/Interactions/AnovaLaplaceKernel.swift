public import MercerCore

/// The ANOVA form of the product Laplace kernel: all interactions of its coordinates, of every order.
///
/// ```
/// k(x, z) = Πₖ (1 + c eₖ) / (1 + c),   eₖ = exp(−|(M (x − z))ₖ| / ℓ)
/// ```
/// Multiplied out, it is a mean of product Laplace kernels on all subsets of the coordinates, in which
/// each coordinate takes part with the probability c / (1 + c). So c is the weight of an interaction
/// against what it is an interaction of: the main effects prevail for small c, and with growing c the
/// kernel tends to `ProductLaplaceKernel`.
///
/// - Units: ℓ in those of the mapped inputs, c without unit; values in (0, 1], k(x, x) = 1. A coordinate
///   of scale 0 has the factor 1, and so no part.
/// - Positive definite: strictly, for distinct mapped points.
/// - Complexity: a tile costs O(rows · columns · d), about as much as of a product Laplace kernel while
///   the columns span at most 120 ℓ in each coordinate (990 in Double), and five times as much beyond.
/// - Source: N. Durrande, D. Ginsbourger, O. Roustant & L. Carraro 2013, *ANOVA kernels and RKHS of zero
///   mean functions for model-based sensitivity analysis*, J. Multivariate Analysis 115; here with a
///   Laplace kernel for each coordinate, a weight, and normalised.
public struct AnovaLaplaceKernel<Element: Scalar>: MetricKernel, Equatable {
  /// c.
  public let weight: Double
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// An ANOVA Laplace kernel.
  ///
  /// - Parameters:
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - weight: c, finite and greater than zero.
  ///   - metric: M, which the coordinates go through first.
  /// - Throws: `.invalidParameter` for a value or a metric outside its range.
  public init(
    lengthScale: Double = 1, weight: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    try checkPositive(lengthScale, "lengthScale")
    try checkPositive(weight, "weight")
    try metric.validate()
    self.lengthScale = lengthScale
    self.weight = weight
    self.metric = metric
  }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] {
    [KernelParameter("lengthScale", lengthScale), KernelParameter("weight", weight)]
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(lengthScale: values[0], weight: values[1], metric: metric)
  }

  /// The kernel on these inputs; throws `.shapeMismatch` when their dimensions do not fit.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    return metric.boundDecays(rows: rows, columns: columns, lengthScale: lengthScale) { _ in
      // (1 + c e) / (1 + c) = q + (1 − q) e with q = 1 / (1 + c), and dq/dc = −q².
      let (rate, q) = (1 / lengthScale, 1 / (1 + weight))
      return DecayForm(
        sum: .decayProduct(rate: rate, constant: q), map: .identity,
        shapeSlopes: [.init(sum: .decayProductSlope(rate: rate, constant: q), factor: -q * q)])
    }
  }

  /// k(x, x) for each input.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try metric.checkDimension(inputs.dimension)
    return [Element](repeating: 1, count: inputs.count)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "anovaLaplace", summary: "Π (1 + c exp(−sᵢ|xᵢ − zᵢ|/ℓ)) / (1 + c)",
      parameters: [
        .lengthScale,
        KernelParameterSyntax(
          "weight", .number, ifAbsent: .value(.number(1)),
          summary: "c, the weight of interactions; greater than 0"),
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try AnovaLaplaceKernel(
        lengthScale: arguments.number("lengthScale"), weight: arguments.number("weight"),
        metric: arguments.metric())
    }
  }
}
