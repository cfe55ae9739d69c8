import MercerCore
import MercerData
import RealModule

/// A table's target as a regression problem of unit size: what the search and the fit work on.
struct TableProblem: Sendable {
  let task: LearningTask
  let truth: Target
  /// What is learned in place of the target's values; the identity for classes.
  let transform: TargetTransform
  /// n × k: the standardised transformed target, or centred class codes.
  let codes: Matrix<Double>
  /// One weight a row, or nil when all count the same.
  let weights: [Double]?
  /// What the user says each row counts, without the balance of classes.
  let rowWeights: [Double]?
  /// Whether each class weighs as much as any other, so that scores are not those of the true shares.
  let isBalanced: Bool
  /// What one unit of `codes` is in units of the transformed target.
  let unit: Double
  /// What is added to each column of predictions.
  let offsets: [Double]

  /// - Parameters:
  ///   - balanced: whether each class weighs as much as any other.
  ///   - rowWeights: how much each row counts; nil when all count the same.
  ///   - transform: of the values of a regression.
  ///   - place: where the target is, for messages.
  init(
    truth: Target, classCount: Int, balanced: Bool, rowWeights: [Double]?,
    transform: TargetTransform = .identity, place: MercerError.Place
  ) throws(MercerError) {
    self.truth = truth
    self.rowWeights = rowWeights
    isBalanced = balanced
    self.transform = transform
    task = truth.task
    let raw: Matrix<Double>
    if truth.task == .regression {
      raw = Matrix(column: truth.values.map(transform.forward))
      weights = rowWeights
    } else {
      let classes = try ClassCodes(labels: truth.classIndices, classCount: classCount)
      raw = classes.matrix
      weights = classes.weights(balanced: balanced, times: rowWeights)
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

  /// The same target, learned through a transform.
  func transformed(by transform: TargetTransform) throws(MercerError) -> TableProblem {
    try TableProblem(
      truth: truth, classCount: 0, balanced: false, rowWeights: rowWeights, transform: transform,
      place: .init(file: nil))
  }

  /// What the regression on the codes, or the classifier, says of rows, given by how much it misses
  /// their codes; in units of the transformed target.
  func scores(rows: [Int], residuals: Matrix<Double>) -> Matrix<Double> {
    codes.rows(at: rows).subtracting(residuals).scaled(by: unit)
      .subtractingFromRows(offsets.map { -$0 })
  }

  /// What the search makes least: the mean square error of numbers, the log loss of classes after
  /// calibration.
  func score(rows: [Int], residuals: Matrix<Double>) -> Double {
    let weights = rowWeights.map { weights in rows.map { weights[$0] } }
    if task == .regression {
      if transform == .identity { return residuals.meanSquare(weights: weights) }
      return squaredErrors(rows: rows, residuals: residuals).reduce(0, +)
        / (weights?.reduce(0, +) ?? Double(rows.count))
    }
    let scores = scores(rows: rows, residuals: residuals)
    let labels = rows.map { truth.classIndices[$0] }
    let calibration = ProbabilityCalibration(
      fitting: scores, labels: labels, weights: weights, shiftsClasses: isBalanced)
    let probabilities = calibration.probabilities(scores)
    var (sum, total) = (0.0, 0.0)
    for (i, label) in labels.enumerated() {
      let weight = weights?[i] ?? 1
      sum -= weight * Double.log(max(probabilities[i, label], 1e-15))
      total += weight
    }
    return sum / total
  }

  /// A score as a person reads it: an error in standard deviations of the target, or a log loss.
  func scoreText(_ score: Double) -> String {
    task == .regression
      ? "error \(rounded(score.squareRoot())) of the target's deviation"
      : "log loss \(rounded(score))"
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  /// The squared errors of a regression on the target's own scale, in units of its variance, times the
  /// weights of the rows.
  func squaredErrors(rows: [Int], residuals: Matrix<Double>) -> [Double] {
    let predictions = scores(rows: rows, residuals: residuals).elements
    let inverse = SmearedInverse(
      transform, predictions: predictions, residuals: residuals.elements.map { $0 * unit })
    let variance = truth.values.meanAndVariance.variance
    return zip(rows, predictions).map { row, prediction in
      let error = truth.values[row] - inverse.mean(of: prediction)
      return error * error / variance * (rowWeights?[row] ?? 1)
    }
  }

  /// The metrics of a predictor that ignores the columns: the mean, or the shares of the classes.
  var naive: TableMetrics {
    let n = codes.rowCount
    if task == .regression {
      let (mean, variance) = truth.values.meanAndVariance
      let errors = truth.values.map { $0 - mean }
      let predictions = [Double](repeating: mean, count: n)
      let bounds = ResidualSpread(residuals: errors).offsets(level: 0.9)
      let inside = errors.count { bounds.lower <= $0 && $0 <= bounds.upper }
      return .regression(
        RegressionMetrics(
          targets: truth.values, predictions: predictions, deviation: variance.squareRoot()),
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

extension [Double] {
  /// The mean, and the mean square about it.
  fileprivate var meanAndVariance: (mean: Double, variance: Double) {
    let mean = reduce(0, +) / Double(count)
    return (mean, reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count))
  }
}
