internal import CMercerTiles

/// The vectorised loops over the entries of a tile, for one element type.
///
/// They are C functions compiled for several instruction sets (see `CMercerTiles`); the table for
/// this machine is chosen when it is first used. Pointers and leading dimensions (`ld…`, in
/// elements) follow the conventions of BLAS: the caller answers for sizes. C functions hold no state,
/// which is why the table may be shared between threads. A class, so that looking the table up copies
/// one reference and not every function.
public final class TileLoops<Element>: @unchecked Sendable {
  /// rows, columns, d, q, x, ldx, z, ldz, out, ldo.
  public typealias Pairs =
    (
      Int, Int, Int, Element, UnsafePointer<Element>, Int, UnsafePointer<Element>, Int,
      UnsafeMutablePointer<Element>, Int
    ) -> Void
  /// rows, columns, d, q, x, ldx, z, ldz, w, ldw, gradient, ldg.
  public typealias PairsGradient =
    (
      Int, Int, Int, Element, UnsafePointer<Element>, Int, UnsafePointer<Element>, Int,
      UnsafePointer<Element>, Int, UnsafeMutablePointer<Element>, Int
    ) -> Void
  /// rows, columns, d, q, x, ldx, z, ldz, w, ldw, total (d values).
  public typealias PairsMoment =
    (
      Int, Int, Int, Element, UnsafePointer<Element>, Int, UnsafePointer<Element>, Int,
      UnsafePointer<Element>, Int, UnsafeMutablePointer<Double>
    ) -> Void
  /// rows, columns, d, x, ldx, z, ldz (both row-major), squared norms of x and of z, tile, ldt.
  public typealias SquaredFromInner =
    (
      Int, Int, Int, UnsafePointer<Element>, Int, UnsafePointer<Element>, Int,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int
    ) -> Void
  /// count, values.
  public typealias Map0 = (Int, UnsafeMutablePointer<Element>) -> Void
  /// count, values, one parameter.
  public typealias Map1 = (Int, UnsafeMutablePointer<Element>, Element) -> Void
  /// count, values, two parameters.
  public typealias Map2 = (Int, UnsafeMutablePointer<Element>, Element, Element) -> Void
  /// count, values, three parameters.
  public typealias Map3 =
    (Int, UnsafeMutablePointer<Element>, Element, Element, Element) -> Void
  /// count, values, other values.
  public typealias Combine =
    (Int, UnsafeMutablePointer<Element>, UnsafePointer<Element>) -> Void

  /// count, d, x, inverse x, z, ldz, inverse z, inner products, cosine, squared sine.
  public typealias Angles =
    (
      Int, Int, UnsafePointer<Element>, Element, UnsafePointer<Element>, Int,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>
    ) -> Void
  /// count, weight, bias, root x, next x, root z, next z, cosine, squared sine, theta or nil.
  public typealias NetworkDense =
    (
      Int, Element, Element, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>?
    ) -> Void
  /// count, gain, excess, cosine, squared sine, theta or nil.
  public typealias NetworkRectifier =
    (
      Int, Element, Element, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>?
    ) -> Void
  /// count, weight, root x, root z, cosine, theta, adjoints of k, theta, k(x, x), k(z, z), total.
  public typealias NetworkDenseBackward =
    (
      Int, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Double>
    ) -> Void
  /// count, gain, excess, root x, inverse x, root z, inverse z, cosine, squared sine, theta,
  /// adjoints of k, theta, k(x, x), k(z, z).
  public typealias NetworkRectifierBackward =
    (
      Int, Element, Element, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>
    ) -> Void
  /// count, order, root x, root z, cosine, squared sine, values.
  public typealias ArcCosine =
    (
      Int, Int, Element, UnsafePointer<Element>, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafeMutablePointer<Element>
    ) -> Void
  /// count, order, root x, inverse x, root z, inverse z, cosine, squared sine, adjoints of ⟨x, z⟩
  /// (weights at first), ⟨x, x⟩ and ⟨z, z⟩.
  public typealias ArcCosineBackward =
    (
      Int, Int, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>
    ) -> Void

