public import MercerCore
public import MercerData

/// What a model says of the rows of a table.
public enum TablePredictions: Sendable {
  /// Numbers, and the bounds of their intervals at a level: one value a row each, lower ≤ value ≤
  /// upper.
  case numbers(values: [Double], lower: [Double], upper: [Double], level: Double)
  /// Probabilities, one row a row, one column a class; and for each row the classes that it may have
  /// at a level, the likeliest first. Models of older files have no such sets.
  case classes(probabilities: Matrix<Double>, names: [String], sets: [[Int]]?, level: Double)

  /// The number of rows.
  public var count: Int {
    switch self {
    case .numbers(let values, _, _, _): values.count
    case .classes(let probabilities, _, _, _): probabilities.rowCount
    }
  }

  /// The metrics of these predictions against what was measured.
  ///
  /// - Parameters:
  ///   - target: the truth, one value a prediction.
  ///   - deviations: σ of each row, for the likelihood of a regression; empty for classes.
  public func metrics(against target: Target, deviations: [Double]) -> TableMetrics {
    switch self {
    case .numbers(let values, let lower, let upper, _):
      return .regression(
        RegressionMetrics(targets: target.values, predictions: values, deviations: deviations),
        IntervalMetrics(
          targets: target.values, predictions: values, lower: lower, upper: upper))
    case .classes(let probabilities, let names, let sets, _):
      return .classification(
        ClassificationMetrics(labels: target.classIndices, probabilities: probabilities),
        sets.map {
          SetMetrics(
            labels: target.classIndices, probabilities: probabilities, sets: $0, names: names)
        })
    }
  }
}
