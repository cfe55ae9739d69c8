import ArgumentParser
import Mercer

/// What every verb understands that learns from a table.
struct LearningOptions: ParsableArguments {
  @Argument(help: "The table: CSV or TSV, also gzipped; - for standard input.")
  var table: String

  @Option(help: ArgumentHelp("The column to predict.", valueName: "column"))
  var target: String

  @Option(help: "What to learn (default: found from the target).")
  var task: LearningTask?

  @Option(
    help: "A kernel on the encoded columns, instead of a search (see mercer kernel --help).")
  var kernel: String?

  @Option(
    parsing: .unconditional,
    help: "The ridge, for a target of standard deviation 1 (default: found).",
    transform: OptionValue.positiveNumber)
  var ridge: Double?

  @Option(
    name: .customLong("ignore"),
    help: ArgumentHelp("A column to leave out; may be given several times.", valueName: "column"))
  var ignored: [String] = []

  @Option(
    help: ArgumentHelp(
      "A column whose equal values stay together when rows are held out.", valueName: "column"))
  var group: String?

  /// A learner as these options describe it.
  ///
  /// - Throws: what reading the kernel throws.
  func learner(seed: UInt64) throws(MercerError) -> TableLearner {
    var learner = TableLearner(target: target)
    learner.task = task
    learner.ignoredColumns = ignored
    learner.ridge = ridge
    learner.groupColumn = group
    learner.seed = seed
    if let kernel { learner.kernel = try makeKernel(parsing: kernel, of: Double.self) }
    return learner
  }
}
