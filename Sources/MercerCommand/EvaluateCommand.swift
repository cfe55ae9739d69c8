import ArgumentParser
import Mercer
import MercerReport

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a fitted model on a table that has the target.",
    usage: "mercer evaluate <model> <table> [<options>]",
    discussion: """
      Examples:
        mercer evaluate mercer-out/model.safetensors test.csv
        mercer evaluate model.safetensors test.csv.gz --json
        mercer evaluate model.safetensors images.npy --target labels.npy
        zcat test.csv.gz | mercer evaluate model.safetensors -
      """)

  @Argument(help: "The model.safetensors that fit wrote.")
  var model: String

  @Argument(help: "A table with the target column, - for standard input; or an array (NPY).")
  var table: String

  @Option(
    help: ArgumentHelp("The targets of a table that is an array.", valueName: "file"))
  var target: String?

  @OptionGroup var common: CommonOptions

  mutating func run() throws {
    let context = common.context
    let model = try TableModel(readingFrom: model)
    if TableFile.isArray(table), target == nil {
      throw MercerError(
        .invalidParameter, "is an array, which has no column of targets", at: .init(file: table),
        remedy: "name the file of its targets with --target")
    }
    let rows = try TableFile.read(
      path: table, targets: target, targetName: model.target.column,
      options: CSVOptions(kinds: model.encoder.columnKinds), context: context)
    let (evaluation, seconds) = try timed { () throws(MercerError) in
      try model.evaluate(rows, context: context)
    }
    Terminal.progressLine.clear()
    remark(on: evaluation.notes, to: common)
    if common.json {
      try Terminal.printJSON(
        Report(
          task: model.target.task.rawValue, rows: evaluation.rows,
          kernel: model.regression.members[0].kernel.description, test: evaluation.metrics,
          seconds: ["predict": seconds], version: MercerVersion.current))
      return
    }
    if evaluation.droppedRows > 0 {
      common.note(
        "\(NumberText.quantity(evaluation.droppedRows, "row")) without a target left out")
    }
    let rowsText = NumberText.quantity(evaluation.rows, "row")
    print("\n  \(rows.source): \(rowsText), predicted in \(NumberText.seconds(seconds))\n")
    print(
      MetricsTable.make(columns: [("this table", evaluation.metrics)]).rendered(), terminator: "")
    if let groups = GroupTable.make(evaluation.metrics) { print("\n" + groups.rendered()) }
  }

  private struct Report: Encodable {
    let task: String
    let rows: Int
    let kernel: String
    let test: TableMetrics
    let seconds: [String: Double]
    let version: String
  }
}
