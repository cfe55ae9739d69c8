public import MercerCore

/// The polynomial kernel.
///
/// ```
/// k(x, z) = (⟨M x, M z⟩ + c)^degree
/// ```
/// - Positive definite: for c ≥ 0; of rank C(d + degree, degree) at most.
/// - Complexity: a tile costs O(rows · columns · (d + log degree)), by GEMM.
/// - Source: Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, sec. 4.2.2.
public struct PolynomialKernel<Element: Scalar>: InnerProductKernel, Equatable {
  /// The power.
  public let degree: Int
  /// c.
  public let offset: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A polynomial kernel.
  ///
  /// - Parameters:
  ///   - degree: the power, at least 1.
  ///   - offset: c, finite and not negative. At 0 it is no parameter to search.
  ///   - metric: M.
  /// - Throws: `.invalidParameter` for a value outside its range.
  public init(
    degree: Int = 2, offset: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    guard degree >= 1 else {
      throw MercerError(.invalidParameter, "degree must be at least 1, but is \(degree)")
    }
    guard offset.isFinite, offset >= 0 else {
      throw MercerError(
        .invalidParameter, "offset must be finite and not negative, but is \(offset)")
    }
    try metric.validate()
    self.degree = degree
    self.offset = offset
    self.metric = metric
  }

  /// Whether f depends on the norms.
  public static var dependsOnNorms: Bool { false }

  /// The arguments of the text form that are no continuous parameters.
  public var fixedArguments: [KernelExpression.Argument] {
    let degree = KernelExpression.Argument("degree", .number(Double(degree)))
    return offset > 0 ? [degree] : [degree, .init("offset", .number(0))]
  }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] {
    offset > 0 ? [KernelParameter("offset", offset)] : []
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(degree: degree, offset: values.first ?? offset, metric: metric)
  }

  /// f.
  public var pairMap: PairMap? { PairMap(.polynomial, c: offset, p: Double(degree)) }

  /// inner ← ∂f/∂θ for the shape parameter of this number.
  public func mapShapeSlope(
    _ index: Int, _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>
  ) {
    // ∂f/∂c is ∂f/∂⟨x, z⟩.
    if let slope = pairMap?.slope { Element.loops.map(slope, count, inner) }
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "polynomial", summary: "(⟨x, z⟩ + c)^degree",
      parameters: [
        KernelParameterSyntax(
          "degree", .wholeNumber, ifAbsent: .value(.number(2)), summary: "the power, at least 1"),
        KernelParameterSyntax(
          "offset", .number, ifAbsent: .value(.number(1)), summary: "c, at least 0"),
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try PolynomialKernel(
        degree: arguments.wholeNumber("degree"), offset: arguments.number("offset"),
        metric: arguments.metric())
    }
  }
}
