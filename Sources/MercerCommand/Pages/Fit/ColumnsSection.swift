import Mercer
import MercerReport

extension FitReport {
  /// Which columns matter, and how predictions change with them.
  var columnsSection: Section {
    guard insight.weighsColumns else {
      return Section(
        "What the model looks at", id: "columns",
        [.paragraph(InlineText(Explanation.withoutColumns))])
    }
    let whose =
      insight.isHeldOut
      ? "Measured on rows of the held-out table: what a column is worth for new rows."
      : "Measured on rows that the model was fitted to: what it makes use of. What a column is worth for new rows, a held-out table would tell (--test)."
    var blocks: [Block] = [.paragraph(InlineText(whose))]
    if let importance = insight.importance {
      blocks.append(.figure(ImportanceFigure(importance).figure))
    }
    let effects = EffectFigures(
      insight.dependences, table: table, target: target, classNames: classNames)
    if !effects.figures.isEmpty {
      blocks.append(.heading("How predictions change with the strongest columns"))
      blocks.append(
        .paragraph(
          "Each curve is the mean prediction when the column is set to a value in every row and the others stay as they are. The band is how much the curves of single rows differ in shape: where it is wide, the effect depends on other columns. \(EffectFigures.rugWords)"
        ))
      blocks += effects.figures.map { .figure($0) }
    }
    if let (pair, map) = insight.interaction {
      blocks.append(.heading("The strongest interaction"))
      blocks.append(.paragraph(words(of: pair)))
      blocks.append(
        .figure(
          InteractionFigure(map, target: target, classNames: classNames).figure))
    }
    return Section("What the model looks at", id: "columns", blocks)
  }

  private func words(of pair: ColumnInteractions.Pair) -> InlineText {
    let names: InlineText =
      "\(PageText.name(pair.columns[0])) and \(PageText.name(pair.columns[1]))"
    if pair.isClear {
      return
        "\(names) do together what neither does alone: \(strong: PageText.percent(pair.excess.value)) of the variance of predictions, more than chance would show."
    }
    return pair.additiveStrength > 0
      ? "No pair does more together than an additive target with as much noise would show; \(names) come nearest."
      : "Of the strongest columns \(names) add up least. Whether that is more than chance, mercer explain can tell."
  }
}

/// Importances as bars.
struct ImportanceFigure {
  let figure: Figure

  /// How many bars there are.
  private static let barCount = 20

  init(_ importance: FeatureImportance) {
    let shuffled = importance.columns.filter { $0.permutation != nil }
    let plot = BarPlot(
      title: "What shuffling a column does",
      summary: Self.words(importance), quantity: Quantity(importance.measure.rawValue),
      bars: shuffled.prefix(Self.barCount).compactMap { column in
        column.permutation.map {
          BarPlot.Bar(
            column.name, $0.value,
            interval: $0.value - 2 * $0.standardError...$0.value + 2 * $0.standardError)
        }
      })
    var table = DataTable(
      "Importance of columns",
      columns: [
        .text("column"), .number(importance.measure.rawValue), .number("share of gradient"),
      ])
    for column in importance.columns {
      table.add([
        column.name, column.permutation.map(PageText.estimate) ?? "not shuffled",
        PageText.percent(column.gradientShare),
      ])
    }
    var caption = Self.words(importance)
    if shuffled.count > Self.barCount { caption += " The \(Self.barCount) largest are shown." }
    if shuffled.count < importance.columns.count {
      caption +=
        " Of \(NumberText.count(importance.columns.count)) columns the \(shuffled.count) that predictions change fastest with were shuffled."
    }
    figure = Figure(plot, width: .full, caption: InlineText(caption), table: table)
  }

  private static func words(_ importance: FeatureImportance) -> String {
    let what =
      switch importance.measure {
      case .rootMeanSquareError, .logLoss:
        "By how much the error rises when the values of a column are dealt out to other rows"
      case .predictionChange:
        "How far predictions move when the values of a column are dealt out to other rows"
      case .probabilityChange:
        "How much probability moves to other classes when the values of a column are dealt out to other rows"
      }
    let now = importance.error.map { " (now \(PageText.number($0)))" } ?? ""
    return "\(what)\(now), with two standard errors to either side."
  }
}

/// Partial dependences as curves and levels.
struct EffectFigures {
  let figures: [Figure]

  static let rugWords =
    "The ticks at the bottom are where rows are; where there are none, the curve is a guess."