  /// pairs, map, a, c, rows, panels, d, x, ldx, norms of x, z (packed), norms of z, outputs, v, ldv,
  /// y, ldy: see `product`.
  public typealias Product =
    (
      Int32, Int32, Element, Element, Int, Int, Int, UnsafePointer<Element>, Int,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafePointer<Element>, Int,
      UnsafePointer<Element>, Int, UnsafeMutablePointer<Element>, Int
    ) -> Void

  /// How many points a panel of a fused product holds.
  public let panel: Int
  /// The fused product `y[i, o] = Σⱼ map(distance(x[i], z[j])) v[o, j]`; `FusedMap` says which.
  public let product: Product
  /// The instruction set these loops were compiled for: `avx512`, `avx2` or `baseline`.
  public let instructionSet: String
  /// `out[i, j] ← Σₖ (x[i, k] − z[k, j])²`, with z a panel (d × count, transposed).
  public let pairsSquared: Pairs
  /// `out[i, j] ← Σₖ |x[i, k] − z[k, j]|`, with z a panel.
  public let pairsAbsolute: Pairs
  /// `out[i, j] ← Σₖ |x[i, k] − z[k, j]|^q`, with z a panel.
  public let pairsPower: Pairs
  /// `out[i, j] ←` the number of k with `x[i, k] ≠ z[k, j]`, with z a panel.
  public let pairsDiffering: Pairs
  /// `gradient[i, k] += Σⱼ w[i, j] sign(Δ) |Δ|^(q−1)` with `Δ = x[i, k] − z[k, j]`, z a panel.
  public let pairsPowerGradient: PairsGradient
  /// `total[k] += Σᵢⱼ w[i, j] |x[i, k] − z[k, j]|^q`, with z a panel.
  public let pairsPowerMoment: PairsMoment
  /// Turns inner products into squared distances; pairs that cancel are computed anew.
  public let squaredFromInner: SquaredFromInner
  /// `s ← a exp(c s)`.
  public let expLinear: Map2
  /// `s ← a exp(−c √s)`.
  public let expRoot: Map2
  /// `s ← a exp(−c √s) / √s`, and 0 at 0.
  public let expRootSlope: Map2
  /// `s ← a (1 + r) exp(−r)` with `r = c √s`.
  public let expRootFirst: Map2
  /// `s ← a (1 + r + r²/3) exp(−r)` with `r = c √s`.
  public let expRootSecond: Map2
  /// `s ← a exp(−c sᵖ)`, p > 0.
  public let expPower: Map3
  /// `s ← a sᵖ` for s ≥ 0.
  public let power: Map2
  /// `s ← a (1 + c s)⁻ᵖ`.
  public let rational: Map3
  /// `s ← a log(1 + c s)`.
  public let logOnePlus: Map2
  /// `y ← y + x`.
  public let add: Combine
  /// `y ← y x`, element by element.
  public let multiply: Combine
  /// `y ← a y + b`.
  public let affine: Map2
  /// `y ← max(y, least)`; NaN stays.
  public let clampBelow: Map1
  // One point against a row of others, for infinitely wide networks and arc-cosine kernels; the
  // arrays hold a whole number of 64-byte lines (`mercer_tiles.h` has the meaning of each).
  /// Cosine and squared sine of the angles of pairs, from inner products and coordinates.
  public let angles: Angles
  /// A dense layer on the covariance (and tangent kernel) of pairs.
  public let networkDense: NetworkDense
  /// A piecewise-linear activation on the covariance (and tangent kernel) of pairs.
  public let networkRectifier: NetworkRectifier
  /// The adjoint of `networkDense`.
  public let networkDenseBackward: NetworkDenseBackward
  /// The adjoint of `networkRectifier`.
  public let networkRectifierBackward: NetworkRectifierBackward
  /// The arc-cosine kernel of order 0, 1 or 2 from angles.
  public let arcCosine: ArcCosine
  /// The derivatives of the arc-cosine kernel by ⟨x, z⟩, ⟨x, x⟩ and ⟨z, z⟩.
  public let arcCosineBackward: ArcCosineBackward
  // Elementary functions of values in place; docs/elementary-functions.md has their errors.
  /// `s ← exp(s)`.
  public let exponential: Map0
  /// `s ← 2ˢ`, the fastest; elsewhere than on AVX-512 results below the normal numbers are 0.
  public let powerOfTwo: Map0
  /// `s ← log(s)`.
  public let logarithm: Map0
  /// `s ← √s`, correctly rounded.
  public let squareRoot: Map0
  /// `s ← arccos(s)`.
  public let arccosine: Map0
  /// `s ← erf(s)`.
  public let errorFunction: Map0
  /// `s ← sin(s)`.
  public let sine: Map0
  /// `s ← cos(s)`.
  public let cosine: Map0
  /// `s ← tanh(s)`.
  public let hyperbolicTangent: Map0

