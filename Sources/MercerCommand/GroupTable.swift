import Mercer
import MercerReport

/// How often 90 % intervals or prediction sets held the truth, group by group.
enum GroupTable {
  /// Nil where there are no groups.
  static func make(_ metrics: TableMetrics) -> TextTable? {
    switch metrics {
    case .regression(_, let intervals): intervals.bySize.isEmpty ? nil : make(intervals)
    case .classification(_, let sets): sets.map(make)
    }
  }

  private static func make(_ intervals: IntervalMetrics) -> TextTable {
    var table = TextTable(
      [.left, .right, .right, .right],
      headings: ["prediction", "rows", "inside 90 % intervals", "mean width"])
    for group in intervals.bySize {
      table.add([
        "\(NumberText.significant(group.from)) to \(NumberText.significant(group.to))",
        NumberText.count(group.rows), NumberText.percent(group.coverage),
        NumberText.significant(group.width),
      ])
    }
    return table
  }

  private static func make(_ sets: SetMetrics) -> TextTable {
    var table = TextTable(
      [.left, .right, .right, .right, .right],
      headings: ["", "rows", "right", "in 90 % sets", "classes a set"])
    func add(_ name: String, _ group: SetMetrics.Group) {
      table.add([
        name, NumberText.count(group.rows), NumberText.percent(group.accuracy),
        NumberText.percent(group.coverage), NumberText.significant(group.size, digits: 3),
      ])
    }
    for group in sets.byConfidence {
      add(
        "sure to \(NumberText.percent(group.from)) … \(NumberText.percent(group.to))", group)
    }
    for group in sets.byClass.prefix(30) { add("said \(group.name ?? "")", group) }
    return table
  }
}
