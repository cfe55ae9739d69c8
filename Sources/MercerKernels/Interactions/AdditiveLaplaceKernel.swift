public import MercerCore

/// A sum of Laplace kernels of one coordinate each, or of one and two: main effects, and interactions
/// of pairs.
///
/// ```
/// order 1:  k(x, z) = (1/d) Σₖ eₖ,   eₖ = exp(−|(M (x − z))ₖ| / ℓ)
/// order 2:  k(x, z) = ½ (1/d) Σₖ eₖ + ½ (2 / (d (d − 1))) Σ_{k < l} eₖ eₗ
/// ```
/// The second is half the mean of the main effects and half the mean of all pairs, the elementary
/// symmetric polynomials e₁ and e₂ over the number of their terms. With d = 1 both orders are the
/// Laplace kernel.
///
/// d counts the coordinates that take part. One with scale 0, or a row of zeros in a transform, is no
/// coordinate of the kernel: it would add a constant 1/d to it, and is left out of the sums and of d. (A
/// scale that is merely small leaves nearly that constant, which is harmless but there.) Without any
/// coordinate the kernel is 1.
///
/// - Units: ℓ in those of the mapped inputs; values in (0, 1], k(x, x) = 1.
/// - Positive definite: semi-definite. Not strictly: what an additive function is on three corners of a
///   rectangle fixes the fourth, and with pairs seven corners of a box fix the eighth.
/// - Complexity: a tile costs O(rows · columns · d) for either order (e₂ is summed up beside e₁, and
///   nothing cancels), about as much as of a product Laplace kernel while the columns span at most 120 ℓ
///   in each coordinate (990 in Double), and five times as much beyond.
/// - Source: D. Duvenaud, H. Nickisch & C. E. Rasmussen 2011, *Additive Gaussian Processes*, NIPS 24,
///   sec. 2, here with the same variance for each order up to the largest.
public struct AdditiveLaplaceKernel<Element: Scalar>: MetricKernel, Equatable {
  /// The largest number of coordinates that interact, 1 or 2.
  public let order: Int
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// An additive Laplace kernel.
  ///
  /// - Parameters:
  ///   - order: the largest number of coordinates that interact, 1 or 2.
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - metric: M, which the coordinates go through first.
  /// - Throws: `.invalidParameter` for a value or a metric outside its range.
  public init(
    order: Int = 1, lengthScale: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    guard (1...2).contains(order) else {
      throw MercerError(
        .invalidParameter, "order must be 1 or 2, but is \(order)",
        remedy: "for interactions of every order use anovaLaplace")
    }
    try checkPositive(lengthScale, "lengthScale")
    try metric.validate()
    self.order = order
    self.lengthScale = lengthScale
    self.metric = metric
  }

  /// The arguments of the text form that are no continuous parameters.
  public var fixedArguments: [KernelExpression.Argument] {
    [.init("order", .number(Double(order)))]
  }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] { [KernelParameter("lengthScale", lengthScale)] }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(order: order, lengthScale: values[0], metric: metric)
  }

  /// The kernel on these inputs; throws `.shapeMismatch` when their dimensions do not fit.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    return metric.boundDecays(rows: rows, columns: columns, lengthScale: lengthScale) { d in
      let (rate, d) = (1 / lengthScale, Double(d))
      // A product of no factors is 1.
      if d == 0 { return DecayForm(sum: .decayProduct(rate: rate, constant: 1), map: .identity) }
      if order == 1 || d == 1 {
        return DecayForm(sum: .decays(rate: rate), map: PairMap(.quotient, c: d))
      }
      // Σ eₖ / (2d) + Σ eₖ eₗ / (d (d − 1)): equal points have d (d − 1), a whole number, over itself.
      return DecayForm(
        sum: .decayPairs(rate: rate, single: (d - 1) / 2), map: PairMap(.quotient, c: d * (d - 1)))
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
      "additiveLaplace", summary: "the mean of exp(−sᵢ|xᵢ − zᵢ|/ℓ), or half that and half of pairs",
      parameters: [
        KernelParameterSyntax(
          "order", .wholeNumber, ifAbsent: .value(.number(1)),
          summary: "how many coordinates interact, 1 or 2"),
        .lengthScale,
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try AdditiveLaplaceKernel(
        order: arguments.wholeNumber("order"), lengthScale: arguments.number("lengthScale"),
        metric: arguments.metric())
    }
  }
}
