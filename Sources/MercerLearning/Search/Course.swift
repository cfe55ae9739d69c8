import MercerCore
import MercerKernels
import RealModule

/// A kernel and the way its metric is learned: what the search for a blend tries, round by round.
package struct Course: Sendable, Equatable {
  /// What the metric may be.
  package enum Shape: String, Sendable {
    /// A scale for each coordinate.
    case scales
    /// Any linear map, learned by the Euclidean kernel of the same length.
    case transform
    /// A scale for each coordinate, by descent on a criterion of the fit (`LengthScaleDescent`).
    case descent
  }

  /// A kernel and what its metric may be.
  package struct Kind: Sendable, Hashable {
    package let geometry: Geometry
    package let shape: Shape
  }

  /// Which coordinates, by their place among the views of the table.
  let view: Int
  let geometry: Geometry
  let shape: Shape
  /// How often the metric is learned; with 0 it is the identity throughout.
  let rounds: Int
  /// The most rows that a descent is made on.
  var descentRows = 0

  /// What a descent begins from, whose end hardly depends on it.
  static let descentStart = CourseRun.Setting(factor: 2, ridge: 0.1)

  /// The kernel of the metric's gradients: a product kernel in the eigenbasis of M takes M from the
  /// Euclidean kernel, as its own gradients would depend on the basis.
  var teacher: Geometry { shape == .transform ? .laplace : geometry }

  /// The kernel of a round: a course of transforms begins with its teacher, which needs no basis.
  func geometry(ofRound round: Int) -> Geometry {
    round == 0 ? teacher : geometry
  }

  /// Whether a round may become part of a blend: round 0 of others is that of scales.
  func offers(round: Int) -> Bool { round > 0 || shape == .scales }

  /// What it is but for the view.
  var kind: Kind { Kind(geometry: geometry, shape: shape) }

  /// What the metric after a round is learned with, where that is not to be found first.
  func teaching(ofRound round: Int) -> CourseRun.Setting? {
    shape == .descent ? Self.descentStart : nil
  }

  /// What a round is called on the leaderboard.
  func name(round: Int, view: String) -> String {
    "\(geometry.rawValue), \(view), "
      + (round == 0 ? "no metric" : "\(shape.rawValue) of round \(round)")
  }
}

extension Points {
  /// The median distance (to the power q of the exponent q, and back) between different points, of
  /// at most 128; 1 when there is none.
  func medianDistance(metric: Metric, exponent: Double) throws(MercerError) -> Double {
    let size = Swift.min(count, 128)
    let few = Points<Double>(
      Matrix(converting: subset(at: (0..<size).map { $0 * count / size }).coordinates))
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
