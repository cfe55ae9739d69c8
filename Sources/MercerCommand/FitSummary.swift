import Mercer
import MercerReport

/// What `fit` prints when it is done.
struct FitSummary {
  let table: Table
  let outcome: TableLearner.Outcome
  let evaluation: TableModel.Evaluation?
  let metrics: FitMetrics
  let files: [String]

  var text: String {
    let model = outcome.model
    var facts = TextTable([.left, .left])
    facts.add(["table", "\(table.source): \(rowsText), \(table.columnsText)"])
    facts.add(["target", targetText])
    facts.add([
      "features", NumberText.quantity(model.encoder.featureCount, "feature") + leftOutText,
    ])
    let members = model.regression.members
    facts.add([
      "kernel",
      readable(kernel: members[0].kernel.description, atMost: 100)
        + (members.count > 1 ? " and \(members.count - 1) more" : ""),
    ])
    facts.add(["ridge", NumberText.significant(members[0].ridge)])
    facts.add(["solver", solverText])
    facts.add(["why", outcome.plan.reason])
    if let correction = CorrectionSummary(model) { facts.add(["near rows", correction.text]) }
    facts.add(["validation", model.history.validationMethod])
    var closing = TextTable([.left, .left])
    if let text = leaderboardText { closing.add(["tried", text]) }
    if let text = moreRowsText { closing.add(["more rows", text]) }
    closing.add([
      "time",
      ["read", "search", "fit", "predict"].map {
        "\($0) \(NumberText.seconds(metrics.seconds[$0] ?? 0))"
      }.joined(separator: ", "),
    ])
    closing.add(["memory", "\(ByteCount(metrics.peakMemoryBytes)) at the peak"])
    for (index, file) in files.enumerated() { closing.add([index == 0 ? "written" : "", file]) }
    return "\n\(facts.rendered())\n\(errors.rendered())\n\(closing.rendered())"
  }

  /// `▁▁▂▃▅█ 0.137 to 0.312 (rmse / std), the best 30 of 52 kernels`: a line of their errors; nil where
  /// none were compared.
  private var leaderboardText: String? {
    let isRegression = outcome.model.target.task == .regression
    // Scores on the same rows, so that they can be compared.
    let rows = outcome.leaderboard.first?.rows
    let errors = outcome.leaderboard.filter { $0.rows == rows && $0.score.isFinite }
      .map { isRegression ? $0.score.squareRoot() : $0.score }.sorted()
    guard errors.count > 2 else { return nil }
    let shown = errors.prefix(40)
    let line = Sparkline(Array(shown), label: "errors of kernels").text()
    return "\(line) \(NumberText.significant(shown[0], digits: 3)) to "
      + "\(NumberText.significant(shown[shown.count - 1], digits: 3)) "
      + "(\(isRegression ? "rmse / std" : "log loss")), "
      + "the best \(shown.count) of \(outcome.leaderboard.count) kernels"
  }

  private var rowsText: String {
    let dropped = [
      (outcome.droppedRows, "without a target"), (outcome.weightlessRows, "of weight 0"),
    ]
    .filter { $0.0 > 0 }.map { "\(NumberText.count($0.0)) more \($0.1)" }
    return NumberText.quantity(outcome.model.history.rows, "row")
      + (dropped.isEmpty ? "" : " (\(dropped.joined(separator: ", ")) left out)")
  }

  private var targetText: String {
    let target = outcome.model.target
    let classes = target.classNames
    guard !classes.isEmpty else { return "\(target.column) (\(target.task.rawValue))" }
    let shown = classes.prefix(6).joined(separator: ", ") + (classes.count > 6 ? ", …" : "")
    return "\(target.column) (\(target.task.rawValue), \(classes.count) classes: \(shown))"
  }

  private var leftOutText: String {
    let omitted = outcome.model.encoder.omitted.filter { $0.reason != .excluded }
    if omitted.isEmpty { return "" }
    let shown = omitted.prefix(5).map { "\($0.name) (\($0.reason.rawValue))" }
    let more = omitted.count > 5 ? " and \(omitted.count - 5) more" : ""
    return "; left out: \(shown.joined(separator: ", "))\(more)"
  }

