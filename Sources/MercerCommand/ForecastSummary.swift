import Mercer
import MercerReport

/// What `forecast` prints.
struct ForecastSummary {
  let source: String
  let forecast: TableForecast
  let seconds: Double

  var text: String {
    var facts = TextTable([.left, .left])
    let dropped =
      forecast.droppedRows > 0
      ? " (\(NumberText.count(forecast.droppedRows)) more without a target left out)" : ""
    facts.add(["table", "\(source): \(NumberText.quantity(forecast.rows, "row"))\(dropped)"])
    facts.add(["measured", "\(forecast.runs) fits of parts, each on the rows it has not seen"])
    facts.add([
      "spectrum",
      "\(NumberText.significant(forecast.spectrum.learnedModes, digits: 3)) modes learned, "
        + "\(NumberText.percent(forecast.spectrum.noiseShare)) of the target's variance is noise to "
        + "the kernel",
    ])
    facts.add(["time", NumberText.seconds(seconds)])
    let curves = forecast.curves.map { curve in
      "\n\(table(of: curve).rendered())\n  \(ForecastWords(curve, rows: forecast.rows).text)\n"
    }
    return "\n" + facts.rendered() + curves.joined()
  }

  private func table(of curve: TableForecast.Curve) -> TextTable {
    var table = TextTable(
      [.right, .right, .right, .right, .right],
      headings: [
        "rows", Self.name(of: curve.measured.measure), "eigenlearning", "forecast", "90 % interval",
      ])
    for point in curve.forecasts {
      let measured = curve.measured.points.first { $0.rows == point.rows }
      let isNow = point.rows == forecast.rows
      table.add([
        NumberText.count(point.rows) + (isNow ? " (all)" : ""),
        measured.map { "\(number($0.error, curve)) ± \(number($0.standardError, curve))" } ?? "",
        number(point.eigenlearning, curve), number(point.expected.error, curve),
        "\(number(point.expected.lower, curve)) to \(number(point.expected.upper, curve))",
      ])
    }
    return table
  }

  private func number(_ value: Double, _ curve: TableForecast.Curve) -> String {
    curve.measured.measure == .error
      ? NumberText.percent(value) : NumberText.significant(value)
  }

  static func name(of measure: LearningCurve.Measure) -> String {
    switch measure {
    case .rmse: "rmse"
    case .error: "error"
    case .logLoss: "log loss"
    }
  }
}

/// What a curve comes to, in a sentence or two.
struct ForecastWords {
  private let curve: TableForecast.Curve
  private let rows: Int

  init(_ curve: TableForecast.Curve, rows: Int) {
    self.curve = curve
    self.rows = rows
  }

  var text: String { "\(doubling) \(tenth)" }

  private var name: String { "the \(ForecastSummary.name(of: curve.measured.measure))" }

  private var doubling: String {
    let fall = { (ratio: Double) in max(0, Int((100 * (1 - ratio)).rounded())) }
    let twice = curve.doubling
    let (least, most) = (fall(twice.upper), fall(twice.lower))
    let range = least == most ? "" : " (\(least) to \(most) %)"
    let rowsText = NumberText.count(2 * rows)
    return fall(twice.error) == 0
      ? "Twice the rows (\(rowsText)) would hardly change \(name)\(least == most ? "" : " (0 to \(most) % lower)")."
      : "Twice the rows (\(rowsText)) would lower \(name) by about \(fall(twice.error)) %\(range)."
  }

  private var tenth: String {
    guard let growth = curve.tenthLess else {
      return
        "A tenth less is out of reach by rows alone: what is left is mostly noise to these columns."
    }
    let needed = NumberText.significant(Double(rows) * growth.factor, digits: 2)
    let least = growth.least.map(multiple) ?? "1"
    let most = growth.most.map { "to \(multiple($0))" } ?? "or more, if at all"
    return
      "A tenth less takes about \(needed) rows, \(multiple(growth.factor)) times as many (\(least) \(most))."
  }

  private func multiple(_ factor: Double) -> String {
    NumberText.significant(factor, digits: factor < 10 ? 2 : factor < 100 ? 2 : 3)
  }
}
