import MercerCore
import MercerData

/// How good a fitted regression is, measured on rows that it was not fitted on, and what these rows
/// say of its errors: how scores become probabilities, how wide intervals are.
struct TableAssessment: Sendable {
  /// How scores become probabilities; nil for a regression.
  let calibration: ProbabilityCalibration?
  /// How far numbers lie from their predictions; nil for classes.
  let spread: ResidualSpread?
  /// The metrics on those rows.
  let metrics: TableMetrics

  /// - Parameters:
  ///   - problem: the target and its codes.
  ///   - rows: the rows that are judged by.
  ///   - residuals: codes less predictions of these rows, each by a model that did not see the row.
  init(of problem: TableProblem, rows: [Int], residuals: Matrix<Double>) {
    switch problem.task {
    case .regression:
      let errors = residuals.elements.map { $0 * problem.unit }
      let spread = ResidualSpread(residuals: errors)
      let values = rows.map { problem.truth.values[$0] }
      let inside = errors.count { abs($0) <= spread.halfWidth(level: 0.9) }
      self.spread = spread
      calibration = nil
      metrics = .regression(
        RegressionMetrics(
          targets: values, predictions: zip(values, errors).map { $0 - $1 },
          deviation: spread.deviation),
        intervalCoverage: Double(inside) / Double(errors.count))
    case .binary, .multiclass:
      let scores = problem.scores(rows: rows, residuals: residuals)
      let labels = rows.map { problem.truth.classIndices[$0] }
      let calibration = ProbabilityCalibration(fitting: scores, labels: labels)
      self.calibration = calibration
      spread = nil
      metrics = .classification(
        ClassificationMetrics(labels: labels, probabilities: calibration.probabilities(scores)))
    }
  }
}
