import Mercer
import MercerReport

extension FitReport {
  /// Whether intervals or sets hold the truth as often as they say, group by group.
  var coverageSection: Section {
    switch metrics {
    case .regression(_, let intervals): coverage(of: intervals)
    case .classification(_, let sets):
      sets.map { coverage(of: $0) }
        ?? Section(
          "How sure it may be", id: "coverage", [.paragraph("The model has no prediction sets.")])
    }
  }

  private static let goal = [ReferenceLine(.x, at: 0.9, "as promised")]
  private static let share = Quantity("share of rows inside", range: 0...1)

  private func coverage(of intervals: IntervalMetrics) -> Section {
    var blocks: [Block] = [
      .paragraph(
        "Each prediction comes with an interval that should hold the truth nine times in ten. It did for \(strong: PageText.percent(intervals.coverage)) of \(judgedRowsText)."
      )
    ]
    if intervals.bySize.count > 1 {
      blocks.append(
        .figure(
          Figure(
            BarPlot(
              title: "Inside 90 % intervals, by size of the prediction",
              summary:
                "Fifths of the rows by prediction. Bars that are all about as long mean that intervals are wide where errors are large.",
              quantity: Self.share,
              bars: intervals.bySize.map {
                BarPlot.Bar("\(PageText.number($0.from)) to \(PageText.number($0.to))", $0.coverage)
              }, references: Self.goal), width: .full, table: table(of: intervals))))
    }
    return Section("How sure it may be", id: "coverage", blocks)
  }

  private func table(of intervals: IntervalMetrics) -> DataTable {
    var table = DataTable(
      "Intervals by size of the prediction",
      columns: [.text("prediction"), .number("rows"), .number("inside"), .number("mean width")])
    for group in intervals.bySize {
      table.add([
        "\(PageText.number(group.from)) to \(PageText.number(group.to))",
        NumberText.count(group.rows), PageText.percent(group.coverage),
        PageText.number(group.width),
      ])
    }
    return table
  }

  private func coverage(of sets: SetMetrics) -> Section {
    Section(
      "How sure it may be", id: "coverage",
      [
        .paragraph(
          "Each prediction comes with the set of classes that the row may have, which should hold the truth nine times in ten or more. It did for \(strong: PageText.percent(sets.coverage)) of \(judgedRowsText), with \(PageText.classes(sets.size)) in a set on average."
        ),
        .figure(
          Figure(
            BarPlot(
              title: "In 90 % sets, by predicted class",
              summary: "How often the set held the truth where the model said this class.",
              quantity: Self.share,
              bars: sets.byClass.map { BarPlot.Bar($0.name ?? "", $0.coverage) },
              references: Self.goal), table: table(of: sets.byClass))),
        .figure(
          Figure(
            BarPlot(
              title: "In 90 % sets, by probability of the likeliest class",
              summary: "Fifths of the rows, those that the model is least sure of first.",
              quantity: Self.share,
              bars: sets.byConfidence.map { BarPlot.Bar(range($0), $0.coverage) },
              references: Self.goal), table: table(of: sets.byConfidence))),
      ])
  }

  private func range(_ group: SetMetrics.Group) -> String {
    "\(PageText.percent(group.from)) to \(PageText.percent(group.to))"
  }

  private func table(of groups: [SetMetrics.Group]) -> DataTable {
    var table = DataTable(
      "Sets by group",
      columns: [
        .text("rows where it said"), .number("rows"), .number("right"), .number("in the set"),
        .number("classes a set"),
      ])
    for group in groups {
      table.add([
        group.name ?? range(group), NumberText.count(group.rows), PageText.percent(group.accuracy),
        PageText.percent(group.coverage), PageText.number(group.size),
      ])
    }
    return table
  }
}
