import MercerCore
import MercerData

/// A table's target as a regression problem of unit size: what the search and the fit work on.
struct TableProblem: Sendable {
  let task: LearningTask
  let truth: Target
  /// n × k: the standardised target, or centred class codes.
  let codes: Matrix<Double>
  /// One weight a row, or nil when all count the same.
  let weights: [Double]?
  /// What one unit of `codes` is in the target's units.
  let unit: Double
  /// What is added to each column of predictions.
  let offsets: [Double]

  /// - Parameter place: where the target is, for messages.
  init(
    truth: Target, classCount: Int, balanced: Bool, place: MercerError.Place
  ) throws(MercerError) {
    self.truth = truth
    task = truth.task
    let raw: Matrix<Double>
    if truth.task == .regression {
      raw = Matrix(column: truth.values)
      weights = nil
    } else {
      let classes = try ClassCodes(labels: truth.classIndices, classCount: classCount)
      raw = classes.matrix
      weights = classes.weights(balanced: balanced, times: nil)
    }
    let data = try LabelledData(
      inputs: Points(Matrix<Double>(rowCount: raw.rowCount, columnCount: 0)), targets: raw,
      weights: weights)
    offsets = data.targetMeans
    let centred = raw.subtractingFromRows(offsets)
    guard truth.task == .regression else {
      (codes, unit) = (centred, 1)
      return
    }
    let squares = centred.elements.reduce(0) { $0 + $1 * $1 }
    unit = (squares / Double(raw.rowCount)).squareRoot()
    guard unit > 0, unit.isFinite else {
      throw MercerError(
        .invalidData, "the target's values are too large or too close together to be told apart",
        at: place, remedy: "rescale the target")
    }
    codes = centred.scaled(by: 1 / unit)
  }

  /// What the classifier says of rows, given by how much it misses their codes.
  func scores(rows: [Int], residuals: Matrix<Double>) -> Matrix<Double> {
    codes.rows(at: rows).subtracting(residuals).subtractingFromRows(offsets.map { -$0 })
  }

  /// What the search makes least: the mean square error of numbers, the log loss of classes after
  /// calibration.
  var score: (@Sendable ([Int], Matrix<Double>) -> Double)? {
    if task == .regression { return nil }
    return { rows, residuals in
      let scores = scores(rows: rows, residuals: residuals)
      let labels = rows.map { truth.classIndices[$0] }
      let calibration = ProbabilityCalibration(fitting: scores, labels: labels)
      return ClassificationMetrics(
        labels: labels, probabilities: calibration.probabilities(scores)
      ).logLoss
    }
  }

  /// The metrics of a predictor that ignores the columns: the mean, or the shares of the classes.
  var naive: TableMetrics {
    let n = codes.rowCount
    if task == .regression {
      let errors = truth.values.map { $0 - offsets[0] }
      let predictions = [Double](repeating: offsets[0], count: n)
      let bounds = ResidualSpread(residuals: errors).offsets(level: 0.9)
      let inside = errors.count { bounds.lower <= $0 && $0 <= bounds.upper }
      return .regression(
        RegressionMetrics(targets: truth.values, predictions: predictions, deviation: unit),
        IntervalMetrics(coverage: Double(inside) / Double(n)))
    }
    var counts = [Int](repeating: 0, count: truth.classNames.count)
    for label in truth.classIndices { counts[label] += 1 }
    let shares = counts.map { Double($0) / Double(n) }
    let probabilities = Matrix<Double>(rowCount: n, columnCount: shares.count) { buffer in
      for i in buffer.indices { buffer[i] = shares[i % shares.count] }
    }
    return .classification(
      ClassificationMetrics(labels: truth.classIndices, probabilities: probabilities), nil)
  }
}
