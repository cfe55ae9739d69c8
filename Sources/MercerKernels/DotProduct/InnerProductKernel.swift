public import MercerCore

/// A kernel that is a function of inner products: k(x, z) = f(‖y‖², ‖v‖², ⟨y, v⟩), with y = M x and
/// v = M z.
///
/// A conforming type supplies f and its derivatives as maps over one row of a tile: one point x
/// against many points z. The rest is done here: `bound(rows:columns:)` applies the metric and
/// takes norms once, and each tile is one GEMM and one map a row. Where both sets are the same
/// memory, inner products on the diagonal equal the squared norms exactly.
///
/// In all maps `inner` holds `count` inner products ⟨x, zⱼ⟩ on entry, `norm` is ‖x‖² and `norms`
/// are the ‖zⱼ‖².
public protocol InnerProductKernel<Element>: MetricKernel {
  /// Whether f depends on the norms; true by default. If not, `mapSlopes` need not write theirs.
  static var dependsOnNorms: Bool { get }

  /// f as one of the engine's maps of ⟨x, z⟩ alone; nil, the default, where it is none.
  var pairMap: PairMap? { get }

  /// inner ← f. A kernel with a `pairMap` needs none, nor `mapSlopes`.
  func map(
    _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>)

  /// inner ← ∂f/∂⟨x, z⟩, and writes ∂f/∂‖x‖² and ∂f/∂‖z‖² (overwriting); 0 where there is none.
  func mapSlopes(
    _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>, normSlopes: UnsafeMutablePointer<Element>,
    otherNormSlopes: UnsafeMutablePointer<Element>)

  /// inner ← ∂f/∂θ for the shape parameter of this number. A kernel without any needs none.
  func mapShapeSlope(
    _ index: Int, _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>)
}

extension InnerProductKernel {
  /// Whether f depends on the norms.
  public static var dependsOnNorms: Bool { true }

  /// None.
  public var pairMap: PairMap? { nil }

  /// inner ← f, by the map.
  public func map(
    _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>
  ) {
    guard let pairMap else { preconditionFailure("an inner product kernel has a pairMap or a map") }
    Element.loops.map(pairMap, count, inner)
  }

  /// inner ← f′, by the slope of the map.
  public func mapSlopes(
    _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>, normSlopes: UnsafeMutablePointer<Element>,
    otherNormSlopes: UnsafeMutablePointer<Element>
  ) {
    guard let slope = pairMap?.slope else {
      preconditionFailure("an inner product kernel has a pairMap with a slope, or mapSlopes")
    }
    Element.loops.map(slope, count, inner)
  }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] { [] }

  /// inner ← ∂f/∂θ for the shape parameter of this number.
  public func mapShapeSlope(
    _ index: Int, _ count: Int, _ inner: UnsafeMutablePointer<Element>, norm: Element,
    norms: UnsafePointer<Element>
  ) {
    Element.loops.affine(count, inner, 0, 0)
  }

  /// The kernel on these inputs; throws `.shapeMismatch` when their dimensions do not fit.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    return BoundInnerProductKernel(self, rows: rows, columns: columns)
  }

  /// k(x, x) for each input.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try metric.checkDimension(inputs.dimension)
    let norms = metric.mapped(inputs.coordinates).squaredRowNorms()
    var values = norms
    values.withUnsafeMutableBufferPointer { values in
      norms.withUnsafeBufferPointer { norms in
        guard let values = values.baseAddress, let base = norms.baseAddress else { return }
        for i in norms.indices { map(1, values + i, norm: base[i], norms: base + i) }
      }
    }
    return values
  }
}
