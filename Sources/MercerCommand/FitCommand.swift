import ArgumentParser
import Foundation
import Mercer
import MercerReport

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model to a table.",
    discussion: """
      Reads a table, finds what its columns are and what the target asks for, searches kernels, \
      and writes the model and its metrics.

      Examples:
        mercer fit houses.csv --target price
        mercer fit train.csv.gz --target label --test test.csv.gz --output run1
        mercer fit t.csv --target y --ignore id --kernel "matern(smoothness: 2.5, lengthScale: 3)"
      """)

  @Argument(help: "The table: CSV or TSV, also gzipped; - for standard input.")
  var table: String

  @Option(help: "The column to predict.")
  var target: String

  @Option(help: "A table with the target, held out, to measure the model on.")
  var test: String?

  @Option(help: "regression, binary or multiclass (default: found from the target).")
  var task: LearningTask?

  @Option(help: "A kernel on the encoded columns, instead of searching one.")
  var kernel: String?

  @Option(
    help: "The ridge, for a target of standard deviation 1 (default: by leave-one-out).")
  var ridge: Double?

  @Option(name: .customLong("ignore"), help: "A column to leave out; may be given several times.")
  var ignored: [String] = []

  @Option(name: .shortAndLong, help: "The directory to write into.")
  var output = "mercer-out"

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if let ridge, !(ridge > 0 && ridge.isFinite) {
      throw ValidationError("--ridge takes a number above 0, not \(ridge)")
    }
  }

  mutating func run() throws {
    let context = common.context
    var learner = TableLearner(target: target)
    learner.task = task
    learner.ignoredColumns = ignored
    learner.ridge = ridge
    learner.seed = common.seed
    if let kernel { learner.kernel = try makeKernel(parsing: kernel, of: Double.self) }

    let (tables, readSeconds) = try timed { () throws(MercerError) in
      (
        train: try CSVReader.read(path: table, context: context),
        test: try readTest(context)
      )
    }
    let directory = try OutputDirectory(path: output)
    let outcome = try learner.fit(tables.train, context: context)
    let model = outcome.model
    let (evaluation, predictSeconds) = try timed {
      () throws(MercerError) -> TableModel.Evaluation? in
      if let test = tables.test { return try model.evaluate(test, context: context) }
      return nil
    }
    Terminal.progressLine.clear()
    let metrics = FitMetrics(
      model: model, test: evaluation?.metrics,
      seconds: [
        "read": readSeconds, "search": outcome.seconds.search, "fit": outcome.seconds.fit,
        "predict": predictSeconds,
      ])
    let modelPath = directory.path(of: "model.safetensors")
    let metricsPath = directory.path(of: "metrics.json")
    try model.write(to: modelPath)
    try AtomicFile.write(try Terminal.json(metrics), to: metricsPath)
    if common.json {
      try Terminal.printJSON(metrics)
    } else if !common.quiet {
      print(
        FitSummary(
          table: tables.train, outcome: outcome, evaluation: evaluation, metrics: metrics,
          files: [modelPath, metricsPath]
        ).text, terminator: "")
    }
  }

  private func readTest(_ context: ExecutionContext) throws(MercerError) -> Table? {
    guard let test else { return nil }
    return try CSVReader.read(path: test, context: context)
  }
}

/// The directory that a run writes into, made and tried before the work begins, so that a fit does
/// not end with nowhere to go.
struct OutputDirectory {
  private let directory: URL

  init(path: String) throws(MercerError) {
    directory = URL(fileURLWithPath: path, isDirectory: true)
    let place = MercerError.Place(file: path)
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw MercerError(
        .unwritableFile, "the output directory cannot be made", at: place,
        remedy: "name another one with --output")
    }
    guard access(path, W_OK | X_OK) == 0 else {
      throw MercerError(
        .unwritableFile, "the output directory may not be written", at: place,
        remedy: "name another one with --output")
    }
  }

  func path(of file: String) -> String { directory.appendingPathComponent(file).relativePath }
}
