import ArgumentParser
import Mercer
import MercerPlatform
import MercerReport

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a model's predictions are made of.",
    usage: "mercer explain <model> <table> [<options>]",
    discussion: """
      Which columns matter, which pairs of columns act together, what moves the predictions of \
      some rows and which training rows carry them; and, where the table has the target, which \
      rows have a label that the others contradict. The training table tells of its labels; a \
      held-out table tells which columns help. Rows are counted from 1, without the header.

      Examples:
        mercer explain mercer-out/model.safetensors test.csv
        mercer explain model.safetensors new.csv --rows 1,5,9-12 --top 5
        mercer explain model.safetensors train.csv.gz --json --output why.json
      """)

  @Argument(help: "The model.safetensors that fit wrote.")
  var model: String

  @Argument(help: "The table: CSV or TSV, also gzipped, - for standard input; or an array (NPY).")
  var table: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rows whose predictions are explained, such as 1,5,9-12 (default: the first 3).",
      valueName: "numbers"),
    transform: RowNumbers.init(parsing:))
  var rows: RowNumbers?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many entries each list has at most (default: 10).", valueName: "count"),
    transform: OptionValue.count)
  var top = 10

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A JSON file to write, with all that --json prints.", valueName: "file"))
  var output: String?

  @OptionGroup var report: ReportOption
  @OptionGroup var common: CommonOptions

  mutating func run() throws {
    let context = common.context
    let fitted = try TableModel(readingFrom: model)
    if let output { try AtomicFile.check(output) }
    try report.check()
    let read = try TableFile.read(
      path: table, options: CSVOptions(kinds: fitted.encoder.columnKinds), context: context)
    let explainer = try TableExplainer(fitted, table: read, seed: common.seed)
    let chosen = try (rows ?? RowNumbers(1...3)).places(in: read, isDefault: rows == nil)
    let (explanation, seconds) = try timed { () throws(MercerError) in
      try Explanation(explainer, rows: chosen, top: top, context: context)
    }
    try report.write { () throws(MercerError) in
      try ExplanationPage(
        explanation, table: read, top: top,
        origin: PageOrigin(
          files: [
            try PageOrigin.File("model", model), try PageOrigin.File("table", table),
          ], seed: common.seed), context: context
      ).page
    }
    Terminal.progressLine.clear()
    remark(on: explainer.notes, to: common)
    let json = try Terminal.json(
      ExplanationJSON(explanation, table: read, top: top, seconds: seconds),
      keys: .convertToSnakeCase)
    if let output { try AtomicFile.write(json, to: output) }
    if common.json {
      print(json, terminator: "")
    } else if !common.quiet {
      print(
        ExplanationText(explanation, table: read, top: top, seconds: seconds).text, terminator: "")
    }
  }
}

/// All that is found, before it takes a form.
struct Explanation {
  let explainer: TableExplainer
  /// Nil where columns cannot be weighed.
  let importance: FeatureImportance?
  /// Nil likewise.
  let interactions: ColumnInteractions?
  /// None likewise.
  let contributions: [PredictionContributions]
  let carrying: [CarryingRows]
  let labels: LabelDoubts?

  init(
    _ explainer: TableExplainer, rows: [Int], top: Int, context: ExecutionContext
  ) throws(MercerError) {
    self.explainer = explainer
    let weighsColumns = try explainer.weighsColumns()
    importance = weighsColumns ? try explainer.featureImportance(context: context) : nil
    interactions = weighsColumns ? try explainer.interactions(context: context) : nil
    contributions = weighsColumns ? try explainer.contributions(of: rows, context: context) : []
    carrying = try explainer.carryingRows(of: rows, count: top, context: context)
    labels = try explainer.labelDoubts(context: context)
  }

  var model: TableModel { explainer.model }

  /// Why nothing is said of columns.
  static let withoutColumns =
    "Single columns are not weighed: a network on images or sequences sees them together, and its "
    + "kernel has no gradients by one of them."

  /// The number of a training row in the fitted table, from 1; among the rows of the model where the
  /// file does not say.
  func trainingNumber(_ row: Int) -> Int { (model.trainingRows?.places[row] ?? row) + 1 }

  /// What the explained numbers are.
  var unit: String {
    model.calibration == nil ? model.target.column : "log-odds of the predicted class"
  }
}
