public import MercerCore

/// The linear kernel: the inner product itself.
///
/// ```
/// k(x, z) = ⟨M x, M z⟩
/// ```
/// - Positive definite: of rank d at most.
/// - Complexity: a tile costs O(rows · columns · d), by GEMM.
/// - Source: Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, sec. 4.2.2.
public struct LinearKernel<Element: Scalar>: InnerProductKernel, Equatable {
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A linear kernel.
  ///
  /// - Throws: `.invalidParameter` for a metric outside its range.
  public init(metric: Metric = .identity) throws(MercerError) {
    try metric.validate()
    self.metric = metric
  }

  /// Whether f depends on the norms.
  public static var dependsOnNorms: Bool { false }

  /// f.
  public var pairMap: PairMap? { PairMap(.affine) }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(metric: metric)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax("linear", summary: "⟨x, z⟩", parameters: .metric) {
      (arguments) throws(MercerError) in
      try LinearKernel(metric: arguments.metric())
    }
  }
}
