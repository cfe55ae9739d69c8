import Mercer

/// What `metrics.json` and `fit --json` hold; the keys are a contract. `kernel`, `ridge` and
/// `solver` are those of the first member of the model.
struct FitMetrics: Encodable {
  let task: String
  let target: String
  let source: String
  let rows: Int
  let features: Int
  let kernel: String
  let ridge: Double
  let solver: String
  let members: [MemberSummary]
  let correction: CorrectionSummary?
  let validation: Validation
  let naive: TableMetrics
  let calibrations: [CalibrationTrial]?
  let thresholds: DecisionThresholds?
  let test: TableMetrics?
  let importance: Importance?
  let forecast: Forecast?
  let seconds: [String: Double]
  let peakMemoryBytes: Int
  let seed: UInt64
  let version: String

  enum CodingKeys: String, CodingKey {
    case task, rows, features, kernel, ridge, solver, members, correction, validation, test,
      seconds, seed
    case calibrations, thresholds, forecast, version, target, source, naive, importance
    case peakMemoryBytes = "peak_memory_bytes"
  }

  /// Whether more rows would help, by measure as in `forecast --json`.
  struct Forecast: Encodable {
    let runs: Int
    let measures: [String: ForecastReport.Measure]
  }

  /// The metrics, and how they were come by.
  struct Validation: Encodable {
    let method: String
    let metrics: TableMetrics

    enum CodingKeys: String, CodingKey { case method }

    func encode(to encoder: any Encoder) throws {
      try metrics.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(method, forKey: .method)
    }
  }

  /// How much each column matters, the most first.
  struct Importance: Codable {
    let measure: String
    /// `training`, or `test` for a held-out table.
    let table: String
    let columns: [Column]

    struct Column: Codable {
      let column: String
      let gradientShare: Double
      let permutation: Double?
      let permutationStandardError: Double?

      enum CodingKeys: String, CodingKey {
        case column, permutation
        case gradientShare = "gradient_share"
        case permutationStandardError = "permutation_standard_error"
      }
    }

    /// Nil where importances could not be found.
    init?(_ insight: FitInsight) {
      guard let importance = insight.importance else { return nil }
      measure = importance.measure.rawValue
      table = insight.isHeldOut ? "test" : "training"
      columns = importance.columns.map {
        Column(
          column: $0.name, gradientShare: $0.gradientShare, permutation: $0.permutation?.value,
          permutationStandardError: $0.permutation?.standardError)
      }
    }
  }

  init(
    model: TableModel, test: TableMetrics?, insight: FitInsight, forecast: TableForecast?,
    seconds: [String: Double]
  ) {
    target = model.target.column
    source = model.history.source
    naive = model.history.naive
    importance = Importance(insight)
    task = model.target.task.rawValue
    rows = model.history.rows
    features = model.encoder.featureCount
    let first = model.regression.members[0]
    kernel = first.kernel.description
    ridge = first.ridge
    solver = first.report.method
    members = model.regression.memberSummaries
    correction = CorrectionSummary(model)
    validation = Validation(
      method: model.history.validationMethod, metrics: model.history.validation)
    calibrations = model.history.calibrations
    thresholds = model.history.thresholds
    self.test = test
    self.forecast = forecast.map {
      Forecast(runs: $0.runs, measures: ForecastReport.measures(of: $0))
    }
    self.seconds = seconds
    peakMemoryBytes = Machine.peakMemory
    seed = model.history.seed
    version = model.history.version
  }
}
