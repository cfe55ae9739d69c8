import ArgumentParser
import Mercer
import MercerPlatform
import MercerReport

struct CompareRunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare-runs",
    abstract: "Set several runs of fit side by side.",
    usage: "mercer compare-runs <directory> … [<options>]",
    discussion: """
      Reads the metrics.json of each directory: errors in validation and on held-out tables, \
      kernels, times, and which columns matter. The runs must predict the same target.

      Examples:
        mercer compare-runs run1 run2
        mercer compare-runs runs/* --report compared.html
        mercer compare-runs mercer-out with-weather --json
      """)

  @Argument(help: "The directories that fit wrote into (--output), two or more.")
  var directories: [String]

  @OptionGroup var report: ReportOption

  @Flag(help: "Print one JSON object on standard output, and nothing else there.")
  var json = false

  mutating func validate() throws {
    if directories.count < 2 { throw ValidationError("it takes at least two directories") }
  }

  mutating func run() throws {
    try report.check()
    let runs = try directories.map { (path) throws(MercerError) in try RunRecord(directory: path) }
    try RunRecord.checkComparable(runs)
    let comparison = RunComparison(runs)
    try report.write { () throws(MercerError) in
      RunsPage(
        comparison,
        origin: PageOrigin(
          files: try runs.map { (run) throws(MercerError) in
            try PageOrigin.File("metrics", run.path)
          },
          seed: nil)
      ).page
    }
    if json {
      try Terminal.printJSON(comparison.json)
    } else {
      print(comparison.text, terminator: "")
    }
  }
}

/// What a run left in its `metrics.json`, and what `compare-runs --json` says of it; there the keys are a
/// contract.
struct RunRecord: Codable {
  /// The directory, as the user named it.
  var name = ""
  /// The file that was read.
  var path = ""
  let task: String
  let target: String?
  let source: String?
  let rows: Int
  let features: Int
  let kernel: String
  let ridge: Double
  let members: [MemberSummary]?
  let validation: TableMetrics
  let validationMethod: String
  let test: TableMetrics?
  let naive: TableMetrics?
  let importance: FitMetrics.Importance?
  let seconds: [String: Double]
  let peakMemory: Int
  let seed: UInt64
  let version: String

  private enum CodingKeys: String, CodingKey {
    case source, rows, features, kernel, ridge, members, validation, test, naive, importance
    case seconds, seed, version
    case name = "directory"
    case validationMethod = "validation_method"
    case peakMemory = "peak_memory_bytes"
  }

  /// What all runs have in common, and is written once.
  private enum SharedKeys: CodingKey { case task, target }

  private struct Method: Decodable { let method: String }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let shared = try decoder.container(keyedBy: SharedKeys.self)
    task = try shared.decode(String.self, forKey: .task)
    target = try shared.decodeIfPresent(String.self, forKey: .target)
    source = try container.decodeIfPresent(String.self, forKey: .source)
    rows = try container.decode(Int.self, forKey: .rows)
    features = try container.decode(Int.self, forKey: .features)
    kernel = try container.decode(String.self, forKey: .kernel)
    ridge = try container.decode(Double.self, forKey: .ridge)
    members = try container.decodeIfPresent([MemberSummary].self, forKey: .members)
    validation = try container.decode(TableMetrics.self, forKey: .validation)
    validationMethod = try container.decode(Method.self, forKey: .validation).method
    test = try container.decodeIfPresent(TableMetrics.self, forKey: .test)
    naive = try container.decodeIfPresent(TableMetrics.self, forKey: .naive)
    importance = try container.decodeIfPresent(FitMetrics.Importance.self, forKey: .importance)
    seconds = try container.decode([String: Double].self, forKey: .seconds)
    peakMemory = try container.decode(Int.self, forKey: .peakMemory)
    seed = try container.decode(UInt64.self, forKey: .seed)
    version = try container.decode(String.self, forKey: .version)
  }

  /// Reads a run.
  ///
  /// - Throws: `.unreadableFile` where there is no run, `.malformedFile` for what is no `metrics.json`.
  init(directory: String) throws(MercerError) {
    let path = directory.hasSuffix("/") ? directory + "metrics.json" : "\(directory)/metrics.json"
    guard FileKind(directory) == .directory else {
      throw MercerError(
        .unreadableFile, "there is no such directory", at: .init(file: directory),
        remedy: "name directories that mercer fit wrote into (--output)")
    }
    guard FileKind(path) != nil else {
      throw MercerError(
        .unreadableFile, "there is no metrics.json in it", at: .init(file: directory),
        remedy: "name directories that mercer fit wrote into (--output)")
    }
    let input = try InputFile.open(path: path)
    do {
      self = try JSONDecoder().decode(RunRecord.self, from: Data(input.bytes))
    } catch {
      throw MercerError(
        .malformedFile, "is not the metrics.json of a fit", at: .init(file: path),
        remedy: "run mercer fit again with --output \(directory)")
    }
    (name, self.path) = (directory, path)
  }

  /// Refuses runs that predict different things.
  ///
  /// - Throws: `.invalidData`.
  static func checkComparable(_ runs: [RunRecord]) throws(MercerError) {
    guard let first = runs.first else { return }
    for run in runs.dropFirst() {
      if run.task != first.task {
        throw MercerError(
          .invalidData,
          "\(run.name) is a \(run.task) and \(first.name) a \(first.task): their errors do not compare",
          at: .init(file: run.path), remedy: "compare runs with the same target and task")
      }
      if let own = run.target, let other = first.target, own != other {
        throw MercerError(
          .invalidData,
          "\(run.name) predicts \(quoted(own)) and \(first.name) \(quoted(other)): their errors do not compare",
          at: .init(file: run.path), remedy: "compare runs with the same target and task")
      }
    }
  }
}
