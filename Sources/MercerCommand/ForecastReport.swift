import Mercer

/// What `forecast --json` prints; the keys are a contract.
struct ForecastReport: Encodable {
  let task: String
  let rows: Int
  let runs: Int
  let kernel: String
  let spectrum: TableForecast.Spectrum
  let measures: [String: Measure]
  let seconds: [String: Double]
  let seed: UInt64
  let version: String

  /// One learning curve.
  struct Measure: Encodable {
    let measured: [LearningCurve.Point]
    let forecasts: [Forecast]
    let doubling: TableForecast.Estimate
    let tenthLess: TableForecast.Growth?
    let words: String

    enum CodingKeys: String, CodingKey {
      case measured, forecasts, doubling, words
      case tenthLess = "tenth_less"
    }
  }

  struct Forecast: Encodable {
    let rows: Int
    let error: Double
    let lower: Double
    let upper: Double
    let eigenlearning: Double
  }

  init(_ forecast: TableForecast, seconds: [String: Double], seed: UInt64) {
    task = forecast.task.rawValue
    rows = forecast.rows
    runs = forecast.runs
    kernel = forecast.kernel
    spectrum = forecast.spectrum
    measures = Self.measures(of: forecast)
    self.seconds = seconds
    self.seed = seed
    version = MercerVersion.current
  }

  /// Each curve by the name of its measure.
  static func measures(of forecast: TableForecast) -> [String: Measure] {
    var measures: [String: Measure] = [:]
    for curve in forecast.curves {
      measures[curve.measured.measure.rawValue] = Measure(
        measured: curve.measured.points,
        forecasts: curve.forecasts.map {
          Forecast(
            rows: $0.rows, error: $0.expected.error, lower: $0.expected.lower,
            upper: $0.expected.upper, eigenlearning: $0.eigenlearning)
        },
        doubling: curve.doubling, tenthLess: curve.tenthLess,
        words: ForecastWords(curve, rows: forecast.rows).text)
    }
    return measures
  }
}