  fileprivate init(
    panel: Int,
    product: @escaping Product,
    instructionSet: String,
    pairsSquared: @escaping Pairs,
    pairsAbsolute: @escaping Pairs,
    pairsPower: @escaping Pairs,
    pairsDiffering: @escaping Pairs,
    pairsPowerGradient: @escaping PairsGradient,
    pairsPowerMoment: @escaping PairsMoment,
    squaredFromInner: @escaping SquaredFromInner,
    expLinear: @escaping Map2,
    expRoot: @escaping Map2,
    expRootSlope: @escaping Map2,
    expRootFirst: @escaping Map2,
    expRootSecond: @escaping Map2,
    expPower: @escaping Map3,
    power: @escaping Map2,
    rational: @escaping Map3,
    logOnePlus: @escaping Map2,
    add: @escaping Combine,
    multiply: @escaping Combine,
    affine: @escaping Map2,
    clampBelow: @escaping Map1,
    angles: @escaping Angles,
    networkDense: @escaping NetworkDense,
    networkRectifier: @escaping NetworkRectifier,
    networkDenseBackward: @escaping NetworkDenseBackward,
    networkRectifierBackward: @escaping NetworkRectifierBackward,
    arcCosine: @escaping ArcCosine,
    arcCosineBackward: @escaping ArcCosineBackward,
    exponential: @escaping Map0,
    powerOfTwo: @escaping Map0,
    logarithm: @escaping Map0,
    squareRoot: @escaping Map0,
    arccosine: @escaping Map0,
    errorFunction: @escaping Map0,
    sine: @escaping Map0,
    cosine: @escaping Map0,
    hyperbolicTangent: @escaping Map0
  ) {
    self.panel = panel
    self.product = product
    self.instructionSet = instructionSet
    self.pairsSquared = pairsSquared
    self.pairsAbsolute = pairsAbsolute
    self.pairsPower = pairsPower
    self.pairsDiffering = pairsDiffering
    self.pairsPowerGradient = pairsPowerGradient
    self.pairsPowerMoment = pairsPowerMoment
    self.squaredFromInner = squaredFromInner
    self.expLinear = expLinear
    self.expRoot = expRoot
    self.expRootSlope = expRootSlope
    self.expRootFirst = expRootFirst
    self.expRootSecond = expRootSecond
    self.expPower = expPower
    self.power = power
    self.rational = rational
    self.logOnePlus = logOnePlus
    self.add = add
    self.multiply = multiply
    self.affine = affine
    self.clampBelow = clampBelow
    self.angles = angles
    self.networkDense = networkDense
    self.networkRectifier = networkRectifier
    self.networkDenseBackward = networkDenseBackward
    self.networkRectifierBackward = networkRectifierBackward
    self.arcCosine = arcCosine
    self.arcCosineBackward = arcCosineBackward
    self.exponential = exponential
    self.powerOfTwo = powerOfTwo
    self.logarithm = logarithm
    self.squareRoot = squareRoot
    self.arccosine = arccosine
    self.errorFunction = errorFunction
    self.sine = sine
    self.cosine = cosine
    self.hyperbolicTangent = hyperbolicTangent
  }
}

/// What `CMercerTiles` does for one element type. `Float` and `Double` conform; nothing else can.
public protocol TileElement {
  /// The loops for this machine.
  static var loops: TileLoops<Self> { get }
  /// The loops of a named instruction set: see `TileLoops.forInstructionSet(_:)`.
  static func loops(for instructionSet: String) -> TileLoops<Self>?
}

extension TileLoops where Element: TileElement {
  /// The names of the instruction sets that there are loops for, here or on another machine.
  public static var instructionSets: [String] { ["avx512", "avx2", "baseline"] }

