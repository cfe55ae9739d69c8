public import MercerCore

/// The sums that distances are made of, for each pair of two point sets, as entries of a matrix:
///
/// ```
/// s(x, z) = Σₖ |yₖ|^q,   y = M (x − z)
/// ```
/// Squared Euclidean distances for q = 2, ℓ₁ distances for q = 1. All radial kernels are functions of
/// s. It is no positive definite kernel itself, but operators take it as one: the smallest entries of
/// a row are the nearest neighbours.
///
/// - Shapes: n × d and m × d points make n × m entries.
/// - Units: those of the coordinates after the metric, to the power q.
/// - Complexity: O((n + m) d) time and O(m d) memory to bind, O((n + m) d²) with a full metric; O(d) an
///   entry.
/// - Accuracy: coinciding points have the entry 0 exactly (with a full metric, up to the rounding of
///   M x). Pairs so close that norms and inner
///   products would cancel are summed from their differences.
public struct PairwiseDistances<Element: Scalar>: PairwiseBoundKernel {
  /// M, which the coordinates go through first.
  public let metric: Metric
  /// q.
  public let exponent: Double
  /// The number of coordinates of a point, before the metric.
  public let dimension: Int
  /// s for each pair, between the points M (x − c).
  let sums: PackedPairs<Element>

  /// The number of row points, n.
  public var rowCount: Int { sums.rowCount }
  /// The number of column points, m.
  public var columnCount: Int { sums.columnCount }
  /// The entries as the loops take them.
  public var pairs: PackedPairs<Element>? { sums }

  /// The distances between two point sets.
  ///
  /// - Parameters:
  ///   - rows: n × d.
  ///   - columns: m × d.
  ///   - metric: M.
  ///   - exponent: q, finite and greater than zero.
  /// - Throws: `.invalidParameter` for an exponent or a metric outside its range, `.shapeMismatch`
  ///   when the sets differ in dimension, or the metric does not take it.
  public init(
    rows: Points<Element>, columns: Points<Element>, metric: Metric = .identity,
    exponent: Double = 2
  ) throws(MercerError) {
    try checkPositive(exponent, "exponent")
    try metric.validate()
    try metric.checkShapes(rows, columns)
    self.init(checkedRows: rows, columns: columns, metric: metric, exponent: exponent)
  }

  /// The same of arguments that have been checked.
  init(
    checkedRows rows: Points<Element>, columns: Points<Element>, metric: Metric, exponent: Double
  ) {
    self.metric = metric
    self.exponent = exponent
    dimension = rows.dimension
    let sum = PairSum(exponent: exponent, dimension: metric.mappedDimension(of: dimension))
    // Only differences count, and a center near the points keeps the most digits of them where
    // coordinates are scaled or squared. Plain differences need none.
    let center =
      sum != .euclidean && metric == .identity ? nil : columns.coordinates.columnMeans()
    let z = metric.mapped(columns.coordinates, center: center)
    let x = rows.isIdentical(to: columns) ? z : metric.mapped(rows.coordinates, center: center)
    sums = PackedPairs(rows: x, columns: z, sum: sum)
  }

  /// Writes the entries of the tile.
  public func fill(_ tile: Tile<Element>) { sums.fill(tile) }

  /// Adds Σⱼ wᵢⱼ ∂s(xᵢ, zⱼ)/∂xᵢ over the tile, for each row i.
  public func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    accumulateInputGradient(ownSlopes, weights: weights, into: gradient)
  }

  /// Adds the gradients of all outputs.
  public func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool {
    accumulateInputGradient(ownSlopes, rows: rows, panels: panels, of: vectors, into: gradient)
    return true
  }

  /// Adds Σᵢⱼ wᵢⱼ ∂s/∂θ over the tile, for each parameter θ of the metric.
  public func accumulateParameterGradient(
    weights: Tile<Element>, into gradient: inout [Double]
  ) {
    guard metric.hasParameters else { return }
    var memory = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    memory.withTile { memory in
      let scaled = memory.moved(rows: weights.rows, columns: weights.columns)
      for i in 0..<weights.rowCount {
        let row = scaled.base + i * scaled.stride
        row.update(from: weights.base + i * weights.stride, count: weights.columnCount)
        Element.loops.affine(weights.columnCount, row, Element(exponent), 0)
      }
      accumulateScaleGradient(weights: scaled, into: &gradient[...])
    }
  }

  /// q for every pair: q φ′(s) of φ(s) = s.
  private var ownSlopes: PackedPairs<Element> { sums.with(PairMap(.affine, a: 0, c: exponent)) }
}

// MARK: - For functions of s

extension PairwiseDistances {
  /// Pairs whose every value is 1: derivatives against weights that hold the slopes already.
  var ones: PackedPairs<Element> { sums.with(PairMap(.affine, a: 0, c: 1)) }

  /// The gradients of φ(s) by the row points, from pairs whose map is q φ′(s).
  func accumulateInputGradient(
    _ slopes: PackedPairs<Element>, weights: Tile<Element>, into gradient: Tile<Element>
  ) {
    metric.pullBack(mappedDimension: sums.dimension, into: gradient) { target in
      slopes.accumulateInputGradient(weights: weights, into: target)
    }
  }

  /// The same for all outputs.
  func accumulateInputGradient(
    _ slopes: PackedPairs<Element>, rows: Range<Int>, panels: Range<Int>,
    of vectors: PackedVectors<Element>, into gradient: Tile<Element>
  ) {
    metric.pullBackAll(
      mappedDimension: sums.dimension, dimension: dimension, outputs: vectors.outputCount,
      into: gradient
    ) { target in
      slopes.accumulateInputGradient(
        rows: rows, panels: panels, of: vectors, into: target.base, stride: target.stride)
    }
  }

  /// The derivatives of φ(s) by the parameters of the metric, from weights q wᵢⱼ φ′(sᵢⱼ).
  func accumulateScaleGradient(
    weights: Tile<Element>, into gradient: inout ArraySlice<Double>
  ) {
    guard metric.hasParameters else { return }
    var moments = [Double](repeating: 0, count: sums.dimension)
    moments.withUnsafeMutableBufferPointer { moments in
      guard let moments = moments.baseAddress else { return }
      ones.accumulateScaleMoments(weights: weights, into: moments)
    }
    metric.accumulateScaleGradient(moments: moments, into: &gradient)
  }
}