  init(_ dependences: [PartialDependence], table: Table, target: String, classNames: [String]) {
    let found = dependences.filter { $0.columns.count == 1 && $0.grids[0].count > 0 }
    let shown = EffectPlot.sharingRange(
      found.map { Self.plot($0, table: table, target: target, classNames: classNames) })
    figures = shown.map { Figure($0) }
  }

  private static func plot(
    _ dependence: PartialDependence, table: Table, target: String, classNames: [String]
  ) -> EffectPlot {
    let name = dependence.columns[0]
    let output = dependence.widestOutput
    let response = Quantity(Self.response(output, target: target, classNames: classNames))
    let means = dependence.means.column(output)
    let bands = dependence.deviations.column(output)
    // Probabilities stay where there are any.
    let bounds = classNames.isEmpty ? -Double.infinity...Double.infinity : 0...1
    let low = zip(means, bands).map { max($0 - $1, bounds.lowerBound) }
    let high = zip(means, bands).map { min($0 + $1, bounds.upperBound) }
    let title = Markup.shortened(name, to: 60)
    let summary =
      "The mean prediction moves by \(PageText.number((means.max() ?? 0) - (means.min() ?? 0))) over the values of this column."
    let column = table.column(named: name)
    switch dependence.grids[0] {
    case .numbers(let values, let isDate):
      let place = { isDate ? CellText.year($0) : $0 }
      var rug: [Double] = []
      if case .numbers(let all)? = column?.values { rug = quantiles(of: all).map(place) }
      return EffectPlot(
        title: title, summary: summary,
        feature: Quantity(title, unit: isDate ? "year" : nil), response: response,
        curve: Curve("", x: values.map(place), y: means, lower: low, upper: high), rug: rug)
    case .levels(let names):
      var counts: [String: Int] = [:]
      if case .levels(let codes, let all)? = column?.values {
        for code in codes where code >= 0 { counts[all[Int(code)], default: 0] += 1 }
      }
      return EffectPlot(
        title: title, summary: summary, feature: Quantity(title), response: response,
        levels: names.indices.map {
          EffectPlot.Level(
            names[$0], means[$0], interval: low[$0]...high[$0], count: counts[names[$0]] ?? 0)
        })
    }
  }

  /// What is predicted.
  static func response(_ output: Int, target: String, classNames: [String]) -> String {
    classNames.isEmpty
      ? "predicted \(Markup.shortened(target, to: 30))"
      : "probability of \(Markup.shortened(classNames[output], to: 30))"
  }

  /// A hundred values between the first percentile and the last, as many rows between each two.
  private static func quantiles(of values: [Double]) -> [Double] {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard sorted.count > 100 else { return sorted }
    return (0..<100).map { sorted[Int((0.01 + 0.98 * Double($0) / 99) * Double(sorted.count - 1))] }
  }
}

/// The partial dependence on two columns as a map.
struct InteractionFigure {
  let figure: Figure

  init(_ map: PartialDependence, target: String, classNames: [String]) {
    let output = map.widestOutput
    let names = map.columns.map { Markup.shortened($0, to: 40) }
    let response = EffectFigures.response(output, target: target, classNames: classNames)
    let (rows, columns) = (map.grids[0].count, map.grids[1].count)
    let means = map.means.column(output)
    // The largest number on top, as on an axis; levels in their order.
    var order = Array(0..<rows)
    if case .numbers = map.grids[0] { order.reverse() }
    let labels = Self.labels(map.grids[0])
    let plot = HeatMapPlot(
      title: "\(response) by \(names[0]) and \(names[1])",
      summary:
        "Mean predictions when both columns are set to values in every row. Where they simply added up, all rows of the map would have the same pattern.",
      rows: Self.side(names[0], order.map { labels[$0] }, map.grids[0]),
      columns: Self.side(names[1], Self.labels(map.grids[1]), map.grids[1]),
      values: order.map { Array(means[$0 * columns..<($0 + 1) * columns]) },
      quantity: Quantity(
        response, range: (means.min() ?? 0)...max(means.max() ?? 1, means.min() ?? 0)))
    figure = Figure(plot, width: .full)
  }

  private static func side(
    _ name: String, _ labels: [String], _ grid: PartialDependence.Grid
  ) -> HeatMapPlot.Side {
    if case .numbers = grid { return .init(name, labels: labels, isOrdered: true) }
    return .init(name, labels: labels)
  }

  private static func labels(_ grid: PartialDependence.Grid) -> [String] {
    switch grid {
    case .numbers(let values, let isDate):
      values.map { isDate ? CellText.date($0).prefix(10).description : PageText.number($0) }
    case .levels(let names): names.map { Markup.shortened($0, to: 40) }
    }
  }
}
