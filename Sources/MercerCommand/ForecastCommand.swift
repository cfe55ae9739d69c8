import ArgumentParser
import Mercer
import MercerReport

struct ForecastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "Forecast what more rows would bring.",
    usage: "mercer forecast <table> --target <column> [<options>]",
    discussion: """
      Fits to growing parts of a table, measures each fit on the rows it has not seen, and says \
      where the learning curve leads: the error on more rows, and how many of them it takes. \
      It takes about as long as two fits, and writes nothing but the page of --report.

      Examples:
        mercer forecast houses.csv --target price
        mercer forecast t.csv.gz --target y --rows 2x,100000 --json
        mercer forecast t.csv --target y --ignore id --report forecast.html
      """)

  @OptionGroup var learning: LearningOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Rows to forecast for: numbers, or multiples of the table's (default: 2x,4x,8x).",
      valueName: "list"),
    transform: RowCounts.init)
  var rows = RowCounts.standard

  @OptionGroup var report: ReportOption
  @OptionGroup var common: CommonOptions

  mutating func run() throws {
    let context = common.context
    let learner = try learning.learner(seed: common.seed)
    try report.check()
    let (data, readSeconds) = try timed { () throws(MercerError) in
      try learning.read(learning.table, targets: learning.target, context: context)
    }
    let (forecast, seconds) = try timed { () throws(MercerError) in
      try learner.forecast(data, rows: { rows.counts(of: $0) }, context: context)
    }
    try report.write { () throws(MercerError) in
      ForecastPage(
        source: data.source, target: learning.targetName, forecast: forecast, seconds: seconds,
        origin: PageOrigin(files: [try PageOrigin.File("table", learning.table)], seed: common.seed)
      ).page
    }
    Terminal.progressLine.clear()
    if common.json {
      try Terminal.printJSON(
        ForecastReport(
          forecast, seconds: ["read": readSeconds, "forecast": seconds], seed: common.seed))
    } else if !common.quiet {
      print(
        ForecastSummary(source: data.source, forecast: forecast, seconds: seconds).text,
        terminator: "")
    }
  }
}

/// Numbers of rows as a user gives them: `2x,4x,100000`.
struct RowCounts: Equatable {
  static let standard = RowCounts(parts: [.multiple(2), .multiple(4), .multiple(8)])

  private enum Part: Equatable {
    case count(Int)
    case multiple(Double)
  }
  private let parts: [Part]

  private init(parts: [Part]) { self.parts = parts }

  init(_ text: String) throws {
    let refusal = ValidationError(
      "it takes numbers of rows, or multiples such as 2x, separated by commas")
    parts = try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
      let word = word.filter { $0 != " " }
      if word.hasSuffix("x"), let factor = Double(word.dropLast()), factor > 0, factor <= 1e6 {
        return .multiple(factor)
      }
      guard let count = Int(word), count > 0, count <= 1_000_000_000_000 else { throw refusal }
      return .count(count)
    }
  }

  /// The numbers for a table of so many rows.
  func counts(of rows: Int) -> [Int] {
    parts.map {
      switch $0 {
      case .count(let count): count
      case .multiple(let factor): max(1, Int((factor * Double(rows)).rounded()))
      }
    }
  }
}
