import MercerCore

/// What a kernel makes of the decays exp(−|(M (x − z))ₖ| / ℓ) of the coordinates.
struct DecayForm: Sendable {
  /// The derivative by a shape parameter: a sum of the decays, and what it is multiplied by.
  struct ShapeSlope: Sendable {
    let sum: PairSum
    let factor: Double
  }

  /// The sum of decays; its rate is 1 / ℓ.
  let sum: PairSum
  /// What is made of it, with a slope.
  let map: PairMap
  /// Those by the shape parameters after the length scale.
  var shapeSlopes: [ShapeSlope] = []
}

/// A kernel of decays on two point sets.
struct BoundDecayKernel<Element: Scalar>: PairwiseBoundKernel {
  private let metric: Metric
  private let lengthScale: Double
  private let shapeSlopes: [(pairs: PackedPairs<Element>, factor: Double)]
  /// The values, and −φ′(s) / ℓ: what gradients of the sum s are multiplied by.
  private let values, slopes: PackedPairs<Element>
  let dimension: Int

  var rowCount: Int { values.rowCount }
  var columnCount: Int { values.columnCount }
  var pairs: PackedPairs<Element>? { values }

  fileprivate init(
    _ form: DecayForm, rows: Points<Element>, columns: Points<Element>, metric: Metric,
    lengthScale: Double
  ) {
    guard let slope = form.map.slope?.scaled(by: -1 / lengthScale) else {
      preconditionFailure("the map of a kernel of decays has a slope")
    }
    self.metric = metric
    self.lengthScale = lengthScale
    dimension = rows.dimension
    // Only differences count, and scaled coordinates keep the most digits of them near a center.
    let center = metric == .identity ? nil : columns.coordinates.columnMeans()
    let z = metric.mapped(columns.coordinates, center: center)
    let x = rows.isIdentical(to: columns) ? z : metric.mapped(rows.coordinates, center: center)
    let pairs = PackedPairs(rows: x, columns: z, sum: form.sum, map: form.map)
    values = pairs
    slopes = pairs.with(slope)
    shapeSlopes = form.shapeSlopes.map { (pairs.with(sum: $0.sum), $0.factor) }
  }

  func fill(_ tile: Tile<Element>) { values.fill(tile) }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    metric.pullBack(mappedDimension: values.dimension, into: gradient) { target in
      slopes.accumulateInputGradient(weights: weights, into: target)
    }
  }

  func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool {
    metric.pullBackAll(
      mappedDimension: values.dimension, dimension: dimension, outputs: vectors.outputCount,
      into: gradient
    ) { target in
      slopes.accumulateInputGradient(
        rows: rows, panels: panels, of: vectors, into: target.base, stride: target.stride)
    }
    return true
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    // A decay depends on sₖ / ℓ: the derivatives by both are made of the moments sₖ ∂k/∂sₖ.
    var moments = [Double](repeating: 0, count: values.dimension)
    slopes.accumulateScaleMoments(weights: weights, into: &moments)
    moments = moments.map { $0 * lengthScale }
    gradient[0] -= moments.reduce(0, +) / lengthScale
    var memory = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    for (index, slope) in shapeSlopes.enumerated() {
      memory.withTile { memory in
        let tile = memory.moved(rows: weights.rows, columns: weights.columns)
        slope.pairs.fill(tile)
        gradient[1 + index] += slope.factor * weights.dot(tile)
      }
    }
    metric.accumulateScaleGradient(moments: moments, into: &gradient[(1 + shapeSlopes.count)...])
  }
}

extension Metric {
  /// A kernel of decays with this metric on inputs that suit it. Coordinates that the metric makes 0
  /// for all inputs are left out; `form` is asked for a kernel of those that are left, by their number.
  func boundDecays<Element: Scalar>(
    rows: Points<Element>, columns: Points<Element>, lengthScale: Double,
    form: (Int) -> DecayForm
  ) -> any BoundKernel<Element> {
    let (selected, metric) = withoutZeros
    guard let selected else {
      return BoundDecayKernel(
        form(metric.mappedDimension(of: rows.dimension)), rows: rows, columns: columns,
        metric: metric, lengthScale: lengthScale)
    }
    let z = Points(columns.coordinates.columns(at: selected))
    let x =
      rows.isIdentical(to: columns) ? z : Points(rows.coordinates.columns(at: selected))
    return BoundColumns(
      base: BoundDecayKernel(
        form(selected.count), rows: x, columns: z, metric: metric, lengthScale: lengthScale),
      columns: selected, dimension: rows.dimension)
  }

  /// The same metric for the input columns that it does not multiply by 0, and these columns where they
  /// are not all; of a transform, without its rows of zeros.
  private var withoutZeros: (columns: [Int]?, metric: Metric) {
    switch self {
    case .identity: return (nil, self)
    case .scales(let scales):
      let kept = scales.indices.filter { scales[$0] > 0 }
      guard kept.count < scales.count else { return (nil, self) }
      return (kept, .scales(kept.map { scales[$0] }))
    case .transform(let matrix):
      let kept = (0..<matrix.rowCount).filter { row in matrix.row(row).contains { $0 != 0 } }
      guard kept.count < matrix.rowCount else { return (nil, self) }
      return kept.isEmpty ? ([], .scales([])) : (nil, .transform(matrix.rows(at: kept)))
    }
  }
}
