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
  /// How scores become probabilities; nil for a regression.
  public let calibration: ProbabilityCalibration?
  /// How far numbers lie from their predictions; nil for classes.
  public let spread: ResidualSpread?
  /// How the model was made.
  public let history: History
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
    /// What a prediction that ignores the columns would have scored: the mean, or class shares.
    public var naive: TableMetrics
    /// The seed of every random choice.
    public var seed: UInt64
    /// The version of Mercer.
    public var version: String
  }

  /// A model from its parts.
  public init(
    encoder: TableEncoder, target: TargetEncoder, regression: KernelRidgeBlend,
    calibration: ProbabilityCalibration?, spread: ResidualSpread?, history: History,
    trainingRows: TrainingRows? = nil
  ) {
    self.encoder = encoder
    self.target = target
    self.regression = regression
    self.calibration = calibration
    self.spread = spread
    self.history = history
    self.trainingRows = trainingRows
  }

  /// Predictions for the rows of a table, and what in it was not as in the fitted one.
  ///
  /// - Parameters:
  ///   - table: m rows with the columns of the model, in any order.
  ///   - level: the share of rows that intervals should hold; the nearest kept one is used.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n m d for m rows, in blocks, so that memory does not grow with m beyond the
  ///   predictions.
  /// - Throws: `.invalidData` when the table lacks columns of the model.
  public func predict(
    _ table: Table, level: Double = 0.9, context: ExecutionContext = .default
  ) throws(MercerError) -> (predictions: TablePredictions, notes: EncodingNotes) {
    let (points, notes) = try encoder.encodeWithNotes(table, as: Double.self)
    let values = try regression.predict(points, context: context)
    if let calibration {
      return (
        .classes(probabilities: calibration.probabilities(values), names: target.classNames), notes
      )
    }
    let halfWidth = spread?.halfWidth(level: level) ?? 0
    return (.numbers(values: values.column(0), halfWidth: halfWidth, level: level), notes)
  }

  /// Metrics on a table that has the target. Rows without it are left out.
  ///
  /// - Throws: `.invalidData` when the table lacks the target or columns of the model.
  public func evaluate(
    _ table: Table, context: ExecutionContext = .default
  ) throws(MercerError) -> Evaluation {
    let truth = try target.decode(in: table)
    let rows = truth.droppedRowCount == 0 ? table : table.rows(at: truth.keptRows)
    let (predictions, notes) = try predict(rows, context: context)
    return Evaluation(
      metrics: predictions.metrics(against: truth, deviation: spread?.deviation ?? 0),
      rows: truth.keptRows.count, droppedRows: truth.droppedRowCount, notes: notes)
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
  }
}
