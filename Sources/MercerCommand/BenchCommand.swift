import ArgumentParser
import Mercer
import MercerReport

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time products with kernel matrices against what this machine can do.",
    usage: "mercer bench [<options>]",
    discussion: """
      Measures bounds of the machine, with all threads at once: multiply-adds in registers, \
      a matrix product of BLAS, exponentials of values in the first-level cache, and reading from \
      caches and memory. Times operations: the median of three runs or more after a warm-up, \
      with binding the kernel to its inputs.

      BLAS s is the time of X Zᵀ alone, in tiles of 256 × 1024 that are not kept. Gflop/s counts \
      2 d for each pair that must be computed (half of them where K is symmetric; twice as much for \
      a gradient), and 2 k for each entry that meets k right-hand sides. Of bound is the time that \
      these take at the multiply-add bound, and one exponential a pair (three for ntk, none for \
      polynomial) at the exponential bound, as a share of the time measured. A distance of product \
      Laplace takes two instructions where a multiply-add is one, so it cannot come near 100 %.

      Operations: \(BenchOperation.names.joined(separator: ", ")).

      Examples:
        mercer bench --quick
        mercer bench --threads 1 > bench.txt
        mercer bench --only gaussian-apply ntk-fill --json
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The operations to time (default: all).", valueName: "name"))
  var only: [String] = []

  @Flag(help: "A tenth of the rows and shorter runs, for a first look.")
  var quick = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Multiply the numbers of rows by this (default: 1, or 0.1 with --quick).",
      valueName: "factor"),
    transform: Self.scale)
  var scale: Double?

  @OptionGroup var common: CommonOptions

  private static func scale(_ text: String) throws -> Double {
    guard let value = Double(text), value > 0, value <= 100 else {
      throw ValidationError("it takes a number above 0 and at most 100")
    }
    return value
  }

  mutating func run() throws {
    let context = common.context
    let factor = scale ?? (quick ? 0.1 : 1)
    let operations = try BenchOperation.named(only).map { $0.scaled(by: factor) }
    // All of it is checked before any of it is measured.
    for operation in operations {
      try context.checkMemory(
        operation.byteCount, for: "\(operation.name) of \(operation.rows) rows")
    }
    let steps = Double(operations.count + 2)
    func show(_ step: Int, _ detail: String) {
      context.progress?(
        WorkProgress(stage: "bench", fraction: Double(step) / steps, detail: detail))
    }
    // Before and after: where the machine was busy once, the other time may say what it can do.
    let meter = RateMeter(context: context, seconds: quick ? 0.005 : 0.02, runs: quick ? 3 : 5)
    show(0, "bounds")
    var bounds = try MachineBounds(measuringWith: meter)
    var measured: [BenchOperation.Seconds] = []
    for (index, operation) in operations.enumerated() {
      show(index + 1, operation.name)
      measured.append(try operation.measured(seed: common.seed, context: context))
    }
    show(operations.count + 1, "bounds")
    bounds = bounds.best(with: try MachineBounds(measuringWith: meter))
    let rows = zip(operations, measured).map {
      BenchReport.Row($0, $1, threads: context.threadCount, bounds: bounds)
    }
    Terminal.progressLine.clear()
    let report = BenchReport(
      bounds: bounds, operations: rows, seed: common.seed, version: MercerVersion.current)
    if common.json {
      try Terminal.printJSON(report)
    } else if !common.quiet {
      print(report.text(threads: context.threadCount), terminator: "")
    }
  }
}
