import MercerCore
import MercerKernels
import RealModule

/// A kernel and the way its metric is learned: what the search for a blend tries, round by round.
struct Course: Sendable, Equatable {
  /// The kernels, all with a kink at distance 0 but the last: what wins on tables bends sharply.
  enum Geometry: String, Sendable {
    case productLaplace, laplace, matern

    /// The exponent of the distance that the kernel is a function of.
    var exponent: Double { self == .productLaplace ? 1 : 2 }

    func kernel(
      lengthScale: Double, metric: Metric
    ) throws(MercerError) -> any PointKernel<Double> {
      switch self {
      case .productLaplace:
        try ProductLaplaceKernel<Double>(lengthScale: lengthScale, metric: metric)
      case .laplace: try LaplaceKernel<Double>(lengthScale: lengthScale, metric: metric)
      case .matern:
        try MaternKernel<Double>(smoothness: 2.5, lengthScale: lengthScale, metric: metric)
      }
    }
  }

  /// What the metric may be.
  enum Shape: String, Sendable {
    /// A scale for each coordinate.
    case scales
    /// Any linear map, learned by the Euclidean kernel of the same length.
    case transform
  }

  /// Which coordinates, by their place among the views of the table.
  let view: Int
  let geometry: Geometry
  let shape: Shape
  /// How often the metric is learned; with 0 it is the identity throughout.
  let rounds: Int

  /// The kernel of the metric's gradients: a product kernel in the eigenbasis of M takes M from the
  /// Euclidean kernel, as its own gradients would depend on the basis.
  var teacher: Geometry { shape == .transform ? .laplace : geometry }
}

/// What one round of a course found: the metric, and the score of each length scale and ridge.
struct RoundResult: Sendable {
  let course: Course
  let round: Int
  /// One row a length scale factor, one column a ridge; lower is better.
  var scores: Matrix<Double>

  /// The places of the best factor and ridge.
  var best: (factor: Int, ridge: Int, score: Double) {
    var best = (factor: 0, ridge: 0, score: Double.infinity)
    for i in 0..<scores.rowCount {
      for j in 0..<scores.columnCount where scores[i, j] < best.score {
        best = (i, j, scores[i, j])
      }
    }
    return best
  }
}

extension Points<Double> {
  /// The median distance (to the power q of the exponent q, and back) between different points, of
  /// at most 400; 1 when there is none.
  func medianDistance(metric: Metric, exponent: Double) throws(MercerError) -> Double {
    let step = Swift.max(1, count / 400)
    let few = subset(at: Array(stride(from: 0, to: count, by: step)))
    let bound = try PairwiseDistances(rows: few, columns: few, metric: metric, exponent: exponent)
    var matrix = Matrix<Double>(rowCount: few.count, columnCount: few.count)
    matrix.withTile { bound.fill($0) }
    var distances: [Double] = []
    for i in 0..<few.count { distances += matrix.row(i)[..<i].filter { $0 > 0 } }
    guard !distances.isEmpty else { return 1 }
    distances.sort()
    let median = distances[distances.count / 2]
    return exponent == 1 ? median : Double.pow(median, 1 / exponent)
  }
}
