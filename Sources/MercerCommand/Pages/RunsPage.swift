import Mercer
import MercerReport

/// The page of `compare-runs`.
struct RunsPage {
  private let comparison: RunComparison
  private let origin: PageOrigin

  init(_ comparison: RunComparison, origin: PageOrigin) {
    (self.comparison, self.origin) = (comparison, origin)
  }

  private var runs: [RunRecord] { comparison.runs }

  private var names: [String] { runs.map { Markup.shortened($0.name, to: 60) } }

  var page: Page {
    let target = runs.compactMap(\.target).first
    return Page(
      title: "\(target.map { Markup.shortened($0, to: 80) } ?? runs[0].task): runs side by side",
      subtitle: names.joined(separator: ", "),
      sections: [errors, columns, facts, origin.section], footer: origin.footer)
  }

  private var errors: Section {
    let best = comparison.best
    let winners = PageText.list(best.map(\.name))
    let isTest = comparison.haveTests
    let isRegression = runs[0].task == "regression"
    let error = { (value: Double) in
      isRegression ? PageText.number(value, digits: 4) : PageText.percent(value)
    }
    let metrics = runs.map { (isTest ? $0.test : nil) ?? $0.validation }
    let factor = isRegression ? 1.0 : 100
    var blocks: [Block] = [
      .lead(
        "\(winners) \(best.count == 1 ? "has" : "have") the least error \(isTest ? "on the held-out table" : "in validation"): \(strong: metrics.map(\.headline).min().map(error) ?? "")."
      ),
      .figure(
        Figure(
          BarPlot(
            title: isRegression ? "Typical error (rmse)" : "Wrong class",
            summary:
              "\(isTest ? "On the held-out table" : "In validation"), one bar a run; shorter is better.",
            quantity: Quantity(isRegression ? "rmse" : "error", unit: isRegression ? nil : "%"),
            bars: zip(names, metrics).map { BarPlot.Bar($0, factor * $1.headline) },
            references: runs.compactMap(\.naive).first.map {
              [
                ReferenceLine(
                  .x, at: factor * $0.headline, isRegression ? "the mean" : "most frequent class")
              ]
            } ?? []), width: .full)),
      .table(table("In validation", comparison.errors { $0.validation }, isNumeric: true)),
    ]
    let tests = comparison.errors(\.test)
    if !tests.isEmpty {
      blocks.append(.table(table("On the held-out table", tests, isNumeric: true)))
    }
    if Set(runs.compactMap(\.source)).count > 1 {
      blocks.append(
        .notice(
          .warning,
          "The runs were fitted to different tables; their errors compare only where the rows that judge them are alike."
        ))
    }
    return Section("Errors", id: "errors", blocks)
  }

  private var columns: Section {
    let rows = comparison.columns
    return Section(
      "Which columns matter", id: "columns",
      rows.isEmpty
        ? [.paragraph("These runs are of versions that did not keep importances.")]
        : [
          .paragraph(
            "The place of each column among those of the run, and what shuffling it does to the error."
          ),
          .table(table("Importance", rows, isNumeric: true)),
        ])
  }

  private var facts: Section {
    Section(
      "What was fitted", id: "runs", [.table(table("Runs", comparison.facts, isNumeric: false))])
  }

  private func table(
    _ caption: String, _ rows: [(name: String, cells: [String])], isNumeric: Bool
  ) -> DataTable {
    var table = DataTable(
      caption,
      columns: [.text("")] + names.map { DataTable.Column($0, isNumeric: isNumeric) })
    for row in rows { table.add([row.name] + row.cells) }
    return table
  }
}
