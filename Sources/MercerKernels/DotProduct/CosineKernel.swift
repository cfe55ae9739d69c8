public import MercerCore

/// The cosine kernel: the cosine of the angle between two points seen from the origin.
///
/// ```
/// k(x, z) = ⟨M x, M z⟩ / (‖M x‖ ‖M z‖),  0 when a norm is 0
/// ```
/// - Units: values in [−1, 1].
/// - Positive definite: of rank d at most.
/// - Complexity: a tile costs O(rows · columns · d), by GEMM.
/// - Source: G. Salton & M. J. McGill 1983, *Introduction to Modern Information Retrieval*.
public struct CosineKernel<Element: Scalar>: InnerProductKernel, Equatable {
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A cosine kernel.
  ///
  /// - Throws: `.invalidParameter` for a metric outside its range.
  public init(metric: Metric = .identity) throws(MercerError) {
    try metric.validate()
    self.metric = metric
  }

  /// inner ← f.
  public func map(
    _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>
  ) {
    Element.cosines(count, inner, norm: norm, norms: norms)
  }

  /// inner ← ∂f/∂⟨x, z⟩, and the derivatives with respect to the squared norms.
  public func mapSlopes(
    _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>, normSlopes: UnsafeMutablePointer<Element>,
    otherNormSlopes: UnsafeMutablePointer<Element>
  ) {
    Element.cosineSlopes(
      count, inner, norm: norm, norms: norms, normSlopes: normSlopes,
      otherNormSlopes: otherNormSlopes)
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax("cosine", summary: "⟨x, z⟩/(‖x‖‖z‖)", parameters: .metric) {
      (arguments) throws(MercerError) in
      try CosineKernel(metric: arguments.metric())
    }
  }
}

extension Scalar {
  /// √(a b), so that √(a a) is a exactly; by two roots where the product leaves the range.
  @inline(__always)
  private static func rootOfProduct(_ a: Self, _ b: Self) -> Self {
    let product = a * b
    return product.isNormal ? product.squareRoot() : a.squareRoot() * b.squareRoot()
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func cosines(
    _ count: Int, _ inner: UnsafeMutablePointer<Self>, norm: Self, norms: UnsafePointer<Self>
  ) {
    for j in 0..<count {
      let root = rootOfProduct(norm, norms[j])
      // Rounding must not lead outside the range of a cosine; NaN stays.
      let value = root == 0 ? 0 : inner[j] / root
      inner[j] = value > 1 ? 1 : value < -1 ? -1 : value
    }
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func cosineSlopes(
    _ count: Int, _ inner: UnsafeMutablePointer<Self>, norm: Self, norms: UnsafePointer<Self>,
    normSlopes: UnsafeMutablePointer<Self>, otherNormSlopes: UnsafeMutablePointer<Self>
  ) {
    for j in 0..<count {
      let root = rootOfProduct(norm, norms[j])
      if root == 0 {
        (inner[j], normSlopes[j], otherNormSlopes[j]) = (0, 0, 0)
        continue
      }
      let half = inner[j] / root * (-1 / 2)
      (inner[j], normSlopes[j], otherNormSlopes[j]) = (1 / root, half / norm, half / norms[j])
    }
  }
}
