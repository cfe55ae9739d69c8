import Mercer
import MercerReport

extension FitReport {
  private static let (rowCount, columnCount) = (12, 8)

  /// The rows whose truth is least like what was predicted, with their cells.
  var surprisesSection: Section {
    let judged = outcome.judged
    let rows = judged.mostSurprising(Self.rowCount)
    var blocks: [Block] = [.paragraph(introduction)]
    let suspects =
      isRegression
      ? judged.surprises.count { abs($0) > LabelDoubts.deviationLimit }
      : insight.labels?.suspectCount ?? 0
    if isRegression, suspects > 0 {
      blocks.append(
        .notice(
          .warning,
          "\(rowsText(suspects)) \(suspects == 1 ? "is" : "are") further off than \(PageText.number(LabelDoubts.deviationLimit)) deviations: look whether the value was entered wrongly."
        ))
    }
    blocks.append(.table(table(of: rows, judged)))
    if let labels = insight.labels, labels.suspectCount > 0 {
      blocks.append(.heading("Labels that the other rows contradict"))
      blocks.append(
        .paragraph(
          "For \(strong: rowsText(labels.suspectCount)) the other rows say clearly another class than the label does. Some of these labels may be wrong; look at them first."
        ))
      blocks.append(.table(table(of: labels)))
    }
    return Section("The most surprising rows", id: "surprises", blocks)
  }

  private func rowsText(_ count: Int) -> String { NumberText.quantity(count, "row") }

  private var introduction: InlineText {
    isRegression
      ? "Rows of \(PageText.name(table.source)) whose value is furthest from the prediction, in deviations of errors of such rows. A mistake in the table, a rare case, or something that the columns do not tell: these rows are worth a look. Rows count from 1, without the header."
      : "Rows of \(PageText.name(table.source)) whose class was given the least probability. A mistake in the table, a rare case, or something that the columns do not tell: these rows are worth a look. Rows count from 1, without the header."
  }

  /// The columns that matter most, in that order.
  private var columns: [Column] {
    guard insight.weighsColumns else { return [] }
    return (insight.importance?.columns.map(\.name) ?? model.encoder.columns.map(\.name))
      .prefix(Self.columnCount).compactMap { table.column(named: $0) }
  }

  private func table(of rows: [Int], _ judged: JudgedRows) -> DataTable {
    let shown = columns
    let left = model.encoder.columns.count - shown.count
    let more =
      left > 0 && !shown.isEmpty
      ? ", with the columns that matter most of \(model.encoder.columns.count)" : ""
    var table = DataTable(
      "The \(rows.count) most surprising rows\(more)",
      columns: [.number("row")] + headings
        + shown.map { column in
          if case .numbers = column.values { .number(column.name) } else { .text(column.name) }
        })
    for row in rows {
      table.add(
        [NumberText.count(judged.places[row] + 1)] + cells(of: row, judged)
          + shown.map { cell(of: $0, row: judged.places[row]) })
    }
    return table
  }

  /// A cell of the row with a number; of a large table only some rows are here, with their numbers.
  private func cell(of column: Column, row number: Int) -> String {
    guard let numbers = self.table.rowNumbers else { return CellText.text(column, row: number) }
    return numbers.firstIndex(of: number).map { CellText.text(column, row: $0) } ?? ""
  }

  private var headings: [DataTable.Column] {
    isRegression
      ? [.number("actual"), .number("predicted"), .number("deviations")]
      : [.text("actual"), .text("predicted"), .number("probability of actual")]
  }

  private func cells(of row: Int, _ judged: JudgedRows) -> [String] {
    switch (judged.predictions, judged.truth) {
    case (.numbers(let values, _, _, _), .numbers(let truth)):
      let sign = judged.surprises[row] > 0 ? "+" : ""
      return [
        PageText.number(truth[row], digits: 4), PageText.number(values[row], digits: 4),
        sign + PageText.number(judged.surprises[row], digits: 2),
      ]
    case (.classes(let probabilities, let names, _, _), .classes(let labels)):
      let said = probabilities.row(row)
      let likeliest = said.indices.reduce(0) { said[$1] > said[$0] ? $1 : $0 }
      return [
        names[labels[row]], "\(names[likeliest]) (\(PageText.percent(said[likeliest])))",
        PageText.percent(said[labels[row]]),
      ]
    default: return []
    }
  }

  private func table(of labels: LabelDoubts) -> DataTable {
    var table = DataTable(
      "Suspect labels, the most contradicted first",
      columns: [
        .number("row"), .text("label"), .number("its probability"), .text("rather"),
        .number("its probability"),
      ])
    for row in labels.rows.lazy.filter(\.isSuspect).prefix(20) {
      table.add([
        NumberText.count(row.row + 1), row.givenClass.map { classNames[$0] } ?? "",
        PageText.percent(row.given), row.expectedClass.map { classNames[$0] } ?? "",
        PageText.percent(row.expected),
      ])
    }
    return table
  }
}
