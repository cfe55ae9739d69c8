public import ArgumentParser
public import Mercer
import MercerReport

/// What every verb understands.
struct CommonOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "The seed of every random choice; the same seed gives the same result (default: 0).",
    transform: OptionValue.seed)
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many threads work at once (default: all cores). The result does not change.",
      valueName: "count"),
    transform: OptionValue.count)
  var threads: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The most memory to allocate for the work, such as 4GB (default: 70 % of the machine's).",
      valueName: "size"),
    transform: OptionValue.memorySize)
  var memory: ByteCount?

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  /// What holds where nothing is said.
  static var standard: CommonOptions {
    var options = CommonOptions()
    (options.seed, options.threads, options.memory) = (0, nil, nil)
    (options.json, options.quiet) = (false, false)
    return options
  }

  /// The context that the options describe.
  var context: ExecutionContext {
    var context = ExecutionContext(
      threadCount: threads, memoryLimit: memory?.bytes, cancellation: Terminal.interruption)
    if !quiet && !json {
      context.progress = { Terminal.progressLine.show($0) }
    }
    return context
  }

  /// Prints a remark about the data to standard error.
  func note(_ text: String) {
    if !quiet && !json { Terminal.printError("note: \(text)") }
  }
}

/// Reads the values of options, and says what they may be.
enum OptionValue {
  static func positiveNumber(_ text: String) throws -> Double {
    guard let value = Double(text), value > 0, value.isFinite else {
      throw ValidationError("it takes a number above 0")
    }
    return value
  }

  static func count(_ text: String) throws -> Int {
    guard let value = Int(text), value >= 1 else {
      throw ValidationError("it takes a whole number of at least 1")
    }
    return value
  }

  static func foldCount(_ text: String) throws -> Int {
    guard let value = Int(text), value >= 2 else {
      throw ValidationError("it takes a whole number of at least 2")
    }
    return value
  }

  static func seed(_ text: String) throws -> UInt64 {
    guard let value = UInt64(text) else {
      throw ValidationError("it takes a whole number of at least 0")
    }
    return value
  }

  static func memorySize(_ text: String) throws -> ByteCount {
    guard let value = ByteCount(text) else {
      throw ValidationError("it takes a size such as 500MB or 4GB")
    }
    return value
  }
}

extension LearningTask: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension RidgeSolver: ExpressibleByArgument {}

extension MercerError {
  /// The same error with the file it is about, if it does not say where it is.
  func placed(in file: String) -> MercerError {
    var copy = self
    if copy.place == nil { copy.place = Place(file: file) }
    return copy
  }
}
