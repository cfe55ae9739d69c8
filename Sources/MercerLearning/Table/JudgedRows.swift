public import MercerCore
import RealModule

/// Rows of the fitted table beside what fits that had not seen them say: what the metrics of the
/// validation are of.
public struct JudgedRows: Sendable {
  /// The place of each row in the fitted table, from 0, ascending.
  public let places: [Int]
  /// What was measured.
  public let truth: Truth
  /// Predictions, with intervals and sets at 0.9.
  public let predictions: TablePredictions
  /// How surprising each truth is: the residual over its own σ, with its sign, for numbers; for classes
  /// −log p of the true one, in nats.
  public let surprises: [Double]

  /// What was measured.
  public enum Truth: Sendable, Equatable {
    /// Numbers.
    case numbers([Double])
    /// Places among the names of the classes.
    case classes([Int])
  }

  init(places: [Int], truth: [Double], _ numbers: ScaledNumbers, level: Double) {
    self.places = places
    self.truth = .numbers(truth)
    predictions = .numbers(
      values: numbers.values, lower: numbers.lower, upper: numbers.upper, level: level)
    surprises = truth.indices.map {
      (truth[$0] - numbers.values[$0]) / max(numbers.deviations[$0], .leastNormalMagnitude)
    }
  }

  init(
    places: [Int], labels: [Int], probabilities: Matrix<Double>, names: [String], sets: [[Int]],
    level: Double
  ) {
    self.places = places
    truth = .classes(labels)
    predictions = .classes(probabilities: probabilities, names: names, sets: sets, level: level)
    surprises = labels.enumerated().map { -Double.log(max(probabilities[$0.0, $0.1], 1e-15)) }
  }

  /// The places in these arrays of the most surprising rows, the most surprising first.
  public func mostSurprising(_ count: Int) -> [Int] {
    let sizes = surprises.map(abs)
    return Array(sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }.prefix(count))
  }
}
