import Mercer

/// What `metrics.json` and `fit --json` hold; the keys are a contract.
struct FitMetrics: Encodable {
  let task: String
  let rows: Int
  let features: Int
  let kernel: String
  let ridge: Double
  let solver: String
  let validation: Validation
  let test: TableMetrics?
  let seconds: [String: Double]
  let peakMemoryBytes: Int
  let seed: UInt64
  let version: String

  enum CodingKeys: String, CodingKey {
    case task, rows, features, kernel, ridge, solver, validation, test, seconds, seed, version
    case peakMemoryBytes = "peak_memory_bytes"
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

  init(model: TableModel, test: TableMetrics?, seconds: [String: Double]) {
    task = model.target.task.rawValue
    rows = model.history.rows
    features = model.encoder.featureCount
    kernel = model.regression.kernel.description
    ridge = model.regression.ridge
    solver = model.regression.report.method
    validation = Validation(
      method: model.history.validationMethod, metrics: model.history.validation)
    self.test = test
    self.seconds = seconds
    peakMemoryBytes = Machine.peakMemory
    seed = model.history.seed
    version = model.history.version
  }
}
