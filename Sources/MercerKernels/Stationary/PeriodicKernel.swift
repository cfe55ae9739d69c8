public import MercerCore

/// The periodic kernel, a product over coordinates.
///
/// ```
/// k(x, z) = exp(−2 Σₖ sin²(π Δₖ / p) / ℓ²),  Δ = M (x − z)
/// ```
/// In one dimension it is the usual one. In more, the sine of the Euclidean distance would not be
/// positive definite, whereas the product is.
///
/// - Units: p in those of the mapped inputs; ℓ without unit; values in (0, 1].
/// - Positive definite: yes; points a whole number of periods apart are the same to it.
/// - Complexity: a tile costs O(rows · columns · d).
/// - Source: D. J. C. MacKay 1998, *Introduction to Gaussian processes*, sec. 4.6; Rasmussen &
///   Williams 2006, *Gaussian Processes for Machine Learning*, eq. 4.31.
public struct PeriodicKernel<Element: Scalar>: MetricKernel, Equatable {
  /// ℓ.
  public let lengthScale: Double
  /// p.
  public let period: Double
  /// M, which the coordinates go through first.
  public let metric: Metric

  /// A periodic kernel.
  ///
  /// - Parameters:
  ///   - period: p, finite and greater than zero.
  ///   - lengthScale: ℓ, finite and greater than zero.
  ///   - metric: M.
  /// - Throws: `.invalidParameter` for a value outside its range.
  public init(
    period: Double = 1, lengthScale: Double = 1, metric: Metric = .identity
  ) throws(MercerError) {
    try checkPositive(period, "period")
    try checkPositive(lengthScale, "lengthScale")
    try metric.validate()
    self.period = period
    self.lengthScale = lengthScale
    self.metric = metric
  }

  /// The continuous parameters but those of the metric.
  public var shapeParameters: [KernelParameter] {
    [KernelParameter("lengthScale", lengthScale), KernelParameter("period", period)]
  }

  /// The kernel with these values of its `shapeParameters`, and this metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(period: values[1], lengthScale: values[0], metric: metric)
  }

  /// The kernel on these inputs; throws `.shapeMismatch` when their dimensions do not fit.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    return try BoundPeriodicKernel(self, rows: rows, columns: columns)
  }

  /// k(x, x) for each input.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try metric.checkDimension(inputs.dimension)
    return [Element](repeating: 1, count: inputs.count)
  }

  /// How the kernel is written, and made from text.
  public static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "periodic", summary: "exp(−2 Σ sin²(π(xᵢ − zᵢ)/p)/ℓ²)",
      parameters: [
        .lengthScale,
        KernelParameterSyntax(
          "period", .number, ifAbsent: .value(.number(1)), summary: "p, greater than 0"),
      ] + .metric
    ) { (arguments) throws(MercerError) in
      try PeriodicKernel(
        period: arguments.number("period"), lengthScale: arguments.number("lengthScale"),
        metric: arguments.metric())
    }
  }
}

/// A periodic kernel on two point sets.
///
/// 4 sin²(πΔ/p) is the squared distance of two points of the unit circle, so the kernel is the
/// Gaussian one on the features (cos 2πy/p, sin 2πy/p), and no sine is taken for a pair.
struct BoundPeriodicKernel<Element: Scalar>: BoundKernel {
  private let kernel: PeriodicKernel<Element>
  /// M (x − c), which the derivative with respect to the period needs.
  private let x, z: Matrix<Element>
  private let featuresX, featuresZ: Matrix<Element>
  private let gaussian: any BoundKernel<Element>
  let dimension: Int

  init(
    _ kernel: PeriodicKernel<Element>, rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) {
    self.kernel = kernel
    dimension = rows.dimension
    // Angles near zero keep the most digits, and a shift does not change the kernel.
    let center = columns.coordinates.columnMeans()
    let same = rows.isIdentical(to: columns)
    z = kernel.metric.mapped(columns.coordinates, center: center)
    x = same ? z : kernel.metric.mapped(rows.coordinates, center: center)
    featuresZ = z.circleFeatures(period: kernel.period)
    featuresX = same ? featuresZ : x.circleFeatures(period: kernel.period)
    gaussian = try GaussianKernel<Element>(lengthScale: kernel.lengthScale).bound(
      rows: Points(featuresX), columns: Points(featuresZ))
  }

  var rowCount: Int { x.rowCount }
  var columnCount: Int { z.rowCount }

