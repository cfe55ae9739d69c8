import Mercer
import MercerReport

/// A learning curve: what was measured, and where it leads.
struct ForecastFigure {
  let figure: Figure

  init(_ curve: TableForecast.Curve, rows: Int) {
    let points = curve.measured.points
    let isShare = curve.measured.measure == .error
    let factor = isShare ? 100.0 : 1
    let name = ForecastSummary.name(of: curve.measured.measure)
    // Only what is beyond the measurements is a forecast.
    let last = points.last?.rows ?? 0
    let ahead = curve.forecasts.filter { $0.rows >= last }
    let measured = Curve(
      "measured", x: points.map { Double($0.rows) }, y: points.map { factor * $0.error },
      lower: points.map { factor * max($0.error - 1.645 * $0.standardError, 0) },
      upper: points.map { factor * ($0.error + 1.645 * $0.standardError) }, style: .points)
    let forecast = Curve(
      "forecast, 90 % band", x: ahead.map { Double($0.rows) },
      y: ahead.map { factor * $0.expected.error },
      lower: ahead.map { factor * $0.expected.lower },
      upper: ahead.map { factor * $0.expected.upper }, style: .dashed)
    let plot = CurvePlot(
      title: "Learning curve: \(name)",
      summary: ForecastWords(curve, rows: rows).text,
      x: Quantity("rows learned from", scale: .logarithmic),
      y: Quantity(name, unit: isShare ? "%" : nil), curves: [measured, forecast],
      references: [ReferenceLine(.x, at: Double(rows), "rows now")])
    figure = Figure(plot, width: .full, table: Self.table(curve, name: name))
  }

  private static func table(_ curve: TableForecast.Curve, name: String) -> DataTable {
    let number = { (value: Double) in
      curve.measured.measure == .error ? PageText.percent(value) : PageText.number(value, digits: 4)
    }
    var table = DataTable(
      "Learning curve",
      columns: [
        .number("rows"), .number("measured \(name)"), .number("expected"), .number("90 % interval"),
      ])
    for point in curve.forecasts {
      let measured = curve.measured.points.first { $0.rows == point.rows }
      table.add([
        NumberText.count(point.rows),
        measured.map { "\(number($0.error)) ± \(number($0.standardError))" } ?? "",
        number(point.expected.error),
        "\(number(point.expected.lower)) to \(number(point.expected.upper))",
      ])
    }
    return table
  }
}