  private var solverText: String {
    // Of several, one that has not converged is the one to know of.
    let reports = outcome.model.regression.members.map(\.report)
    let report = reports.first { !$0.hasConverged } ?? reports[0]
    var text = report.method
    if report.iterations > 0 { text += ", \(NumberText.quantity(report.iterations, "product"))" }
    if let residual = report.relativeResidual {
      text += ", relative residual \(NumberText.significant(residual, digits: 2))"
    }
    if !report.hasConverged {
      text += " (NOT CONVERGED: \(report.stopReason.rawValue))"
    }
    return text
  }

  /// The errors of the model beside those of a predictor that ignores the columns.
  private var errors: TextTable {
    let history = outcome.model.history
    return MetricsTable.make(
      columns: [
        ("validation", history.validation),
        evaluation.map { ("test", $0.metrics) },
        (outcome.model.target.task == .regression ? "the mean" : "class shares", history.naive),
      ].compactMap { $0 })
  }

  /// `twice the rows: rmse 0.2103 (0.1902 to 0.2297), 8 % less`, from the error of the validation.
  private var moreRowsText: String? {
    guard let curve = outcome.forecast?.curves.first else { return nil }
    let now = outcome.model.history.validation.headline
    // No error at all cannot be less.
    guard now > 0 else { return nil }
    let twice = curve.doubling
    let isShare = curve.measured.measure == .error
    let (error, lower, upper) = (now * twice.error, now * twice.lower, now * twice.upper)
    let numbers = [error, lower, upper].map {
      isShare ? NumberText.percent($0) : NumberText.significant($0, digits: 3)
    }
    let less = Int((100 * (1 - twice.error)).rounded())
    let change = less > 0 ? "\(less) % less" : "hardly less"
    return "twice the rows: \(ForecastSummary.name(of: curve.measured.measure)) \(numbers[0]) "
      + "(\(numbers[1]) to \(numbers[2])), \(change)"
  }
}

extension SolveReport {
  /// Whether the solution is as exact as predictions can show; rounding may end an iteration before
  /// its own, sharper tolerance.
  var hasConverged: Bool {
    stopReason == .direct || stopReason == .converged || (relativeResidual ?? 1) < 1e-8
  }
}

/// Metrics of one task, one row a metric and one column a model.
enum MetricsTable {
  static func make(columns: [(String, TableMetrics)]) -> TextTable {
    var table = TextTable(
      [.left] + columns.map { _ in .right }, headings: ["error"] + columns.map(\.0))
    let names = columns.first.map { rows(of: $0.1).map(\.name) } ?? []
    let values = columns.map { rows(of: $0.1).map(\.value) }
    for (index, name) in names.enumerated() { table.add([name] + values.map { $0[index] }) }
    return table
  }

  static func rows(of metrics: TableMetrics) -> [(name: String, value: String)] {
    switch metrics {
    case .regression(let m, let intervals):
      return [
        ("rmse", NumberText.significant(m.rmse)),
        ("mae", NumberText.significant(m.mae)),
        ("r²", NumberText.significant(m.r2)),
        ("rmse / std", NumberText.significant(m.rmseOverStd)),
        ("−log likelihood", NumberText.significant(m.negativeLogLikelihood)),
        ("inside 90 % intervals", NumberText.percent(intervals.coverage)),
      ]
    case .classification(let m, let sets):
      let classes = sets.map { NumberText.significant($0.size, digits: 3) } ?? ""
      return [
        ("error", NumberText.percent(m.error)),
        ("log loss", NumberText.significant(m.logLoss)),
        ("auc", NumberText.significant(m.auc)),
        ("calibration error", NumberText.percent(m.calibrationError)),
        ("in 90 % sets", sets.map { NumberText.percent($0.coverage) } ?? ""),
        ("classes a set", classes),
      ]
    }
  }
}