  func fill(_ tile: Tile<Element>) { gaussian.fill(tile) }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    let d = z.columnCount
    var features = Matrix<Element>(rowCount: weights.rowCount, columnCount: 2 * d)
    features.withTile { features in
      gaussian.accumulateInputGradient(
        weights: weights, into: features.moved(rows: weights.rows, columns: 0..<(2 * d)))
      kernel.metric.pullBack(mappedDimension: d, into: gradient) { target in
        featuresX.withBase { points in
          for (i, row) in weights.rows.enumerated() {
            Element.addCircleGradient(
              d, frequency: Element(2 * Double.pi / kernel.period), points + row * 2 * d,
              features.base + i * 2 * d, to: target.base + i * target.stride)
          }
        }
      }
    }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    gaussian.accumulateParameterGradient(weights: weights, into: &gradient)
    let d = z.columnCount
    // k depends on s = Σ (2 − 2 cos(2πΔₖ/p)) by exp(−s / (2ℓ²)), and s on y and 1/p alike, so the
    // derivatives with respect to scales and period are all made of Δₖ ∂k/∂Δₖ.
    var values = Matrix<Element>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    var moments = [Double](repeating: 0, count: d)
    values.withTile { memory in
      let values = memory.moved(rows: weights.rows, columns: weights.columns)
      gaussian.fill(values)
      for i in 0..<values.rowCount {
        Element.loops.multiply(
          values.columnCount, values.base + i * values.stride, weights.base + i * weights.stride)
      }
      x.withBase { x in
        z.withBase { z in
          featuresX.withBase { featuresX in
            featuresZ.withBase { featuresZ in
              for (i, row) in values.rows.enumerated() {
                Element.addCircleMoments(
                  values.columnCount, d, values.base + i * values.stride, x + row * d,
                  featuresX + row * 2 * d, z + values.columns.lowerBound * d,
                  featuresZ + values.columns.lowerBound * 2 * d, to: &moments)
              }
            }
          }
        }
      }
    }
    let factor = -2 * Double.pi / (kernel.period * kernel.lengthScale * kernel.lengthScale)
    moments = moments.map { $0 * factor }
    gradient[1] -= moments.reduce(0, +) / kernel.period
    kernel.metric.accumulateScaleGradient(moments: moments, into: &gradient[2...])
  }
}

extension Matrix {
  /// (cos 2πy/p, sin 2πy/p) of each row y, all cosines first.
  fileprivate func circleFeatures(period: Double) -> Matrix {
    let (d, loops) = (columnCount, Element.loops)
    let count = rowCount * d
    return Matrix(rowCount: rowCount, columnCount: 2 * d) { buffer in
      withBase { base in
        guard let target = buffer.baseAddress else { return }
        var cosines = Array(UnsafeBufferPointer(start: base, count: count))
        loops.affine(count, &cosines, Element(2 * Double.pi / period), 0)
        var sines = cosines
        loops.cosine(count, &cosines)
        loops.sine(count, &sines)
        Element.interleave(rowCount, d, cosines, sines, to: target)
      }
    }
  }
}

extension Scalar {
  /// Rows of d cosines and d sines, from rows of each.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func interleave(
    _ rows: Int, _ d: Int, _ cosines: UnsafePointer<Self>, _ sines: UnsafePointer<Self>,
    to features: UnsafeMutablePointer<Self>
  ) {
    for i in 0..<rows {
      for k in 0..<d {
        features[2 * i * d + k] = cosines[i * d + k]
        features[2 * i * d + d + k] = sines[i * d + k]
      }
    }
  }

  /// Adds the gradient with respect to y, given that with respect to its features.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func addCircleGradient(
    _ d: Int, frequency: Self, _ features: UnsafePointer<Self>, _ slopes: UnsafePointer<Self>,
    to gradient: UnsafeMutablePointer<Self>
  ) {
    for k in 0..<d {
      gradient[k] += frequency * (features[k] * slopes[d + k] - features[d + k] * slopes[k])
    }
  }

  /// `moments[k] += Σⱼ w[j] Δₖ sin(2πΔₖ/p)`, Δ = x − zⱼ, with the sine from those of x and zⱼ.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  static func addCircleMoments(
    _ count: Int, _ d: Int, _ w: UnsafePointer<Self>, _ x: UnsafePointer<Self>,
    _ featuresX: UnsafePointer<Self>, _ z: UnsafePointer<Self>, _ featuresZ: UnsafePointer<Self>,
    to moments: inout [Double]
  ) {
    for j in 0..<count {
      let (point, features) = (z + j * d, featuresZ + j * 2 * d)
      for k in 0..<d {
        let sine = featuresX[d + k] * features[k] - featuresX[k] * features[d + k]
        moments[k] += Double(w[j] * sine * (x[k] - point[k]))
      }
    }
  }
}
