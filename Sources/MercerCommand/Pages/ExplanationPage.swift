import Mercer
import MercerReport

/// The page of `explain`.
struct ExplanationPage {
  let explanation: Explanation
  let table: Table
  let top: Int
  /// How predictions change with the columns that matter most.
  let dependences: [PartialDependence]
  /// The map of the strongest pair.
  let map: PartialDependence?
  let origin: PageOrigin

  private static let curveCount = 6

  /// - Throws: what partial dependences throw; `.cancelled`.
  init(
    _ explanation: Explanation, table: Table, top: Int, origin: PageOrigin,
    context: ExecutionContext
  ) throws(MercerError) {
    (self.explanation, self.table, self.top, self.origin) = (explanation, table, top, origin)
    let explainer = explanation.explainer
    func hasValues(_ name: String) -> Bool {
      table.column(named: name).map { $0.values.missingCount < table.rowCount } ?? false
    }
    var found: [PartialDependence] = []
    for column in (explanation.importance?.columns ?? []).prefix(Self.curveCount)
    where column.gradient > 0 && hasValues(column.name) {
      found.append(try explainer.partialDependence(of: [column.name], context: context))
    }
    dependences = found
    let pair = explanation.interactions?.pairs.first { $0.columns.allSatisfy(hasValues) }
    map = try pair.map { (pair) throws(MercerError) in
      try explainer.partialDependence(of: pair.columns, context: context)
    }
  }

  private var model: TableModel { explanation.model }
  private var target: String { model.target.column }
  private var classNames: [String] { model.target.classNames }

  var page: Page {
    let notes = FitReport.words(of: explanation.explainer.notes, table: "this table")
    return Page(
      title: "\(Markup.shortened(target, to: 80)): what predictions are made of",
      subtitle: "\(table.source), \(NumberText.quantity(table.rowCount, "row"))",
      sections: [columns, interactions].compactMap(\.self) + [rows] + [labels].compactMap { $0 }
        + (notes.isEmpty ? [] : [FitReport.section(of: notes)]) + [origin.section],
      footer: origin.footer)
  }

  private var columns: Section {
    guard let importance = explanation.importance else {
      return Section(
        "Which columns matter", id: "columns",
        [.paragraph(InlineText(Explanation.withoutColumns))])
    }
    let effects = EffectFigures(
      dependences, table: table, target: target, classNames: classNames)
    return Section(
      "Which columns matter", id: "columns",
      [
        .paragraph(
          "On the table that a model was fitted to, this says what the model makes use of; on another one, what a column is worth."
        ),
        .figure(ImportanceFigure(importance).figure),
        .heading("How predictions change with them"),
        .paragraph(
          "The mean prediction when the column is set to a value in every row. The band is how much the curves of single rows differ in shape. \(EffectFigures.rugWords)"
        ),
      ] + effects.figures.map { .figure($0) })
  }

  private var interactions: Section? {
    guard let found = explanation.interactions else { return nil }
    let clear = found.pairs.filter(\.isClear)
    var blocks: [Block] = []
    if clear.isEmpty {
      blocks.append(
        .paragraph(
          "No pair of columns does more together than an additive target with as much noise would show."
        ))
    } else {
      var table = DataTable(
        "Pairs that do together what neither does alone",
        columns: [
          .text("columns"), .number("strength"), .number("if additive"), .number("of variance"),
        ])
      for pair in clear.prefix(top) {
        table.add([
          pair.columns.map { Markup.shortened($0, to: 60) }.joined(separator: " × "),
          PageText.estimate(pair.strength), PageText.number(pair.additiveStrength),
          PageText.percent(pair.excess.value),
        ])
      }
      blocks.append(.table(table))
    }
    if let map {
      blocks.append(
        .figure(InteractionFigure(map, target: target, classNames: classNames).figure))
    }
    return Section("Which columns act together", id: "interactions", blocks)
  }

