public import MercerCore

/// The rational quadratic kernel: a mixture of Gaussian kernels of many length scales.
///
/// ```
/// k(x, z) = (1 + ‖M (x − z)‖² / (2αℓ²))^−α
/// ```
/// - Units: ℓ in those of the mapped inputs; values in (0, 1].
/// - Positive definite: strictly, for distinct mapped points.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, eq. 4.19.
public struct RationalQuadraticKernel<Element: Scalar>: RadialKernel, Equatable {
  /// α; the Gaussian kernel is the limit of large α.
  public let alpha: Double
  /// ℓ.
  public let lengthScale: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A rational quadratic kernel.
  ///
  /// - Parameters:
  ///   - alpha: α, finite and greater than zero.
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - metric: M.
  /// - Throws: `.invalidParameter` for a value outside its range.
  public init(
    alpha: Double = 1, lengthScale: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    try checkPositive(alpha, "alpha")
    try checkPositive(lengthScale, "lengthScale")
    try metric.validate()
    self.alpha = alpha
    self.lengthScale = lengthScale
    self.metric = metric
  }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] {
    [KernelParameter("lengthScale", lengthScale), KernelParameter("alpha", alpha)]
  }

  /// c = 1/(2αℓ²), so that k = (1 + c s)^−α.
  private var rate: Double { 0.5 / (alpha * lengthScale * lengthScale) }

  /// φ.
  public var pairMap: PairMap? { PairMap(.rational, c: rate, p: alpha) }

  /// s ← ∂φ(s)/∂θ for the shape parameter of this number.
  public func mapShapeSlope(_ index: Int, _ count: Int, _ s: UnsafeMutablePointer<Element>) {
    // ∂k/∂α = k (t / (1 + t) − log(1 + t)) with t = c s, and t / (1 + t) = 1 − (1 + t)⁻¹.
    let loops = Element.loops
    withUnsafeTemporaryAllocation(of: Element.self, capacity: 2 * count) { scratch in
      guard let factor = scratch.baseAddress, count > 0 else { return }
      let logarithm = factor + count
      factor.initialize(from: s, count: count)
      logarithm.initialize(from: s, count: count)
      loops.map(PairMap(.rational, a: -1, c: rate, p: 1), count, factor)
      loops.map(PairMap(.logOnePlus, a: -1, c: rate), count, logarithm)
      loops.affine(count, factor, 1, 1)
      loops.add(count, factor, logarithm)
      map(count, s)
      loops.multiply(count, s, factor)
    }
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(alpha: values[1], lengthScale: values[0], metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "rationalQuadratic", summary: "(1 + r²/(2αℓ²))^−α, r the Euclidean distance",
      parameters: [
        .lengthScale,
        KernelParameterSyntax(
          "alpha", .number, ifAbsent: .value(.number(1)), summary: "α, greater than 0"),
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try RationalQuadraticKernel(
        alpha: arguments.number("alpha"),
        lengthScale: arguments.number("lengthScale"), metric: arguments.metric())
    }
  }
}
