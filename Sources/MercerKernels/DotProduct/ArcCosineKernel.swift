public import MercerCore

/// The arc-cosine kernel: the covariance of infinitely many units Θ(u) uⁿ with normal weights.
///
/// With θ the angle between M x and M z:
///
/// ```
/// k(x, z) = ‖M x‖ⁿ ‖M z‖ⁿ Jₙ(θ) / π
/// J₀ = π − θ
/// J₁ = sin θ + (π − θ) cos θ
/// J₂ = 3 sin θ cos θ + (π − θ)(1 + 2 cos² θ)
/// ```
/// - Units: those of the inputs to the power 2n; there is no division by d.
/// - Positive definite: yes, semi-definite in general. The angle with a zero vector counts as a
///   right one, so that k₀(0, z) = ½, also for z = 0, as a step of height ½ at zero gives.
/// - Complexity: a tile costs O(rows · columns · d), by GEMM and one vectorised map.
/// - Accuracy: about 1e-14 relative to √(k(x, x) k(z, z)) in Double, 1e-6 in Float, also for
///   parallel and opposite inputs.
/// - Gradient: order 0 has a kink at θ = 0 and π, which contributes nothing.
/// - Source: Cho and Saul 2009, Kernel Methods for Deep Learning, eqs. 3 to 7.
public struct ArcCosineKernel<Element: Scalar>: MetricKernel, Equatable {
  /// n: 0, 1 or 2.
  public let order: Int
  /// What inputs go through first.
  public let metric: Metric

  /// An arc-cosine kernel.
  ///
  /// - Parameters:
  ///   - order: n, the degree of the units: 0 (steps), 1 (relu) or 2.
  ///   - metric: M, which the coordinates go through first.
  /// - Throws: `.invalidParameter` for another order, or a metric outside its range.
  public init(order: Int = 1, metric: Metric = .identity) throws(MercerError) {
    guard (0...2).contains(order) else {
      throw MercerError(.invalidParameter, "order of arcCosine must be 0, 1 or 2, not \(order)")
    }
    try metric.validate()
    self.order = order
    self.metric = metric
  }

  /// None: the order is not continuous.
  public var shapeParameters: [KernelParameter] { [] }

  /// The order.
  public var fixedArguments: [KernelExpression.Argument] {
    [.init("order", .number(Double(order)))]
  }

  /// The same kernel with other parameters and another metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(order: order, metric: metric)
  }

  /// The kernel on two point sets; throws `.invalidData` when k(x, x) overflows, too.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    return try BoundArcCosineKernel(self, rows: rows, columns: columns)
  }

  /// k(x, x) of each input; throws `.invalidData` when it overflows, too.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try metric.checkDimension(inputs.dimension)
    let values = metric.mapped(inputs.coordinates).scaledRowNorms(1).map { norm in
      switch order {
      case 0: norm > 0 ? 1 : 0.5
      case 1: norm
      default: 3 * norm * norm
      }
    }
    try PairLengths<Element>.checkFinite(values)
    return values.map { Element($0) }
  }

  /// How the kernel is written: `arcCosine(order: 1)`.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "arcCosine", summary: "‖x‖ⁿ‖z‖ⁿ Jₙ(θ)/π, θ the angle of x and z",
      parameters: [
        KernelParameterSyntax(
          "order", .wholeNumber, ifAbsent: .value(.number(1)), summary: "n: 0, 1 or 2")
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try ArcCosineKernel(order: arguments.wholeNumber("order"), metric: arguments.metric())
    }
  }
}

/// An arc-cosine kernel on two point sets.
struct BoundArcCosineKernel<Element: Scalar>: PairwiseBoundKernel {
  private let kernel: ArcCosineKernel<Element>
  private let angles: PairAngles<Element>
  private let lengths: PairLengths<Element>
  /// The kernel as the loops take it.
  let pairs: PackedPairs<Element>?

  init(
    _ kernel: ArcCosineKernel<Element>, rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) {
    self.kernel = kernel
    angles = PairAngles(rows: rows, columns: columns, metric: kernel.metric) { _ in 1 }
    lengths = try PairLengths(
      rowVariances: [angles.rowVariances], columnVariances: [angles.columnVariances])
    pairs = angles.products.with(
      PairMap(.arcCosine, p: Double(kernel.order)), network: lengths.packed(scale: angles.scale))
    guard kernel.order == 2 else { return }
    // 3 ‖x‖⁴, the largest number on the way.
    try PairLengths<Element>.checkFinite(angles.rowVariances.map { 3 * $0 * $0 })
    try PairLengths<Element>.checkFinite(angles.columnVariances.map { 3 * $0 * $0 })
  }

  var rowCount: Int { angles.rowCount }
  var columnCount: Int { angles.columnCount }
  var dimension: Int { angles.dimension }

  func fill(_ tile: Tile<Element>) { pairs?.fill(tile) }

  /// No loop does this for all outputs at once.
  func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool { false }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    angles.accumulateInputGradient(slopes(weights), of: weights, into: gradient)
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    guard kernel.metric.hasParameters else { return }
    angles.accumulateScaleGradient(slopes(weights), of: weights, into: &gradient[0...])
  }

  private func slopes(_ weights: Tile<Element>) -> PairSlopes<Element> {
    var slopes = PairSlopes(weights)
    var inner = slopes.inner
    inner.withTile { inner in
      forEachChunk(of: weights, arrays: 5, filling: inner.moved(weights)) {
        i, first, count, lengths, scratch in
        scratch[2].update(from: weights.base + i * weights.stride + first, count: count)
        Element.loops.arcCosineBackward(
          count, kernel.order, lengths.rootX, lengths.inverseX, lengths.rootZ, lengths.inverseZ,
          scratch[0], scratch[1], scratch[2], scratch[3], scratch[4])
        slopes.add(
          row: i, first: first, count: count, toInner: scratch[2], toRow: scratch[3],
          toColumn: scratch[4])
      }
    }
    return slopes
  }

  /// Fills `inner` with inner products, then calls the body for each chunk of each row: the row and
  /// the first column in the tile, their count and lengths, and scratch arrays of which the first
  /// two hold the cosines and squared sines.
  private func forEachChunk(
    of tile: Tile<Element>, arrays: Int, filling inner: Tile<Element>,
    _ body: (Int, Int, Int, PairLengths<Element>.View, PairAngles<Element>.Scratch) -> Void
  ) {
    angles.products.fill(inner)
    angles.withScratch(arrays: arrays) { scratch in
      lengths.withViews { view in
        angles.forEachChunk(of: tile) { i, row, columns in
          let first = columns.lowerBound - tile.columns.lowerBound
          let lengths = view(0, row, columns.lowerBound)
          angles.computeAngles(
            row: row, columns: columns, lengths: lengths,
            inner: inner.base + i * inner.stride + first, cosine: scratch[0], sine2: scratch[1])
          body(i, first, columns.count, lengths, scratch)
        }
      }
    }
  }
}