  private var rows: Section {
    let parts = explanation.contributions
    var blocks: [Block] = [
      .paragraph(
        parts.isEmpty
          ? "The rows of the fitted table that carry a prediction: it is the sum of what they add."
          : "What each column adds to the prediction of a row, beginning from the mean over rows of the fitted table, in \(code: explanation.unit); and the rows of the fitted table that carry it: a prediction is the sum of what they add."
      )
    ]
    for (place, carrying) in explanation.carrying.enumerated() {
      let name = carrying.classIndex.map { ": \(Markup.shortened(classNames[$0], to: 60))" } ?? ""
      blocks.append(.heading("Row \(NumberText.count(carrying.row + 1))\(name)"))
      if parts.isEmpty {
        blocks.append(.table(training(carrying)))
      } else {
        blocks.append(.figure(Figure(plot(of: parts[place]))))
        blocks.append(
          .details(summary: "The rows that carry it", [.table(training(carrying))]))
      }
    }
    return Section("Single predictions", id: "rows", blocks)
  }

  private func plot(of parts: PredictionContributions) -> BarPlot {
    let names = explanation.explainer.columnNames
    let order = parts.contributions.indices.sorted {
      (abs(parts.contributions[$0].value), $1) > (abs(parts.contributions[$1].value), $0)
    }
    var bars = order.prefix(top).map { column -> BarPlot.Bar in
      let part = parts.contributions[column]
      let cell = table.column(named: names[column]).map { CellText.text($0, row: parts.row) } ?? ""
      return BarPlot.Bar(
        "\(Markup.shortened(names[column], to: 40)) = \(cell.isEmpty ? "missing" : Markup.shortened(cell, to: 30))",
        part.value,
        interval: part.value - 2 * part.standardError...part.value + 2 * part.standardError)
    }
    let rest = order.dropFirst(top).reduce(0) { $0 + parts.contributions[$1].value }
    if order.count > top { bars.append(BarPlot.Bar("\(order.count - top) more columns", rest)) }
    return BarPlot(
      title: "From \(PageText.number(parts.baseline)) to \(PageText.number(parts.value))",
      summary: "What each column adds to the mean of \(PageText.number(parts.baseline)).",
      quantity: Quantity("adds to \(Markup.shortened(explanation.unit, to: 40))"), bars: bars)
  }

  private func training(_ carrying: CarryingRows) -> DataTable {
    var table = DataTable(
      "The rows of the fitted table that add most: \(PageText.percent(carrying.share)) of all that is added",
      columns: [.number("row"), .number("adds"), .text(target)])
    for term in carrying.terms {
      let value = model.trainingRows?.targets[term.trainingRow]
      table.add([
        NumberText.count(explanation.trainingNumber(term.trainingRow)), PageText.number(term.value),
        value.map { classNames.isEmpty ? PageText.number($0, digits: 4) : classNames[Int($0)] }
          ?? "",
      ])
    }
    return table
  }

  private var labels: Section? {
    guard let doubts = explanation.labels else { return nil }
    var table = DataTable(
      "Labels, the most contradicted first",
      columns: [.number("row"), .text("given"), .text("expected"), .text("suspect")])
    for row in doubts.rows.prefix(max(top, doubts.suspectCount)) {
      let given = row.givenClass.map { "\(classNames[$0]) (\(PageText.percent(row.given)))" }
      let expected = row.expectedClass.map {
        "\(classNames[$0]) (\(PageText.percent(row.expected)))"
      }
      table.add([
        NumberText.count(row.row + 1), given ?? PageText.number(row.given, digits: 4),
        expected ?? PageText.number(row.expected, digits: 4), row.isSuspect ? "yes" : "",
      ])
    }
    return Section(
      "Labels that other rows contradict", id: "labels",
      [
        .paragraph(
          "\(strong: NumberText.quantity(doubts.suspectCount, "row")) \(doubts.suspectCount == 1 ? "is" : "are") suspect: the other rows say clearly something else. \(doubts.isTrainingTable ? "Each row was judged by the fit without it." : "Each row was judged by the model as it is.")"
        ),
        .table(table),
      ])
  }
}
