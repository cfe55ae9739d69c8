import Mercer
import MercerReport

extension FitReport {
  /// Three sentences: what from what, how well, and how sure.
  func learnedSection(warningCount: Int) -> Section {
    var blocks: [Block] = [.lead(whatSentence), .lead(howWellSentence), .lead(howSureSentence)]
    if warningCount > 0 {
      let words = warningCount == 1 ? "one thing" : "\(warningCount) things"
      blocks.append(
        .notice(
          .warning,
          "There \(warningCount == 1 ? "is" : "are") \(link: words, to: "warnings") to know before you rely on this model."
        ))
    }
    return Section("What was learned", id: "learned", blocks)
  }

  private var whatSentence: InlineText {
    let rows = NumberText.quantity(model.history.rows, "row")
    let columns = NumberText.quantity(model.encoder.columns.count, "column")
    let matter = importance.prefix(3).map(\.name)
    let most: InlineText =
      insight.importance == nil
      ? ""
      : matter.isEmpty
        ? "no column of which it makes much use"
        : matter.count == 1 && model.encoder.columns.count == 1
          ? "" : "it looks most at \(PageText.list(matter))"
    let what: InlineText =
      isRegression
      ? "The model predicts the number \(PageText.name(target)) from \(columns), learned from \(rows)"
      : "The model tells \(classNames.count) classes of \(PageText.name(target)) apart by \(columns), learned from \(rows)"
    return what + (most.plain.isEmpty ? "." : "; " + most + ".")
  }

  /// The columns that help beyond their standard error, the most helpful first.
  private var importance: [FeatureImportance.Column] {
    (insight.importance?.columns ?? []).filter {
      $0.permutation.map { $0.value > 2 * $0.standardError && $0.value > 0 } ?? false
    }
  }

  private var howWellSentence: InlineText {
    let place = evaluation == nil ? "rows it has not seen" : "the held-out table"
    switch (metrics, model.history.naive) {
    case (.regression(let own, _), .regression(let naive, _)):
      let better = own.rmse < naive.rmse
      return
        "On \(place) its predictions are off by \(strong: PageText.number(own.rmse)) (root mean square), where always saying the mean would be off by \(PageText.number(naive.rmse)): \(better ? "it explains \(PageText.percent(own.r2)) of the differences between rows" : "the columns tell it nothing that helps")."
    case (.classification(let own, _), .classification(let naive, _)):
      let better = own.error < naive.error
      return
        "On \(place) it names the right class in \(strong: PageText.percent(own.accuracy)) of cases, where always naming the most frequent one is right in \(PageText.percent(naive.accuracy))\(better ? "" : ": as an answer of yes or no it does not help, though its probabilities may")."
    default: return ""
    }
  }

  private var howSureSentence: InlineText {
    let more = moreRowsSentence.map { "; \($0)." } ?? "."
    switch metrics {
    case .regression(_, let intervals):
      let width = intervals.width.map { ", \(PageText.number($0)) wide on average," } ?? ""
      return
        "Its 90 % intervals\(width) hold the truth for \(strong: PageText.percent(intervals.coverage)) of these rows\(more)"
    case .classification(let own, let sets):
      guard let sets else {
        return
          "Its probabilities are off by \(PageText.points(own.calibrationError)) on average\(more)"
      }
      return
        "A probability it gives is off by \(PageText.points(own.calibrationError)) on average, and its 90 % sets, of \(PageText.classes(sets.size)) on average, hold the truth for \(strong: PageText.percent(sets.coverage)) of these rows\(more)"
    }
  }

  /// `twice the rows would lower the error by about 8 %`; nil without a forecast.
  private var moreRowsSentence: String? {
    guard let curve = forecast?.curves.first else { return nil }
    let fall = Int((100 * (1 - curve.doubling.error)).rounded())
    return fall > 0
      ? "twice the rows would lower the error by about \(fall) %"
      : "twice the rows would hardly lower the error"
  }
}
