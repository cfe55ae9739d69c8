import Mercer

/// Predictions as lines of CSV: kept cells, predictions, explanations.
struct PredictionsCSV {
  /// The first line.
  let header: String

  private let model: TableModel
  private let hasKept: Bool
  private let explainedCount: Int?
  private let seed: UInt64

  /// - Parameters:
  ///   - kept: the names of the columns whose cells come first.
  ///   - explaining: how many columns and training rows are named for each row.
  /// - Throws: `.invalidParameter` for two columns of one name.
  init(
    model: TableModel, kept: [String], explaining: Int?, seed: UInt64, source: String
  ) throws(MercerError) {
    self.model = model
    self.seed = seed
    hasKept = !kept.isEmpty
    explainedCount = explaining
    var made = ["prediction"]
    if model.calibration == nil {
      made += ["lower", "upper"]
    } else {
      made += model.target.classNames.map { "probability_\($0)" }
      if model.sets != nil { made.append("set") }
    }
    if let explaining {
      for word in ["column", "row"] {
        for place in 1...explaining { made += ["\(word)_\(place)", "\(word)_\(place)_adds"] }
      }
    }
    if let name = kept.first(where: made.contains) {
      throw MercerError(
        .invalidParameter, "the column \(quoted(name)) cannot be kept beside one of its name",
        at: .init(file: source), remedy: "rename it, or keep other columns")
    }
    header = (kept + made).map(Self.cell).joined(separator: ",") + "\n"
  }

  /// The lines of some rows.
  ///
  /// - Throws: `.cancelled`.
  func lines(
    _ rows: CSVRows, _ predictions: TablePredictions, context: ExecutionContext
  ) throws(MercerError) -> [UInt8] {
    let explanations = try explanations(of: rows.table, context: context)
    let names = model.target.classNames.map(Self.cell)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(predictions.count * 64)
    for row in 0..<predictions.count {
      if hasKept {
        bytes += rows.kept.row(row)
        bytes.append(UInt8(ascii: ","))
      }
      switch predictions {
      case .numbers(let values, let lower, let upper, _):
        bytes += "\(values[row]),\(lower[row]),\(upper[row])".utf8
      case .classes(let probabilities, let plainNames, let sets, _):
        let shares = probabilities.row(row)
        bytes += names[shares.indexOfLargest].utf8
        for share in shares { bytes += ",\(share)".utf8 }
        if let sets {
          let set = sets[row].map { plainNames[$0] }.joined(separator: "|")
          bytes += ",\(Self.cell(set))".utf8
        }
      }
      if let explanations { bytes += explanations[row].utf8 }
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// For each row what follows the prediction; nil when nothing does.
  private func explanations(
    of table: Table, context: ExecutionContext
  ) throws(MercerError) -> [String]? {
    guard let explainedCount else { return nil }
    let explainer = try TableExplainer(model, table: table, seed: seed)
    let all = Array(0..<table.rowCount)
    let contributions =
      try explainer.weighsColumns()
      ? try explainer.contributions(
        of: all, pairCount: TableExplainer.leastPairCount, context: context) : []
    let carrying = try explainer.carryingRows(of: all, count: explainedCount, context: context)
    let columns = explainer.columnNames.map(Self.cell)
    return carrying.enumerated().map { place, rowTerms in
      let values = contributions.isEmpty ? [] : contributions[place].contributions.map(\.value)
      let largest = values.indices.sorted { (abs(values[$0]), $1) > (abs(values[$1]), $0) }
      let named = largest.prefix(explainedCount).map { "\(columns[$0]),\(values[$0])" }
      let numbered = rowTerms.terms.map {
        "\((model.trainingRows?.places[$0.trainingRow] ?? $0.trainingRow) + 1),\($0.value)"
      }
      return (padded(named, explainedCount) + padded(numbered, explainedCount))
        .map { "," + $0 }.joined()
    }
  }

  /// Pairs of cells, empty ones where there are fewer.
  private func padded(_ pairs: [String], _ count: Int) -> [String] {
    pairs + Array(repeating: ",", count: count - pairs.count)
  }

  /// A cell, quoted where RFC 4180 asks for it.
  private static func cell(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
