import Mercer
import MercerReport

extension FitReport {
  /// What more rows would buy.
  var moreRowsSection: Section {
    guard let forecast, !forecast.curves.isEmpty else {
      return Section(
        "What more rows would buy", id: "more-rows",
        [
          .paragraph(
            "No learning curve was measured in this fit. To measure one and see where it leads:"),
          .code(
            "mercer forecast \(ModelOrigin.quotedForShell(table.source)) --target \(ModelOrigin.quotedForShell(target))",
            label: "Forecast"),
        ])
    }
    return Section(
      "What more rows would buy", id: "more-rows",
      forecast.curves.flatMap { curve -> [Block] in
        [
          .paragraph(InlineText(ForecastWords(curve, rows: forecast.rows).text)),
          .figure(ForecastFigure(curve, rows: forecast.rows).figure),
        ]
      } + [
        .paragraph(
          "Measured by \(NumberText.quantity(forecast.runs, "fit")) to parts of the table, each judged by the rows that it had not seen. Where the curve is level, better columns help more than more rows."
        )
      ])
  }
}
