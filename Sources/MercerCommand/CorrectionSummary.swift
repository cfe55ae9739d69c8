import Mercer
import MercerReport

/// What is told of the part of a model that near rows add; the keys are a contract.
struct CorrectionSummary: Codable {
  let kernel: String
  let ridge: Double
  let leaves: Int
  let rows: Int
  /// The columns that it looks at, the fastest changing first.
  let columns: [String]
  let errorRatio: Double

  enum CodingKeys: String, CodingKey {
    case kernel, ridge, leaves, rows, columns
    case errorRatio = "error_ratio"
  }

  /// Nil for a model without such a part.
  init?(_ model: TableModel) {
    guard let correction = model.correction else { return nil }
    kernel = "\(correction.kernel)"
    ridge = correction.ridge
    leaves = correction.leafCount
    rows = correction.rowCount
    errorRatio = correction.errorRatio
    let sources = model.encoder.featureColumns
    var seen: Set<Int> = []
    columns = correction.featuresByScale.map { sources[$0] }.filter { seen.insert($0).inserted }
      .map { model.encoder.columns[$0].name }
  }

  /// `error × 0.83 by what rows near in month, day, dest, hour and 9 more have in common`.
  var text: String {
    let named = columns.prefix(4).joined(separator: ", ")
    let more = columns.count > 4 ? " and \(columns.count - 4) more" : ""
    return "error × \(NumberText.significant(errorRatio, digits: 3)) by what rows that are near in "
      + "\(named)\(more) have in common, in \(NumberText.count(leaves)) leaves"
  }
}
