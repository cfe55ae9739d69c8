public import ArgumentParser
public import Mercer
import MercerReport

/// What every verb understands.
struct CommonOptions: ParsableArguments {
  @Option(help: "The seed of every random choice; the same seed gives the same result.")
  var seed: UInt64 = 0

  @Option(help: "How many threads work at once (default: all cores). The result does not change.")
  var threads: Int?

  @Option(help: "The most memory to allocate for the work, such as 4GB (default: 70 % of it).")
  var memory: MemorySize?

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  mutating func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads takes a whole number of at least 1, not \(threads)")
    }
  }

  /// The context that the options describe.
  var context: ExecutionContext {
    var context = ExecutionContext(
      threadCount: threads, memoryLimit: memory?.bytes, cancellation: Terminal.interruption)
    if ProgressLine.isUseful && !quiet && !json {
      context.progress = { Terminal.progressLine.show($0) }
    }
    return context
  }

  /// Prints a remark about the data to standard error.
  func note(_ text: String) {
    if !quiet && !json { Terminal.printError("note: \(text)") }
  }
}

/// A number of bytes on the command line.
struct MemorySize: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    guard let count = ByteCount(argument) else { return nil }
    bytes = count.bytes
  }
}

extension LearningTask: ExpressibleByArgument {}
