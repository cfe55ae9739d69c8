import Mercer
import MercerReport

/// The page of `forecast`.
struct ForecastPage {
  let source: String
  let target: String
  let forecast: TableForecast
  let seconds: Double
  let origin: PageOrigin

  var page: Page {
    Page(
      title: "\(Markup.shortened(target, to: 80)): would more rows help?",
      subtitle: "\(source), \(NumberText.quantity(forecast.rows, "row"))",
      sections: [answer] + [curves, spectrum, origin.section], footer: origin.footer)
  }

  private var answer: Section {
    var blocks: [Block] = forecast.curves.map {
      .lead(InlineText(ForecastWords($0, rows: forecast.rows).text))
    }
    if forecast.droppedRows > 0 {
      blocks.append(
        .notice(
          .information,
          "\(NumberText.quantity(forecast.droppedRows, "row")) without a target \(forecast.droppedRows == 1 ? "was" : "were") left out."
        ))
    }
    return Section("The answer", id: "answer", blocks)
  }

  private var curves: Section {
    Section(
      "The learning curve", id: "curve",
      [
        .paragraph(
          "The learner was fitted \(NumberText.quantity(forecast.runs, "time")) to parts of the table, and each fit was measured on the rows that it had not seen. The forecast goes on from there; its band holds the truth nine times in ten, if new rows are like those of the table."
        )
      ] + forecast.curves.map { .figure(ForecastFigure($0, rows: forecast.rows).figure) })
  }

  private var spectrum: Section {
    let spectrum = forecast.spectrum
    return Section(
      "What can be learned at all", id: "spectrum",
      [
        .facts([
          Block.Fact(
            "Learned directions", PageText.number(spectrum.learnedModes),
            detail: "of the function, from \(NumberText.count(forecast.rows)) rows"),
          Block.Fact(
            "Not learned yet", PageText.percent(spectrum.unlearnedShare),
            detail: "of the target's variance, noise included"),
          Block.Fact(
            "Noise", PageText.percent(spectrum.noiseShare),
            detail: "of the variance that no number of rows explains to this kernel"),
        ]),
        .paragraph(
          "Read from the eigenvalues of the kernel matrix of \(NumberText.quantity(spectrum.rows, "row")); the kernel: \(code: readable(kernel: forecast.kernel, atMost: 300)). The forecasts took \(NumberText.seconds(seconds))."
        ),
      ])
  }
}
