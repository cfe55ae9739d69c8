import Mercer
import MercerReport

extension FitReport {
  /// The error beside that of a predictor that ignores the columns, and of the best single kernel.
  var errorSection: Section {
    var blocks: [Block] = [.facts(facts), .table(metricsTable)]
    blocks.append(.details(summary: "What the measures mean", [.definitions(meanings)]))
    return Section("How wrong it is", id: "errors", blocks)
  }

  /// The candidate that did best alone among those on most rows, with its error on the scale of the
  /// facts; nil where the kernel was given.
  private var bestCandidate: (name: String, error: Double)? {
    // Of a kernel that was given there is nothing to choose.
    guard Set(outcome.leaderboard.map(\.kernel)).count > 1, let first = outcome.leaderboard.first
    else { return nil }
    let best =
      outcome.leaderboard.filter { $0.rows == first.rows }.min { $0.score < $1.score } ?? first
    return (best.kernel, error(ofScore: best.score))
  }

  /// The score of a candidate as an error that people know: rmse in the target's units, or log loss.
  func error(ofScore score: Double) -> Double {
    guard case .regression(let naive, _) = model.history.naive else { return score }
    // Scores are mean squares in units of the target's variance.
    return max(score, 0).squareRoot() * naive.rmse
  }

  private var facts: [Block.Fact] {
    var facts: [Block.Fact] = []
    let history = model.history
    if let test = evaluation?.metrics { facts.append(headline(test, "on the held-out table")) }
    facts.append(headline(history.validation, "in validation: \(history.validationMethod)"))
    facts.append(
      isRegression
        ? Block.Fact(
          "Always saying the mean", PageText.number(history.naive.headline, digits: 4),
          detail: "what knowing no column gives")
        : Block.Fact(
          "Always the most frequent", PageText.percent(history.naive.headline),
          detail: "what knowing no column gives"))
    if let best = bestCandidate {
      facts.append(
        Block.Fact(
          isRegression ? "Best single kernel" : "Best single kernel, log loss",
          PageText.number(best.error, digits: 4),
          detail: isRegression
            ? best.name
            : "\(best.name); in the search, where it was also chosen. The model: \(logLoss)"))
    }
    return facts
  }

  private var logLoss: String {
    guard case .classification(let own, _) = model.history.validation else { return "" }
    return PageText.number(own.logLoss, digits: 4)
  }

  private func headline(_ metrics: TableMetrics, _ detail: String) -> Block.Fact {
    isRegression
      ? Block.Fact(
        "Typical error (rmse)", PageText.number(metrics.headline, digits: 4), detail: detail)
      : Block.Fact("Wrong class", PageText.percent(metrics.headline), detail: detail)
  }

  private var metricsTable: DataTable {
    let history = model.history
    var columns: [(String, TableMetrics)] = [("validation", history.validation)]
    if let evaluation { columns.append(("held-out table", evaluation.metrics)) }
    columns.append((isRegression ? "the mean" : "class shares", history.naive))
    return ErrorTable.make("The same by other measures", columns)
  }

  private var meanings: [Block.Definition] {
    isRegression
      ? [
        Block.Definition(
          "rmse",
          "The root mean square error, in the units of \(PageText.name(target)); large errors count most."
        ),
        Block.Definition("mae", "The mean size of an error, in the same units."),
        Block.Definition(
          "r²",
          "The share of the target's variance that is explained: 1 is perfect, 0 is as good as the mean."
        ),
        Block.Definition(
          "rmse / std",
          "The rmse over the standard deviation of the target: below 1 is better than the mean."),
        Block.Definition(
          "−log likelihood",
          "How surprising the truth is to the model's own error bars; lower is better."),
      ]
      : [
        Block.Definition("error", "The share of rows whose likeliest class is wrong."),
        Block.Definition(
          "log loss",
          "How surprising the true classes are to the probabilities; lower is better, and being sure of what is wrong costs most."
        ),
        Block.Definition(
          "auc",
          "How often a row of a class gets a higher probability of it than a row of another: 0.5 is chance, 1 is perfect."
        ),
        Block.Definition(
          "calibration error",
          "How far probabilities are from the shares that come true, on average."),
      ]
  }
}

/// Metrics as a table of a page, one row a measure.
enum ErrorTable {
  static func make(_ caption: String, _ columns: [(name: String, metrics: TableMetrics)])
    -> DataTable
  {
    var table = DataTable(
      caption, columns: [.text("measure")] + columns.map { .number($0.name) })
    let rows = columns.map { MetricsTable.rows(of: $0.metrics) }
    for (index, row) in (rows.first ?? []).enumerated() {
      table.add([row.name] + rows.map { index < $0.count ? $0[index].value : "" })
    }
    return table
  }
}