  /// The loops of one instruction set, whatever the environment asks for.
  ///
  /// - Parameter name: one of `instructionSets`.
  /// - Returns: `nil` where this machine lacks the instructions, or there are no loops of that name.
  public static func forInstructionSet(_ name: String) -> TileLoops? {
    Element.loops(for: name)
  }
}

private let floatLoops = floatTable(of: mercer_tiles_float().pointee)

private func floatTable(of table: mercer_tiles_f32) -> TileLoops<Float> {
  return TileLoops(
    panel: table.panel,
    product: table.product,
    instructionSet: String(cString: table.instruction_set),
    pairsSquared: table.pairs_squared,
    pairsAbsolute: table.pairs_absolute,
    pairsPower: table.pairs_power,
    pairsDiffering: table.pairs_differing,
    pairsPowerGradient: table.pairs_power_gradient,
    pairsPowerMoment: table.pairs_power_moment,
    squaredFromInner: table.squared_from_inner,
    expLinear: table.exp_linear,
    expRoot: table.exp_root,
    expRootSlope: table.exp_root_slope,
    expRootFirst: table.exp_root_first,
    expRootSecond: table.exp_root_second,
    expPower: table.exp_power,
    power: table.power,
    rational: table.rational,
    logOnePlus: table.log_one_plus,
    add: table.add,
    multiply: table.multiply,
    affine: table.affine,
    clampBelow: table.clamp_below,
    angles: table.angles,
    networkDense: table.network_dense,
    networkRectifier: table.network_rectifier,
    networkDenseBackward: table.network_dense_backward,
    networkRectifierBackward: table.network_rectifier_backward,
    arcCosine: table.arc_cosine,
    arcCosineBackward: table.arc_cosine_backward,
    exponential: table.exponential,
    powerOfTwo: table.power_of_two,
    logarithm: table.logarithm,
    squareRoot: table.square_root,
    arccosine: table.arccosine,
    errorFunction: table.error_function,
    sine: table.sine,
    cosine: table.cosine,
    hyperbolicTangent: table.hyperbolic_tangent)
}

extension Float: TileElement {
  public static var loops: TileLoops<Float> { floatLoops }

  public static func loops(for instructionSet: String) -> TileLoops<Float>? {
    mercer_tiles_float_named(instructionSet).map { floatTable(of: $0.pointee) }
  }
}

private let doubleLoops = doubleTable(of: mercer_tiles_double().pointee)

private func doubleTable(of table: mercer_tiles_f64) -> TileLoops<Double> {
  return TileLoops(
    panel: table.panel,
    product: table.product,
    instructionSet: String(cString: table.instruction_set),
    pairsSquared: table.pairs_squared,
    pairsAbsolute: table.pairs_absolute,
    pairsPower: table.pairs_power,
    pairsDiffering: table.pairs_differing,
    pairsPowerGradient: table.pairs_power_gradient,
    pairsPowerMoment: table.pairs_power_moment,
    squaredFromInner: table.squared_from_inner,
    expLinear: table.exp_linear,
    expRoot: table.exp_root,
    expRootSlope: table.exp_root_slope,
    expRootFirst: table.exp_root_first,
    expRootSecond: table.exp_root_second,
    expPower: table.exp_power,
    power: table.power,
    rational: table.rational,
    logOnePlus: table.log_one_plus,
    add: table.add,
    multiply: table.multiply,
    affine: table.affine,
    clampBelow: table.clamp_below,
    angles: table.angles,
    networkDense: table.network_dense,
    networkRectifier: table.network_rectifier,
    networkDenseBackward: table.network_dense_backward,
    networkRectifierBackward: table.network_rectifier_backward,
    arcCosine: table.arc_cosine,
    arcCosineBackward: table.arc_cosine_backward,
    exponential: table.exponential,
    powerOfTwo: table.power_of_two,
    logarithm: table.logarithm,
    squareRoot: table.square_root,
    arccosine: table.arccosine,
    errorFunction: table.error_function,
    sine: table.sine,
    cosine: table.cosine,
    hyperbolicTangent: table.hyperbolic_tangent)
}

extension Double: TileElement {
  public static var loops: TileLoops<Double> { doubleLoops }

  public static func loops(for instructionSet: String) -> TileLoops<Double>? {
    mercer_tiles_double_named(instructionSet).map { doubleTable(of: $0.pointee) }
  }
}
