public import MercerCore

/// A kernel that is a function of a distance: k(x, z) = φ(s), s = Σₖ |yₖ|^q, y = M (x − z).
///
/// With the usual exponent q = 2, s is the squared Euclidean distance. A conforming type supplies
/// φ and its derivatives as maps over contiguous values, best made of `Element.loops`; the rest is
/// done here: `bound(rows:columns:)` centres the inputs, applies the metric, and makes distances by
/// tiles, from coordinates in low dimensions and by GEMM in high ones.
///
/// φ must depend on s / ℓ^q alone (besides its other parameters); from that follows the derivative
/// with respect to the length scale ℓ.
public protocol RadialKernel<Element>: MetricKernel {
  /// q, above 0; 2 by default.
  var exponent: Double { get }
  /// ℓ, the first of `shapeParameters`.
  var lengthScale: Double { get }

  /// φ as a fused product computes it; nil, the default, where only `map` can.
  var fusedMap: FusedMap<Element>? { get }

  /// s ← φ(s).
  func map(_ count: Int, _ s: UnsafeMutablePointer<Element>)
  /// s ← φ′(s), and 0 where φ has no derivative.
  func mapSlope(_ count: Int, _ s: UnsafeMutablePointer<Element>)
  /// s ← ∂φ(s)/∂θ for the shape parameter of this number, never 0 (the length scale). A kernel with
  /// no other parameter needs none.
  func mapShapeSlope(_ index: Int, _ count: Int, _ s: UnsafeMutablePointer<Element>)
}

extension RadialKernel {
  /// q.
  public var exponent: Double { 2 }

  /// None.
  public var fusedMap: FusedMap<Element>? { nil }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] { [KernelParameter("lengthScale", lengthScale)] }

  /// s ← ∂φ(s)/∂θ for the shape parameter of this number.
  public func mapShapeSlope(_ index: Int, _ count: Int, _ s: UnsafeMutablePointer<Element>) {
    Element.loops.affine(count, s, 0, 0)
  }

  /// The kernel on these inputs; throws `.shapeMismatch` when their dimensions do not fit.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    return BoundRadialKernel(self, rows: rows, columns: columns)
  }

  /// k(x, x) for each input.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try metric.checkDimension(inputs.dimension)
    var value: [Element] = [0]
    value.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { map(1, base) }
    }
    return [Element](repeating: value[0], count: inputs.count)
  }
}
