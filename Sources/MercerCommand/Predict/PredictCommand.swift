import ArgumentParser
import Mercer
import MercerReport

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the rows of a table with a fitted model.",
    usage: "mercer predict <model> <table> [<options>]",
    discussion: """
      Prints CSV, one line a row in the order of the table: for numbers the prediction and the \
      bounds of its interval, for classes the likeliest one, the probability of each, and the set of \
      those that the row may have, joined by |. The columns may be in any order, and those that the \
      model does not use may be there or not. A table of any length is predicted in the same memory; \
      with --json the predictions are kept until the end.

      With --explain the columns that move a prediction most come next, and the training rows that \
      carry it: column_1, column_1_adds, …, row_1, row_1_adds, …; rows count from 1. Columns add to \
      the prediction (of classes, to the log-odds of the likeliest), rows to its score.

      Examples:
        mercer predict mercer-out/model.safetensors new.csv > predictions.csv
        mercer predict model.safetensors new.csv.gz --keep id --output p.csv
        zcat new.csv.gz | mercer predict model.safetensors - --keep-all --explain 3
      """)

  @Argument(help: "The model.safetensors that fit wrote.")
  var model: String

  @Argument(help: "The table: CSV or TSV, also gzipped, - for standard input; or an array (NPY).")
  var table: String

  @Option(
    help:
      "The share of rows whose truth intervals and sets should hold: 0.5, 0.8, 0.9, 0.95 or 0.99.")
  var level = standardLevel

  @Option(
    help: ArgumentHelp(
      "A column of the table to write before the predictions, its cells as they are; may be given "
        + "several times.", valueName: "column"))
  var keep: [String] = []

  @Flag(help: "Write all columns of the table before the predictions.")
  var keepAll = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many columns and training rows to name that matter most to each prediction.",
      valueName: "count"),
    transform: OptionValue.count)
  var explain: Int?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The CSV file to write, instead of standard output.", valueName: "file"))
  var output: String?

  @OptionGroup var report: ReportOption
  @OptionGroup var common: CommonOptions

  private static let standardLevel = 0.9

  /// The command of arguments that are a verb and two names and no more, as programs give them that ask
  /// for row after row; nil for others. Reading them in general takes as long as the prediction.
  static func withoutOptions(_ arguments: [String]) -> PredictCommand? {
    let words = arguments.dropFirst()
    guard words.count == 3, words.first == configuration.commandName,
      words.allSatisfy({ $0 == InputFile.standardInput || !$0.hasPrefix("-") })
    else { return nil }
    var command = PredictCommand()
    (command.model, command.table) = (arguments[2], arguments[3])
    (command.level, command.keep, command.keepAll) = (standardLevel, [], false)
    (command.explain, command.output) = (nil, nil)
    (command.report, command.common) = (.none, .standard)
    return command
  }

  mutating func validate() throws {
    guard ResidualSpread.standardLevels.contains(level) else {
      throw ValidationError("--level takes 0.5, 0.8, 0.9, 0.95 or 0.99, not \(level)")
    }
    if common.json, output == nil, explain != nil || keepAll || !keep.isEmpty {
      throw ValidationError(
        "--keep and --explain are for CSV: leave out --json, or name a file with --output")
    }
  }

  mutating func run() throws {
    let context = common.context
    let path = self.model
    let model = try TableModel(readingFrom: path, readsTrainingRows: explain != nil)
    if let output { try AtomicFile.check(output) }
    try report.check()
    let reader: any RowReader =
      TableFile.isArray(table)
      ? try ArrayRowReader(path: table, context: context)
      : try CSVRowReader(path: table, options: model.readingOptions, context: context)
    try reader.keep(keepAll ? reader.columnNames : keep)
    let text = try PredictionsCSV(
      model: model, kept: reader.keptColumns.map { reader.columnNames[$0] }, explaining: explain,
      seed: common.seed, source: reader.source)

    var json = common.json ? PredictionsJSON(model: model, level: level) : nil
    var page =
      report.report == nil
      ? nil
      : PredictionPage(model, source: reader.source, level: level, seed: common.seed)
    var notes = EncodingNotes()
    func write(_ writer: inout AtomicFile.Writer) throws(MercerError) {
      notes = try model.predict(reader, level: level, context: context) {
        (rows, predictions) throws(MercerError) in
        json?.append(predictions)
        page?.add(predictions)
        if rows.firstRow == 0 { try writer.write(text.header) }
        try writer.write(try text.lines(rows, predictions, context: context))
      }
    }
    if let output {
      try AtomicFile.write(to: output, write)
    } else if common.json {
      notes = try model.predict(reader, level: level, context: context) {
        json?.append($1)
        page?.add($1)
      }
    } else {
      try AtomicFile.writeToStandardOutput(write)
    }
    Terminal.progressLine.clear()
    notes.extraColumns.removeAll { name in
      reader.keptColumns.contains { reader.columnNames[$0] == name }
    }
    remark(on: notes, to: common)
    if let page {
      let (found, table, seed) = (notes, self.table, common.seed)
      try report.write { () throws(MercerError) in
        page.page(
          found,
          origin: PageOrigin(
            files: [try PageOrigin.File("model", path), try PageOrigin.File("table", table)],
            seed: seed))
      }
    }
    if let json { try Terminal.printJSON(json) }
  }
}
