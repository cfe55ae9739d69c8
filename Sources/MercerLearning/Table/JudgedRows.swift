import MercerCore
import MercerData
import RealModule

/// Rows beside what fits that had not seen them say: of the fitted table those that the metrics of the
/// validation are of, or those of a held-out table.
public struct JudgedRows: Sendable {
  /// The place of each row in its table, from 0, ascending.
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
    surprises = Self.surprises(truth, numbers.values, deviations: numbers.deviations)
  }

  init(
    places: [Int], labels: [Int], probabilities: Matrix<Double>, names: [String], sets: [[Int]]?,
    level: Double
  ) {
    self.places = places
    truth = .classes(labels)
    predictions = .classes(probabilities: probabilities, names: names, sets: sets, level: level)
    surprises = Self.surprises(labels, probabilities)
  }

  /// Rows of a table with a target, as a model predicted them.
  ///
  /// - Parameter deviations: σ of each row, for numbers.
  init(places: [Int], _ target: Target, _ predictions: TablePredictions, deviations: [Double]) {
    self.places = places
    self.predictions = predictions
    switch predictions {
    case .numbers(let values, _, _, _):
      truth = .numbers(target.values)
      surprises = Self.surprises(target.values, values, deviations: deviations)
    case .classes(let probabilities, _, _, _):
      truth = .classes(target.classIndices)
      surprises = Self.surprises(target.classIndices, probabilities)
    }
  }

  private static func surprises(
    _ truth: [Double], _ values: [Double], deviations: [Double]
  ) -> [Double] {
    truth.indices.map {
      (truth[$0] - values[$0]) / max(deviations[$0], .leastNormalMagnitude)
    }
  }

  private static func surprises(_ labels: [Int], _ probabilities: Matrix<Double>) -> [Double] {
    labels.enumerated().map { -Double.log(max(probabilities[$0.0, $0.1], 1e-15)) }
  }

  /// The places in these arrays of the most surprising rows, the most surprising first.
  public func mostSurprising(_ count: Int) -> [Int] {
    let sizes = surprises.map(abs)
    return Array(sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }.prefix(count))
  }
}
