public import MercerCore
public import MercerData

/// A model of a table: everything from a row as it stands in a file to a prediction.
public struct TableModel: Sendable {
  /// How columns become coordinates.
  public let encoder: TableEncoder
  /// What is predicted.
  public let target: TargetEncoder
  /// The regression on the target, or on class codes: the mean of one or several.
  public let regression: KernelRidgeBlend
  /// What near rows have in common beyond it, which is added to it; nil for most models.
  public let correction: LocalCorrection?
  /// How scores become probabilities; nil for a regression.
  public let calibration: ProbabilityCalibration?
  /// Which classes a row may have; nil for a regression, and for classes in files of older versions.
  public let sets: PredictionSets?
  /// How numbers come back from the scale that the regression works on; nil for classes, and where
  /// that is the target's own.
  public let inverse: SmearedInverse?
  /// How far numbers lie from their predictions, on the scale of the regression; nil for classes.
  public let spread: ResidualSpread?
  /// How the model was made.
  public var history: History
  /// What is known of the rows that it was fitted on; nil for models of old files.
  public let trainingRows: TrainingRows?

  /// How a model was made.
  public struct History: Sendable, Codable, Equatable {
    /// The table it was fitted on, as the user named it.
    public var source: String
    /// Rows that had a target.
    public var rows: Int
    /// How the validation was done: `leave-one-out`, `hold-out of 2000 rows`.
    public var validationMethod: String
    /// What the validation found.
    public var validation: TableMetrics
    /// The calibrations that were tried, for classes.
    public var calibrations: [CalibrationTrial]?
    /// The best cuts of the probability, for two classes.
    public var thresholds: DecisionThresholds?
    /// What a prediction that ignores the columns would have scored: the mean, or class shares.
    public var naive: TableMetrics
    /// The seed of every random choice.
    public var seed: UInt64
    /// The version of Mercer.
    public var version: String
    /// When and from what it was made, where that was said.
    public var origin: ModelOrigin?
  }

  /// A model from its parts.
  public init(
    encoder: TableEncoder, target: TargetEncoder, regression: KernelRidgeBlend,
    correction: LocalCorrection? = nil, calibration: ProbabilityCalibration?,
    sets: PredictionSets? = nil,
    inverse: SmearedInverse? = nil, spread: ResidualSpread?, history: History,
    trainingRows: TrainingRows? = nil
  ) {
    self.encoder = encoder
    self.target = target
    self.regression = regression
    self.correction = correction
    self.calibration = calibration
    self.sets = sets
    self.inverse = inverse
    self.spread = spread
    self.history = history
    self.trainingRows = trainingRows
  }

  /// Predictions for the rows of a table, and what in it was not as in the fitted one.
  ///
  /// - Parameters:
  ///   - table: m rows with the columns of the model, in any order.
  ///   - level: the share of rows whose truth intervals and sets should hold; the nearest kept one is
  ///     used.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n m d for m rows, in blocks, so that memory does not grow with m beyond the
  ///   predictions.
  /// - Throws: `.invalidData` when the table lacks columns of the model.
  public func predict(
    _ table: Table, level: Double = 0.9, context: ExecutionContext = .default
  ) throws(MercerError) -> (predictions: TablePredictions, notes: EncodingNotes) {
    let found = try judged(table, level: level, context: context)
    return (found.predictions, found.notes)
  }

  /// Predictions, and σ of each where they are numbers.
  private func judged(
    _ table: Table, level: Double, context: ExecutionContext
  ) throws(MercerError) -> (
    predictions: TablePredictions, deviations: [Double], notes: EncodingNotes
  ) {
    let (points, notes) = try encoder.encodeWithNotes(table, as: Double.self)
    let outputs = try scores(of: points, context: context)
    if let calibration {
      let probabilities = calibration.probabilities(outputs)
      return (
        .classes(
          probabilities: probabilities, names: target.classNames,
          sets: sets?.sets(of: probabilities, level: level), level: level), [], notes
      )
    }
    let values = outputs.column(0)
    let spread = spread ?? ResidualSpread(residuals: [0])
    let scales = try scales(of: spread, at: points, values, context: context)
    let bounds = spread.bounds(of: values, scales: scales, level: level)
    let numbers = ScaledNumbers(
      values: values, lower: bounds.lower, upper: bounds.upper,
      deviations: scales.map { $0 * spread.deviation }
    ).inverted(by: inverse)
    return (
      .numbers(values: numbers.values, lower: numbers.lower, upper: numbers.upper, level: level),
      numbers.deviations, notes
    )
  }

  /// Metrics on a table that has the target, with intervals at 0.9. Rows without it are left out.
  ///
  /// - Throws: `.invalidData` when the table lacks the target or columns of the model.
  public func evaluate(
    _ table: Table, context: ExecutionContext = .default
  ) throws(MercerError) -> Evaluation {
    let truth = try target.decode(in: table)
    let rows = truth.droppedRowCount == 0 ? table : table.rows(at: truth.keptRows)
    let found = try judged(rows, level: 0.9, context: context)
    return Evaluation(
      metrics: found.predictions.metrics(against: truth, deviations: found.deviations),
      rows: truth.keptRows.count, droppedRows: truth.droppedRowCount, notes: found.notes,
      judged: JudgedRows(
        places: truth.keptRows, truth, found.predictions, deviations: found.deviations))
  }

  /// The metrics of a model on a table.
  public struct Evaluation: Sendable {
    /// The metrics.
    public let metrics: TableMetrics
    /// Rows that were compared.
    public let rows: Int
    /// Rows without a target.
    public let droppedRows: Int
    /// What in the table was not as in the fitted one.
    public let notes: EncodingNotes
    /// The rows with a target, each with what was said of it.
    public let judged: JudgedRows
  }
}
