internal import CMercerTiles

/// What is known of single positions of two inputs x and z, for the slice of one offset between
/// them: √k(x, x) and its inverse (0 of 0), a plane for each.
///
/// Row r of the slice is row r of the planes of x and row `zRows[r]` of those of z, whose rows are
/// there twice side by side; column j of the slice is column `zColumn + j` there.
public struct SliceLengths<Element> {
  /// The planes of x and the distance of their rows.
  public var rootX: UnsafePointer<Element>, inverseX: UnsafePointer<Element>, strideX: Int
  /// The planes of z and the distance of their rows.
  public var rootZ: UnsafePointer<Element>, inverseZ: UnsafePointer<Element>, strideZ: Int
  /// The row of z for each row of the slice, and the column of z for the first of the slice.
  public var rowsZ: UnsafePointer<Int32>, columnZ: Int
  /// Whether x and z are equal, and each position meets itself.
  public var isSame: Bool

  /// Lengths where these pointers point.
  @inlinable
  public init(
    rootX: UnsafePointer<Element>, inverseX: UnsafePointer<Element>, strideX: Int,
    rootZ: UnsafePointer<Element>, inverseZ: UnsafePointer<Element>, strideZ: Int,
    rowsZ: UnsafePointer<Int32>, columnZ: Int, isSame: Bool
  ) {
    self.rootX = rootX
    self.inverseX = inverseX
    self.strideX = strideX
    self.rootZ = rootZ
    self.inverseZ = inverseZ
    self.strideZ = strideZ
    self.rowsZ = rowsZ
    self.columnZ = columnZ
    self.isSame = isSame
  }

  var packed: mercer_slice_lengths {
    mercer_slice_lengths(
      root_x: rootX, inverse_x: inverseX, x_stride: strideX, root_z: rootZ, inverse_z: inverseZ,
      z_stride: strideZ, z_rows: rowsZ, z_column: columnZ, is_same: isSame ? 1 : 0)
  }
}

/// Sums over the windows of a slice, what they are multiplied by, and a rectifier after it.
public struct SliceWindow<Element> {
  /// Rows of the plane before and after, and the distance of two.
  public var inRows: Int, inStride: Int, outRows: Int, outStride: Int
  /// The distance of two windows along a row.
  public var step: Int
  /// The row of the plane before for each row after and each tap, −1 for none.
  public var rows: UnsafePointer<Int32>, rowTaps: Int
  /// For each tap along a row: column `step · j + shift` before, weighted by mask[j], goes into j.
  public var shifts: UnsafePointer<Int32>, masks: UnsafePointer<Element>, columnTaps: Int
  /// k ← scale Σk + bias, Θ ← scale ΣΘ + weightRate Σk + biasRate.
  public var scale: Double, bias: Double, weightRate: Double, biasRate: Double
  /// Whether the result is added to what is there.
  public var accumulates: Bool
  /// The rectifier's gain (a² + b²)/2 and excess (a − b)²/(a² + b²); read when there are lengths.
  public var gain: Double, excess: Double

  /// A window of these parts.
  @inlinable
  public init(
    inRows: Int, inStride: Int, outRows: Int, outStride: Int, step: Int,
    rows: UnsafePointer<Int32>, rowTaps: Int, shifts: UnsafePointer<Int32>,
    masks: UnsafePointer<Element>, columnTaps: Int, scale: Double, bias: Double,
    weightRate: Double, biasRate: Double, accumulates: Bool, gain: Double, excess: Double
  ) {
    self.inRows = inRows
    self.inStride = inStride
    self.outRows = outRows
    self.outStride = outStride
    self.step = step
    self.rows = rows
    self.rowTaps = rowTaps
    self.shifts = shifts
    self.masks = masks
    self.columnTaps = columnTaps
    self.scale = scale
    self.bias = bias
    self.weightRate = weightRate
    self.biasRate = biasRate
    self.accumulates = accumulates
    self.gain = gain
    self.excess = excess
  }
}

/// The loops over slices: the covariances of all positions of one image or sequence with those of
/// another at one offset.
///
/// Planes are rows × stride with rows of whole 64-byte lines, and may be read a line and the longest
/// shift beyond both ends; what is there, and what is beyond the columns of a row, must be finite.
/// Θ may be nil.
public final class SliceLoops<Element>: @unchecked Sendable {
  /// A plane that is read.
  public typealias Source = UnsafePointer<Element>
  /// A plane that is written.
  public typealias Target = UnsafeMutablePointer<Element>

  typealias Window = (
    UnsafePointer<mercer_slice_window>, Source, Source?, Target, Target?, Target
  ) -> Void
  typealias Rectifier = (
    UnsafePointer<mercer_slice_lengths>, Int, Int, Double, Double, Target, Target?
  ) -> Void
  typealias Products = (
    UnsafePointer<mercer_slice_lengths>, Int, Int, Int, Int, Int, Double, Target
  ) -> Void
  typealias Cosines = (
    UnsafePointer<mercer_slice_lengths>, Int, Int, Source, Target, Target
  ) -> Void
  typealias Total = (Int, Int, UnsafePointer<UInt8>, Source, Source) -> Double
  typealias Scale = (UnsafePointer<mercer_slice_lengths>, Int, Int, Target, Target?) -> Void
  typealias Dense = (Int, Double, Double, Target, Target?) -> Void
  typealias Add = (Int, Double, Source, Target, Int32) -> Void
  typealias Multiply = (Int, Source, Source?, Target, Target?) -> Void
  typealias Roots = (Int, Int, Int32, UnsafePointer<Double>, Target, Target) -> Void

