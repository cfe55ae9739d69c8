public import MercerCore

/// A kernel that is a function of a distance: k(x, z) = φ(s), s = Σₖ |yₖ|^q, y = M (x − z).
///
/// With the usual exponent q = 2, s is the squared Euclidean distance. A conforming type supplies φ,
/// best as one of the engine's maps (`pairMap`), else as loops over contiguous values; the rest is
/// done here: `bound(rows:columns:)` centres the inputs, applies the metric, and packs the points.
///
/// φ must depend on s / ℓ^q alone (besides its other parameters); from that follows the derivative
/// with respect to the length scale ℓ.
public protocol RadialKernel<Element>: MetricKernel {
  /// q, above 0; 2 by default.
  var exponent: Double { get }
  /// ℓ, the first of `shapeParameters`.
  var lengthScale: Double { get }

  /// φ as one of the engine's maps; nil, the default, where it is none.
  var pairMap: PairMap? { get }

  /// s ← φ(s). A kernel with a `pairMap` needs none, nor a `mapSlope`.
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
  public var pairMap: PairMap? { nil }

  /// s ← φ(s), by the map.
  public func map(_ count: Int, _ s: UnsafeMutablePointer<Element>) {
    guard let pairMap else { preconditionFailure("a radial kernel has a pairMap or a map") }
    Element.loops.map(pairMap, count, s)
  }

  /// s ← φ′(s), by the slope of the map.
  public func mapSlope(_ count: Int, _ s: UnsafeMutablePointer<Element>) {
    guard let slope = pairMap?.slope else {
      preconditionFailure("a radial kernel has a pairMap with a slope, or a mapSlope")
    }
    Element.loops.map(slope, count, s)
  }

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
