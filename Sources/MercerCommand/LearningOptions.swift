import ArgumentParser
import Mercer

/// What every verb understands that learns from a table.
struct LearningOptions: ParsableArguments {
  @Argument(
    help: "The table: CSV or TSV, also gzipped, - for standard input; or an array (NPY) of inputs.")
  var table: String

  @Option(
    help: ArgumentHelp(
      "The column to predict; of an array the file of another one, a target for each row.",
      valueName: "column"))
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

  /// Whether inputs and targets are arrays, in files of their own.
  var isOfArrays: Bool { TableFile.isArray(table) }

  /// The files that are learned from.
  var files: [String] { isOfArrays ? [table, target] : [table] }

  /// The name of the target's column: of an array that of its file.
  var targetName: String {
    guard isOfArrays else { return target }
    let file = target.split(separator: "/").last.map(String.init) ?? target
    return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
  }

  /// Reads a table with its target.
  ///
  /// - Throws: as `TableFile.read`.
  func read(
    _ path: String, targets: String?, options: CSVOptions = .init(), context: ExecutionContext
  ) throws(MercerError) -> Table {
    try TableFile.read(
      path: path, targets: targets, targetName: targetName, options: options, context: context)
  }

  /// A learner as these options describe it.
  ///
  /// - Parameter remark: is told how inputs of two axes are taken, where the network does not say it.
  /// - Throws: what reading the kernel throws, and an array its shape is taken from.
  func learner(
    seed: UInt64, remark: (String) -> Void = { _ in }
  ) throws(MercerError) -> TableLearner {
    var learner = TableLearner(target: targetName)
    learner.task = task
    learner.ignoredColumns = ignored
    learner.ridge = ridge
    learner.groupColumn = group
    learner.seed = seed
    guard let kernel else { return learner }
    var made = try makeKernel(parsing: kernel, of: Double.self)
    if isOfArrays {
      let axes = try TableFile.inputShape(path: table)
      // Several axes hold numbers of one kind, such as pixels.
      learner.encoding.sharesScale = axes.count > 1
      if let shape = NetworkShape(ofInput: axes) {
        let expression = try made.expression.withInput(shape)
        if axes.count == 2, expression != made.expression {
          remark(
            "each input is taken as a sequence of \(axes[0]) steps with \(axes[1]) channels; for "
              + "images without colours begin the network with image(\(axes[0]), \(axes[1]))")
        }
        made = try expression.makeKernel()
      }
    }
    learner.kernel = made
    return learner
  }
}

extension NetworkShape {
  /// What an entry along the first axis of an array is, by the other axes: a sequence (length × channels)
  /// or an image (height × width × channels); nil for a vector.
  init?(ofInput axes: [Int]) {
    switch axes.count {
    case 2: self = .sequence(length: axes[0], channels: axes[1])
    case 3: self = .image(height: axes[0], width: axes[1], channels: axes[2])
    default: return nil
    }
  }
}