  private let windowLoop: Window
  private let rectifierLoop: Rectifier
  private let productsLoop: Products
  private let cosinesLoop: Cosines
  private let totalLoop: Total
  private let scaleLoop: Scale
  private let denseLoop: Dense
  private let addLoop: Add
  private let multiplyLoop: Multiply
  private let rootsLoop: Roots

  init(
    window: @escaping Window, rectifier: @escaping Rectifier, products: @escaping Products,
    cosines: @escaping Cosines, total: @escaping Total, scale: @escaping Scale,
    dense: @escaping Dense, add: @escaping Add, multiply: @escaping Multiply,
    roots: @escaping Roots
  ) {
    windowLoop = window
    rectifierLoop = rectifier
    productsLoop = products
    cosinesLoop = cosines
    totalLoop = total
    scaleLoop = scale
    denseLoop = dense
    addLoop = add
    multiplyLoop = multiply
    rootsLoop = roots
  }

  /// Sums over windows, then a rectifier where lengths are given. `scratch` holds twice
  /// `inRows · outStride` elements.
  public func slide(
    _ w: SliceWindow<Element>, lengths: SliceLengths<Element>?, _ k: Source, _ theta: Source?,
    into outK: Target, _ outTheta: Target?, scratch: Target
  ) {
    var packed = mercer_slice_window(
      in_rows: w.inRows, in_stride: w.inStride, out_rows: w.outRows, out_stride: w.outStride,
      step: w.step, row_taps: w.rowTaps, column_taps: w.columnTaps, rows: w.rows,
      shifts: w.shifts, masks: w.masks, scale: w.scale, bias: w.bias,
      weight_rate: w.weightRate, bias_rate: w.biasRate, accumulates: w.accumulates ? 1 : 0,
      lengths: nil, gain: w.gain, excess: w.excess)
    guard let lengths else { return windowLoop(&packed, k, theta, outK, outTheta, scratch) }
    withUnsafePointer(to: lengths.packed) {
      packed.lengths = $0
      windowLoop(&packed, k, theta, outK, outTheta, scratch)
    }
  }

  /// A rectifier in place: gain (a² + b²)/2, excess (a − b)²/(a² + b²).
  public func rectify(
    _ lengths: SliceLengths<Element>, rows: Int, stride: Int, gain: Double, excess: Double,
    _ k: Target, _ theta: Target?
  ) {
    var packed = lengths.packed
    rectifierLoop(&packed, rows, stride, gain, excess, k, theta)
  }

  /// k ← scale Σ x z over channels, whose planes are `planeX` and `planeZ` apart; the lengths say
  /// where the first ones are.
  public func multiplyChannels(
    _ lengths: SliceLengths<Element>, rows: Int, stride: Int, channels: Int, planeX: Int,
    planeZ: Int, scale: Double, into k: Target
  ) {
    var packed = lengths.packed
    productsLoop(&packed, rows, stride, channels, planeX, planeZ, scale, k)
  }

  /// The cosines of covariances, and their squared sines.
  public func cosines(
    _ lengths: SliceLengths<Element>, rows: Int, stride: Int, _ k: Source, cosine: Target,
    sine2: Target
  ) {
    var packed = lengths.packed
    cosinesLoop(&packed, rows, stride, k, cosine, sine2)
  }

  /// Σ k over the rows that are taken, columns weighted by the mask.
  public func total(
    rows: Int, stride: Int, takes: UnsafePointer<UInt8>, mask: Source, _ k: Source
  ) -> Double {
    totalLoop(rows, stride, takes, mask, k)
  }

  /// k and Θ ← themselves divided by the lengths.
  public func scale(
    _ lengths: SliceLengths<Element>, rows: Int, stride: Int, _ k: Target, _ theta: Target?
  ) {
    var packed = lengths.packed
    scaleLoop(&packed, rows, stride, k, theta)
  }

  /// k ← weight k + bias, Θ ← weight Θ + k.
  public func dense(_ count: Int, weight: Double, bias: Double, _ k: Target, _ theta: Target?) {
    denseLoop(count, weight, bias, k, theta)
  }

  /// y ← weight x, or y + weight x.
  public func add(_ count: Int, weight: Double, _ x: Source, to y: Target, accumulates: Bool) {
    addLoop(count, weight, x, y, accumulates ? 1 : 0)
  }

  /// Θ ← Θ k₂ + k Θ₂ and k ← k k₂.
  public func multiply(
    _ count: Int, by k2: Source, _ theta2: Source?, _ k: Target, _ theta: Target?
  ) {
    multiplyLoop(count, k2, theta2, k, theta)
  }

  /// √v and its inverse for the positions of one row, and again `period` further on.
  public func roots(
    of variances: UnsafePointer<Double>, columns: Int, period: Int, repeats: Bool, root: Target,
    inverse: Target
  ) {
    rootsLoop(columns, period, repeats ? 1 : 0, variances, root, inverse)
  }
}

func sliceLoops(of table: mercer_tiles_f32) -> SliceLoops<Float> {
  SliceLoops(
    window: table.slice_window, rectifier: table.slice_rectifier, products: table.slice_products,
    cosines: table.slice_cosines, total: table.slice_total, scale: table.slice_scale,
    dense: table.slice_dense, add: table.slice_add, multiply: table.slice_multiply,
    roots: table.slice_roots)
}

func sliceLoops(of table: mercer_tiles_f64) -> SliceLoops<Double> {
  SliceLoops(
    window: table.slice_window, rectifier: table.slice_rectifier, products: table.slice_products,
    cosines: table.slice_cosines, total: table.slice_total, scale: table.slice_scale,
    dense: table.slice_dense, add: table.slice_add, multiply: table.slice_multiply,
    roots: table.slice_roots)
}
