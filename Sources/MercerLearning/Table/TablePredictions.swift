public import MercerCore
public import MercerData

/// What a model says of the rows of a table.
public enum TablePredictions: Sendable {
  /// Numbers, and the half-width of their interval at a level.
  case numbers(values: [Double], halfWidth: Double, level: Double)
  /// Probabilities, one row a row, one column a class.
  case classes(probabilities: Matrix<Double>, names: [String])

  /// The number of rows.
  public var count: Int {
    switch self {
    case .numbers(let values, _, _): values.count
    case .classes(let probabilities, _): probabilities.rowCount
    }
  }

  /// The metrics of these predictions against what was measured.
  ///
  /// - Parameters:
  ///   - target: the truth, one value a prediction.
  ///   - deviation: σ of the model, for the likelihood of a regression.
  public func metrics(against target: Target, deviation: Double) -> TableMetrics {
    switch self {
    case .numbers(let values, let halfWidth, _):
      let inside = zip(values, target.values).count { abs($0 - $1) <= halfWidth }
      return .regression(
        RegressionMetrics(targets: target.values, predictions: values, deviation: deviation),
        intervalCoverage: Double(inside) / Double(max(values.count, 1)))
    case .classes(let probabilities, _):
      return .classification(
        ClassificationMetrics(labels: target.classIndices, probabilities: probabilities))
    }
  }
}
