internal import CMercerTiles

/// The vectorised loops over the entries of a tile, for one element type.
///
/// They are C functions compiled for several instruction sets (see `CMercerTiles`); the table for
/// this machine is chosen when it is first used. Pointers and leading dimensions (`ld…`, in
/// elements) follow the conventions of BLAS: the caller answers for sizes. C functions hold no state,
/// which is why the table may be shared between threads. A class, so that looking the table up copies
/// one reference and not every function.
public final class TileLoops<Element>: @unchecked Sendable {
  /// count, values.
  public typealias Map0 = (Int, UnsafeMutablePointer<Element>) -> Void
  /// count, values, one parameter.
  public typealias Map1 = (Int, UnsafeMutablePointer<Element>, Element) -> Void
  /// count, values, two parameters.
  public typealias Map2 = (Int, UnsafeMutablePointer<Element>, Element, Element) -> Void
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
  /// count, weight, bias, the rates of both, root x, next x, root z, next z, cosine, squared sine,
  /// theta or nil.
  public typealias NetworkDense =
    (
      Int, Element, Element, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>?
    ) -> Void
  /// count, gain, excess, cosine, squared sine, theta or nil.
  public typealias NetworkRectifier =
    (
      Int, Element, Element, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>?
    ) -> Void
  /// count, weight, its rate, root x, root z, cosine, theta, adjoints of k, theta, k(x, x), k(z, z),
  /// four totals.
  public typealias NetworkDenseBackward =
    (
      Int, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Double>
    ) -> Void
  /// count, gain, excess, root x, inverse x, root z, inverse z, cosine, squared sine, theta,
  /// adjoints of k, theta, k(x, x), k(z, z).
  public typealias NetworkRectifierBackward =
    (
      Int, Element, Element, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafePointer<Element>,
      UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>
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

  /// count, d, points, ldp, panels.
  typealias Pack = (Int, Int, UnsafePointer<Element>, Int, UnsafeMutablePointer<Element>) -> Void
  /// pairs, first row, rows, first panel, panels, outputs, v, ldv, y, ldy, w, ldw, mirrored, ldm.
  typealias Product =
    (
      UnsafePointer<mercer_pairs>, Int, Int, Int, Int, Int, UnsafePointer<Element>?, Int,
      UnsafeMutablePointer<Element>?, Int, UnsafePointer<Element>?, Int,
      UnsafeMutablePointer<Element>?, Int
    ) -> Void
  /// pairs, first row, rows, first column, columns, tile, ldt.
  typealias Fill =
    (UnsafePointer<mercer_pairs>, Int, Int, Int, Int, UnsafeMutablePointer<Element>, Int) -> Void
  /// pairs, rows, limit, c, ldc.
  typealias Subtract =
    (UnsafePointer<mercer_pairs>, Int, Int, UnsafeMutablePointer<Element>, Int) -> Void
  /// pairs, first row, rows, first column, columns, outputs, weights, ldw, ldo, z, ldz, gradient, ldg.
  typealias InputGradient =
    (
      UnsafePointer<mercer_pairs>, Int, Int, Int, Int, Int, UnsafePointer<Element>, Int, Int,
      UnsafePointer<Element>?, Int, UnsafeMutablePointer<Element>, Int
    ) -> Void
  /// pairs, first row, rows, first column, columns, weights, ldw, moments.
  typealias ScaleMoments =
    (
      UnsafePointer<mercer_pairs>, Int, Int, Int, Int, UnsafePointer<Element>, Int,
      UnsafeMutablePointer<Double>
    ) -> Void
  /// pairs, first row, rows, first panel, panels, maxima.
  typealias RowMaxima =
    (UnsafePointer<mercer_pairs>, Int, Int, Int, Int, UnsafeMutablePointer<Element>) -> Void
  /// pairs, first row, rows, first panel, panels, logarithms of weights, maxima, sums.
  typealias RowLogSums =
    (
      UnsafePointer<mercer_pairs>, Int, Int, Int, Int, UnsafePointer<Element>?,
      UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>
    ) -> Void
  /// pairs, first row, rows, first panel, panels, k, values, columns.
  typealias RowSmallest =
    (
      UnsafePointer<mercer_pairs>, Int, Int, Int, Int, Int, UnsafeMutablePointer<Element>,
      UnsafeMutablePointer<Int>
    ) -> Void
  /// rows, k, values, columns.
  typealias SortSmallest =
    (Int, Int, UnsafeMutablePointer<Element>, UnsafeMutablePointer<Int>) -> Void
  /// form, a, c, p, count, values.
  typealias Map =
    (Int32, Double, Double, Double, Int, UnsafeMutablePointer<Element>) -> Void

  /// How many points a panel of packed points holds.
  public let panel: Int
  // The loops over pairs, which `PackedPairs` describes; `mercer_table.inc` has the meaning of each.
  let pack: Pack
  let product: Product
  let fill: Fill
  let subtract: Subtract
  let inputGradient: InputGradient
  let scaleMoments: ScaleMoments
  let rowMaxima: RowMaxima
  let rowLogSums: RowLogSums
  let rowSmallest: RowSmallest
  let sortSmallest: SortSmallest
  let mapForm: Map
  /// The instruction set these loops were compiled for: `avx512`, `avx2` or `baseline`.
  public let instructionSet: String
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
  /// The loops over the positions of images and sequences.
  public let slices: SliceLoops<Element>
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

  init(
    panel: Int,
    instructionSet: String,
    pack: @escaping Pack,
    product: @escaping Product,
    fill: @escaping Fill,
    subtract: @escaping Subtract,
    inputGradient: @escaping InputGradient,
    scaleMoments: @escaping ScaleMoments,
    rowMaxima: @escaping RowMaxima,
    rowLogSums: @escaping RowLogSums,
    rowSmallest: @escaping RowSmallest,
    sortSmallest: @escaping SortSmallest,
    mapForm: @escaping Map,
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
    slices: SliceLoops<Element>,
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
    self.instructionSet = instructionSet
    self.pack = pack
    self.product = product
    self.fill = fill
    self.subtract = subtract
    self.inputGradient = inputGradient
    self.scaleMoments = scaleMoments
    self.rowMaxima = rowMaxima
    self.rowLogSums = rowLogSums
    self.rowSmallest = rowSmallest
    self.sortSmallest = sortSmallest
    self.mapForm = mapForm
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
    self.slices = slices
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

extension TileLoops where Element: Scalar {
  /// s ← map(s) for `count` values in place.
  ///
  /// - Precondition: the map is of the sum alone: not `.arcCosine` or `.network`.
  public func map(_ map: PairMap, _ count: Int, _ s: UnsafeMutablePointer<Element>) {
    precondition(map.form != .arcCosine && map.form != .network)
    mapForm(map.code, map.a, map.c, map.p, count, s)
  }
}
