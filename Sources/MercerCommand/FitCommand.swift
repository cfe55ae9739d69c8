import ArgumentParser
import Mercer
import MercerReport
import Synchronization

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model to a table.",
    usage: "mercer fit <table> --target <column> [<options>]",
    discussion: """
      Reads a table, finds what its columns are and what the target asks for, searches kernels, \
      and writes model.safetensors, metrics.json and report.html into the output directory.

      Examples:
        mercer fit houses.csv --target price
        mercer fit train.csv.gz --target label --test test.csv.gz --output run1
        mercer fit t.csv --target y --ignore id --ignore name --seed 7
        mercer fit t.csv --target y --kernel "matern(smoothness: 2.5)" --ridge 0.01
        mercer fit x.npy --target y.npy --kernel "ntk(conv(3) > relu > flatten)"
      """)

  @OptionGroup var learning: LearningOptions

  @Option(
    help: ArgumentHelp(
      "A table with the target, held out, to measure the model on.", valueName: "table"))
  var test: String?

  @Option(
    help: ArgumentHelp(
      "The targets of the held-out table, where it is an array.", valueName: "file"))
  var testTarget: String?

  @Option(
    help: ArgumentHelp(
      "How the fit is solved (default: by rows, memory and time).",
      discussion: "auto, exact, conjugate-gradients, centres, falkon, asketch or eigenpro.",
      valueName: "solver"))
  var solver = RidgeSolver.automatic

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The seconds for search and fit (default: by the size; about 30 for 10,000 rows).",
      valueName: "seconds"),
    transform: OptionValue.positiveNumber)
  var budget: Double?

  @Option(
    help: ArgumentHelp(
      "A column of times: hold out later rows than those learned from.", valueName: "column"))
  var time: String?

  @Option(
    help: ArgumentHelp(
      "A column that says how much each row counts, 0 for not at all.", valueName: "column"))
  var weight: String?

  @Flag(
    help: "Let each class count as much as any other; probabilities still mean the true shares.")
  var balance = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "In how many folds to validate candidates (default: by the size).", valueName: "count"),
    transform: OptionValue.foldCount)
  var folds: Int?

  @Option(
    help: ArgumentHelp(
      "How training rows are rounded before the fit and kept in the model: half, float or double.",
      valueName: "precision"))
  var precision = Precision.float

  @Flag(
    help: "Write the plots of the report as SVG files into plots/ of the output directory, too.")
  var plots = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The directory to write into.", valueName: "directory"))
  var output = "mercer-out"

  @Flag(help: "Say what would be tried, and the time and memory expected, and stop there.")
  var plan = false

  @Flag(
    help: ArgumentHelp(
      "Go on from where the same command was ended (by Ctrl-C or a crash): to the same model.",
      discussion: "Without a checkpoint in the output directory the work begins anew."))
  var resume = false

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if resume && (learning.table == InputFile.standardInput || test == InputFile.standardInput) {
      throw ValidationError(
        "a run that reads standard input cannot be resumed: it cannot be read again")
    }
    if let test, TableFile.isArray(test) != (testTarget != nil) {
      throw ValidationError(
        testTarget == nil
          ? "\(test) is an array: name that of its targets with --test-target"
          : "--test-target is for a held-out table that is an array, which \(test) is not")
    }
    if testTarget != nil && test == nil {
      throw ValidationError("--test-target needs --test, the inputs that the targets are of")
    }
    if learning.table == InputFile.standardInput && test == InputFile.standardInput {
      throw ValidationError("only one of the two tables can be read from standard input")
    }
  }

  // What is cheap to check comes first, and nothing is written before all of it holds.
  mutating func run() throws {
    var context = common.context
    let checkpoint = try plan ? nil : makeCheckpoint(context)
    var learner = try learning.learner(seed: common.seed) { common.note($0) }
    learner.solver = solver
    learner.budget = budget
    learner.stopsWhenLate = true
    learner.timeColumn = time
    learner.weightColumn = weight
    learner.balancesClasses = balance
    learner.foldCount = folds
    learner.precision = precision

    let ((train, large), trainSeconds) = try timed { () throws(MercerError) in
      try readTrain(context)
    }
    let (prepared, prepareSeconds) = try timed { () throws(MercerError) in
      if let large { return try learner.prepare(large, context: context) }
      return try learner.prepare(train, context: context)
    }
    if let large, prepared.fittedRowCount < large.store.rowCount {
      common.note(
        "the table is larger than the memory: \(NumberText.count(train.rowCount)) of its "
          + "\(NumberText.count(large.store.rowCount)) rows, drawn at random, are learned from; a larger "
          + "--memory takes more")
    }
    let (held, heldSeconds) = try timed { () throws(MercerError) in
      try readTest(prepared, context)
    }
    let directory = try OutputDirectory(path: output, for: FitFiles.names)

    let plan = FitPlanText(
      table: train, prepared: prepared,
      expectation: learner.expectation(for: prepared, context: context))
    if self.plan {
      if common.json {
        try Terminal.printJSON(plan.expectation)
      } else {
        print(plan.text, terminator: "")
      }
      return
    }
    if !common.quiet && !common.json { Terminal.printError(plan.text) }

    context.keeper = checkpoint.map { WorkKeeper($0) }
    let outcome = try keeping(checkpoint) { () throws(MercerError) in
      try learner.fit(prepared, context: context)
    }
    context.keeper = nil
    var model = outcome.model
    model.history.origin = try ModelOrigin(table: learning.table)
    let (evaluation, predictSeconds) = try timed {
      () throws(MercerError) -> TableModel.Evaluation? in
      if let held { return try model.evaluate(held, context: context) }
      return nil
    }
    var seconds = [
      "read": trainSeconds + prepareSeconds + heldSeconds, "search": outcome.seconds.search,
      "fit": outcome.seconds.fit, "predict": predictSeconds,
    ]
    let ((insight, report, page), reportSeconds) = try timed { () throws(MercerError) in
      let counted = learner.weighedRows(of: train)
      let insight = try FitInsight(
        outcome, table: counted, held: held, seed: common.seed, context: context)
      let report = FitReport(
        table: counted, outcome: outcome, evaluation: evaluation, insight: insight,
        forecast: outcome.forecast, seconds: seconds, origin: try origin(of: model)
      ).page
      return (insight, report, report.html())
    }
    seconds["report"] = reportSeconds
    Terminal.progressLine.clear()
    let metrics = FitMetrics(
      model: model, test: evaluation?.metrics, insight: insight, forecast: outcome.forecast,
      seconds: seconds)
    let metricsText = try Terminal.json(metrics)
    Terminal.isWriting.store(true, ordering: .releasing)
    defer { Terminal.isWriting.store(false, ordering: .releasing) }
    let files = try FitFiles(
      directory, model: model, metrics: metricsText, page: page,
      plots: plots ? PlotFiles.files(of: report) : [])
    checkpoint?.discard()
    if let evaluation { remark(on: evaluation.notes, to: common) }
    if outcome.stoppedEarly {
      common.note(
        "the time was over before all was tried that was planned; a larger --budget tries more")
    }
    if common.json {
      print(metricsText, terminator: "")
    } else if !common.quiet {
      print(
        FitSummary(
          table: train, outcome: outcome, evaluation: evaluation, metrics: metrics,
          files: files.paths
        ).text, terminator: "")
    }
  }

  /// The table; or, where it is larger than the memory, some of its rows, and where the others are.
  private func readTrain(
    _ context: ExecutionContext
  ) throws(MercerError) -> (Table, LargeTable?) {
    func read() throws(MercerError) -> Table {
      try learning.read(learning.table, targets: learning.target, context: context)
    }
    if learning.isOfArrays { return (try read(), nil) }
    if !LargeTable.isWanted(for: learning.table, context: context) {
      let table = try read()
      guard LargeTable.isWanted(for: table, path: learning.table, context: context) else {
        return (table, nil)
      }
    }
    let directory = try OutputDirectory(path: output, for: FitFiles.names)
    try directory.make()
    let store = try ColumnStore.make(
      from: learning.table, at: directory.path(of: Self.columnsName), context: context)
    let large = try LargeTable(store, seed: common.seed, context: context)
    return (large.sample, large)
  }

  /// The table by columns, beside the model.
  private static let columnsName = "table.columns"

  private func origin(of model: TableModel) throws(MercerError) -> PageOrigin {
    let origin = model.history.origin
    var files = [PageOrigin.File("fitted table", learning.table, hash: origin?.sourceHash)]
    if learning.isOfArrays { files.append(try PageOrigin.File("its targets", learning.target)) }
    if let test { files.append(try PageOrigin.File("held-out table", test)) }
    if let testTarget { files.append(try PageOrigin.File("their targets", testTarget)) }
    return PageOrigin(
      files: files, seed: common.seed, command: origin?.command, time: origin?.time)
  }

  private func readTest(
    _ prepared: PreparedTable, _ context: ExecutionContext
  ) throws(MercerError) -> Table? {
    guard let test else { return nil }
    let held = try learning.read(
      test, targets: testTarget, options: CSVOptions(kinds: prepared.encoder.columnKinds),
      context: context)
    try prepared.check(held)
    return held
  }
}
