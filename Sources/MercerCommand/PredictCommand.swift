import ArgumentParser
import Foundation
import Mercer
import MercerReport

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the rows of a table with a fitted model.",
    usage: "mercer predict <model> <table> [<options>]",
    discussion: """
      Prints CSV: for numbers the prediction and the bounds of its interval, for classes the \
      likeliest one, the probability of each, and the set of those that the row may have, joined \
      by |. The columns may be in any order, and those that \
      the model does not use may be there or not.

      Examples:
        mercer predict mercer-out/model.safetensors new.csv > predictions.csv
        mercer predict model.safetensors new.csv.gz --level 0.95 --output p.csv
        head -20 new.csv | mercer predict model.safetensors - --json
      """)

  @Argument(help: "The model.safetensors that fit wrote.")
  var model: String

  @Argument(help: "The table: CSV or TSV, also gzipped; - for standard input.")
  var table: String

  @Option(
    help:
      "The share of rows whose truth intervals and sets should hold: 0.5, 0.8, 0.9, 0.95 or 0.99.")
  var level = 0.9

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The CSV file to write, instead of standard output.", valueName: "file"))
  var output: String?

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard ResidualSpread.standardLevels.contains(level) else {
      throw ValidationError("--level takes 0.5, 0.8, 0.9, 0.95 or 0.99, not \(level)")
    }
  }

  mutating func run() throws {
    let context = common.context
    let model = try TableModel(readingFrom: model)
    if let output { try AtomicFile.check(output) }
    let rows = try CSVReader.read(
      path: table, options: CSVOptions(kinds: model.encoder.columnKinds), context: context)
    let (predictions, notes) = try model.predict(rows, level: level, context: context)
    Terminal.progressLine.clear()
    report(notes, to: common)
    if common.json {
      try Terminal.printJSON(PredictionsJSON(model: model, predictions: predictions))
      if output == nil { return }
    }
    let text = PredictionsCSV.text(predictions)
    if let output {
      try AtomicFile.write(text, to: output)
    } else {
      print(text, terminator: "")
    }
  }
}

/// Tells the user what in a table was not as in the fitted one.
func report(_ notes: EncodingNotes, to common: CommonOptions) {
  for cells in notes.unseenLevels {
    let examples = cells.examples.prefix(3).joined(separator: ", ")
    common.note(
      "\(NumberText.quantity(cells.count, "cell")) of \(cells.column) hold levels that the fitted "
        + "table did not have: \(examples)")
  }
  for cells in notes.filledCells {
    common.note("\(NumberText.quantity(cells.count, "missing cell")) of \(cells.column) filled in")
  }
  if !notes.extraColumns.isEmpty {
    common.note(
      "columns that the model does not use: \(notes.extraColumns.joined(separator: ", "))")
  }
}

/// Predictions as CSV.
enum PredictionsCSV {
  static func text(_ predictions: TablePredictions) -> String {
    switch predictions {
    case .numbers(let values, let lower, let upper, _):
      var text = "prediction,lower,upper\n"
      for i in values.indices { text += "\(values[i]),\(lower[i]),\(upper[i])\n" }
      return text
    case .classes(let probabilities, let names, let sets, _):
      let heading =
        ["prediction"] + names.map { "probability_\($0)" } + (sets == nil ? [] : ["set"])
      var text = heading.map(cell).joined(separator: ",") + "\n"
      for i in 0..<probabilities.rowCount {
        let row = probabilities.row(i)
        text += cell(names[row.indexOfLargest]) + ","
        text += row.map { "\($0)" }.joined(separator: ",")
        if let sets { text += "," + cell(sets[i].map { names[$0] }.joined(separator: "|")) }
        text += "\n"
      }
      return text
    }
  }

  /// A cell, quoted where RFC 4180 asks for it.
  private static func cell(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

/// Predictions as one JSON object.
struct PredictionsJSON: Encodable {
  let task: String
  let target: String
  let rows: Int
  var predictions: [Double]?
  var lower: [Double]?
  var upper: [Double]?
  var level: Double?
  var classes: [String]?
  var predictedClasses: [String]?
  var probabilities: [[Double]]?
  var sets: [[String]]?

  enum CodingKeys: String, CodingKey {
    case task, target, rows, predictions, lower, upper, level, classes, probabilities, sets
    case predictedClasses = "predicted_classes"
  }

  init(model: TableModel, predictions: TablePredictions) {
    task = model.target.task.rawValue
    target = model.target.column
    rows = predictions.count
    switch predictions {
    case .numbers(let values, let lower, let upper, let level):
      self.predictions = values
      self.lower = lower
      self.upper = upper
      self.level = level
    case .classes(let probabilities, let names, let sets, let level):
      classes = names
      self.sets = sets.map { $0.map { set in set.map { names[$0] } } }
      self.level = sets == nil ? nil : level
      let rows = (0..<probabilities.rowCount).map { probabilities.row($0) }
      self.probabilities = rows
      predictedClasses = rows.map { names[$0.indexOfLargest] }
    }
  }
}
