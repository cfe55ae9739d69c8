import Mercer
import MercerReport

/// All that the page of a fit shows; each section is an extension of its own.
struct FitReport {
  /// The table that was fitted.
  let table: Table
  let outcome: TableLearner.Outcome
  /// What was measured on the held-out table, if there is one.
  let evaluation: TableModel.Evaluation?
  let insight: FitInsight
  let forecast: TableForecast?
  let seconds: [String: Double]
  let origin: PageOrigin

  /// The page.
  var page: Page {
    let warnings = self.warnings
    return Page(
      title: "\(Markup.shortened(target, to: 80)): report of a fit",
      subtitle: "\(table.source), \(NumberText.quantity(model.history.rows, "row")), "
        + "\(NumberText.quantity(model.encoder.columns.count, "column")) used",
      sections: [
        learnedSection(warningCount: warnings.count), errorSection, predictionSection,
        coverageSection, columnsSection, surprisesSection, moreRowsSection, encodingSection,
        kernelsSection, spectrumSection, solverSection, Self.section(of: warnings),
        origin.section,
      ], footer: origin.footer)
  }

  // MARK: - What sections share

  var model: TableModel { outcome.model }

  var target: String { model.target.column }

  var isRegression: Bool { model.target.task == .regression }

  var classNames: [String] { model.target.classNames }

  /// The rows that plots and coverage are of: those of the held-out table where there is one.
  var judged: JudgedRows { evaluation?.judged ?? outcome.judged }

  /// The metrics of these rows.
  var metrics: TableMetrics { evaluation?.metrics ?? model.history.validation }

  /// What these rows are, for captions: `of the held-out table test.csv`.
  var judgedRowsText: String {
    if let evaluation {
      return "\(NumberText.quantity(evaluation.rows, "row")) of the held-out table"
    }
    return "\(NumberText.quantity(judged.places.count, "row")) that the model had not seen when "
      + "it predicted them"
  }

  /// The name of a class for headings.
  func className(_ index: Int) -> String { Markup.shortened(classNames[index], to: 60) }
}

/// Words and numbers that pages share.
enum PageText {
  /// Three significant digits.
  static func number(_ value: Double, digits: Int = 3) -> String {
    ReadableNumber.text(value, digits: digits)
  }

  /// `3.1 %`, and `< 0.1 %` for what would look like nothing.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "—" }
    let value = share * 100
    if value > 0, value < 0.05 { return "< 0.1 %" }
    if share < 1, value > 99.95 { return "> 99.9 %" }
    return "\(ReadableNumber.text((value * 10).rounded() / 10, digits: 4)) %"
  }

  /// `3.1 percentage points`, for differences of shares.
  static func points(_ difference: Double) -> String {
    percent(difference).replacing(" %", with: " percentage points")
  }

  /// `1 class`, `1.4 classes`.
  static func classes(_ mean: Double) -> String {
    let text = number(mean)
    return "\(text) \(text == "1" ? "class" : "classes")"
  }

  /// `12.3 ± 0.4`.
  static func estimate(_ estimate: Estimate) -> String {
    "\(number(estimate.value)) ± \(number(estimate.standardError, digits: 2))"
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ names: [String]) -> InlineText {
    var result: InlineText = ""
    for (index, name) in names.enumerated() {
      if index > 0 { result = result + InlineText(index == names.count - 1 ? " and " : ", ") }
      result = result + .code(Markup.shortened(name, to: 60))
    }
    return result
  }

  /// A name in a sentence.
  static func name(_ name: String) -> InlineText { .code(Markup.shortened(name, to: 60)) }
}
