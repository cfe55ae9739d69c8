import MercerCore
import MercerData
import MercerKernels

/// How good a fitted regression is, measured on rows that it was not fitted on, and what these rows
/// say of its errors: how scores become probabilities, how wide intervals are.
struct TableAssessment: Sendable {
  /// How scores become probabilities; nil for a regression.
  let calibration: ProbabilityCalibration?
  /// All calibrations that were tried; empty for a regression.
  let trials: [CalibrationTrial]
  /// Which classes a row may have; nil for a regression.
  let sets: PredictionSets?
  /// Where a binary classifier should decide; nil for all else.
  let thresholds: DecisionThresholds?
  /// How numbers come back from the scale that they were learned on; nil for classes, and for a target
  /// that was learned as it stands.
  let inverse: SmearedInverse?
  /// How far numbers lie from their predictions, on that scale; nil for classes.
  let spread: ResidualSpread?
  /// The metrics on those rows.
  let metrics: TableMetrics
  /// Those rows, each with what was said of it.
  let judged: JudgedRows

  /// - Parameters:
  ///   - problem: the target and its codes.
  ///   - fit: the regression, the rows that it is judged by, and their residuals.
  ///   - inputs: all rows.
  ///   - seed: of every random choice.
  /// - Throws: what the fit of a spread throws; `.cancelled`.
  init(
    of problem: TableProblem, _ fit: TableFit, inputs: Points<Double>, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) {
    let rows = fit.judgedRows
    let places = rows.map { problem.truth.keptRows[$0] }
    switch problem.task {
    case .regression:
      let residuals = fit.residuals.elements.map { $0 * problem.unit }
      let predictions = problem.scores(rows: rows, residuals: fit.residuals).elements
      let choice = try SpreadChoice(
        from: SpreadLearner.Errors(
          points: inputs.subset(at: rows),
          rows: fit.regression.inputs.isIdentical(to: inputs) ? rows : nil,
          predictions: predictions, residuals: residuals),
        kernel: fit.regression.members[0].kernel as? any PointKernel<Double>, seed: seed,
        context: context)
      inverse =
        problem.transform == .identity
        ? nil
        : SmearedInverse(problem.transform, predictions: predictions, residuals: residuals)
      let numbers = ScaledNumbers(
        values: predictions,
        lower: zip(predictions, choice.offsets).map { $0 + $1.lower },
        upper: zip(predictions, choice.offsets).map { $0 + $1.upper },
        deviations: choice.scales.map { $0 * choice.spread.deviation }
      ).inverted(by: inverse)
      spread = choice.spread
      (calibration, trials, sets, thresholds) = (nil, [], nil, nil)
      let values = rows.map { problem.truth.values[$0] }
      metrics = .regression(
        RegressionMetrics(
          targets: values, predictions: numbers.values, deviations: numbers.deviations),
        IntervalMetrics(
          targets: values, predictions: numbers.values, lower: numbers.lower,
          upper: numbers.upper))
      judged = JudgedRows(places: places, truth: values, numbers, level: 0.9)
    case .binary, .multiclass:
      let scores = problem.scores(rows: rows, residuals: fit.residuals)
      let labels = rows.map { problem.truth.classIndices[$0] }
      let choice = try CalibrationChoice(
        scores: scores, labels: labels,
        weights: problem.rowWeights.map { weights in rows.map { weights[$0] } },
        shiftsClasses: problem.isBalanced, context: context)
      let probabilities = choice.probabilities
      let sets = PredictionSets(probabilities: probabilities, labels: labels)
      let names = problem.truth.classNames
      thresholds =
        names.count == 2
        ? DecisionThresholds(
          probabilities: probabilities.column(1), isPositive: labels.map { $0 == 1 },
          positive: names[1]) : nil
      (calibration, trials, spread) = (choice.calibration, choice.trials, nil)
      inverse = nil
      let found = sets.sets(of: probabilities, level: 0.9)
      metrics = .classification(
        ClassificationMetrics(labels: labels, probabilities: probabilities),
        SetMetrics(labels: labels, probabilities: probabilities, sets: found, names: names))
      judged = JudgedRows(
        places: places, labels: labels, probabilities: probabilities, names: names, sets: found,
        level: 0.9)
      self.sets = sets
    }
  }
}
