import Mercer
import MercerReport

/// What `explain` prints: aligned tables, one for each question. Rows are counted from 1.
struct ExplanationText {
  private let explanation: Explanation
  private let table: Table
  private let top: Int
  private let seconds: Double

  init(_ explanation: Explanation, table: Table, top: Int, seconds: Double) {
    self.explanation = explanation
    self.table = table
    self.top = top
    self.seconds = seconds
  }

  var text: String {
    let rows = NumberText.quantity(table.rowCount, "row")
    let header =
      "\n  \(table.source): \(rows), explained in \(NumberText.seconds(seconds))\n"
    return
      ([header, importance] + [interactions].compactMap(\.self) + predictions
      + [labels].compactMap { $0 })
      .joined(separator: "\n")
  }

  private func section(_ title: String, _ table: TextTable) -> String {
    "  \(title)\n\n\(table.rendered(indent: 4))"
  }

  private func plusMinus(_ estimate: Estimate) -> [String] {
    [
      NumberText.significant(estimate.value, digits: 3),
      "± \(NumberText.significant(estimate.standardError, digits: 1))",
    ]
  }

  // MARK: - Columns

  private var importance: String {
    guard let found = explanation.importance else { return "  \(Explanation.withoutColumns)\n" }
    var table = TextTable(
      [.left, .right, .left, .right], headings: ["column", found.measure.rawValue, "", "gradient"])
    for column in found.columns.prefix(top) {
      let shuffled = column.permutation.map(plusMinus) ?? ["—", ""]
      table.add([column.name] + shuffled + [NumberText.percent(column.gradientShare)])
    }
    let more = found.columns.count - top
    if more > 0 { table.add(["… \(more) more"]) }
    let title =
      found.error.map {
        "importance: \(found.measure.rawValue) when a column is shuffled, now "
          + NumberText.significant($0)
      } ?? "importance: \(found.measure.rawValue) when a column is shuffled"
    return section(title, table)
  }

  private var interactions: String? {
    guard let found = explanation.interactions else { return nil }
    let clear = found.pairs.filter(\.isClear)
    guard !clear.isEmpty else {
      return "  interactions: no pair of columns does more than an additive target would show\n"
    }
    var table = TextTable(
      [.left, .right, .left, .right, .right],
      headings: ["columns", "strength", "", "if additive", "of variance"])
    for pair in clear.prefix(top) {
      table.add(
        [pair.columns.joined(separator: " × ")] + plusMinus(pair.strength) + [
          NumberText.significant(pair.additiveStrength, digits: 2),
          NumberText.percent(pair.excess.value),
        ])
    }
    return section("interactions: deviation of what only both columns together explain", table)
  }

  // MARK: - Rows

  private var predictions: [String] {
    guard !explanation.contributions.isEmpty else { return explanation.carrying.map(trainingRows) }
    return zip(explanation.contributions, explanation.carrying).flatMap { parts, carrying in
      [contributions(parts), trainingRows(carrying)]
    }
  }

  private func contributions(_ parts: PredictionContributions) -> String {
    let names = explanation.explainer.columnNames
    var table = TextTable([.left, .right, .left])
    table.add(["mean over the background", NumberText.significant(parts.baseline)])
    let order = parts.contributions.indices.sorted {
      (abs(parts.contributions[$0].value), $1) > (abs(parts.contributions[$1].value), $0)
    }
    for column in order.prefix(top) {
      table.add(["+ \(names[column])"] + plusMinus(parts.contributions[column]))
    }
    if order.count > top {
      let rest = order.dropFirst(top).reduce(0) { $0 + parts.contributions[$1].value }
      table.add(["+ \(order.count - top) more", NumberText.significant(rest, digits: 3)])
    }
    table.add(["= \(explanation.unit)", NumberText.significant(parts.value)])
    return section("row \(parts.row + 1)\(className(parts.classIndex)): contributions", table)
  }

  private func trainingRows(_ carrying: CarryingRows) -> String {
    let model = explanation.model
    var table = TextTable(
      [.right, .right, .left], headings: ["training row", "term", model.target.column])
    for term in carrying.terms {
      table.add([
        NumberText.count(explanation.trainingNumber(term.trainingRow)),
        NumberText.significant(term.value, digits: 3), target(ofTrainingRow: term.trainingRow),
      ])
    }
    let share = NumberText.percent(carrying.share)
    let scale = model.inverse == nil ? "" : " of the transformed \(model.target.column)"
    return section(
      "row \(carrying.row + 1)\(className(carrying.classIndex)): the training rows that carry it, \(share) of all terms\(scale)",
      table)
  }

  private func className(_ index: Int?) -> String {
    index.map { " (\(explanation.model.target.classNames[$0]))" } ?? ""
  }

  private func target(ofTrainingRow row: Int) -> String {
    guard let value = explanation.model.trainingRows?.targets[row] else { return "" }
    let names = explanation.model.target.classNames
    return names.isEmpty ? NumberText.significant(value) : names[Int(value)]
  }

  // MARK: - Labels

  private var labels: String? {
    guard let doubts = explanation.labels else { return nil }
    let names = explanation.model.target.classNames
    let how = doubts.isTrainingTable ? "each row left out of the fit" : "by the model as it is"
    let count = NumberText.quantity(doubts.suspectCount, "suspect")
    var table = TextTable(
      [.right, .right, .right, .right],
      headings: ["row", "given", "expected", names.isEmpty ? "deviations" : "margin"])
    for row in doubts.rows.prefix(top) {
      let cells: [String]
      if let given = row.givenClass, let expected = row.expectedClass {
        cells = [
          "\(names[given]) (\(NumberText.percent(row.given)))",
          "\(names[expected]) (\(NumberText.percent(row.expected)))",
        ]
      } else {
        cells = [NumberText.significant(row.given), NumberText.significant(row.expected)]
      }
      table.add(
        [NumberText.count(row.row + 1)] + cells + [
          NumberText.significant(row.doubt, digits: 3) + (row.isSuspect ? " !" : "  ")
        ])
    }
    return section("labels that the other rows contradict: \(count), \(how)", table)
  }
}
