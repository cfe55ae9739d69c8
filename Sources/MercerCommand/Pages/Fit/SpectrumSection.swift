import Mercer
import MercerReport

extension FitReport {
  /// The eigenvalues of the kernel matrix beside the ridge.
  var spectrumSection: Section {
    guard let spectrum = insight.spectrum else {
      return Section(
        "How complex a function it learns", id: "spectrum",
        [
          .paragraph(
            "The spectrum could not be computed (see \(link: "warnings", to: "warnings")).")
        ])
    }
    let learned = spectrum.learnedDirections
    let isAll = learned == spectrum.eigenvalues.count
    let sampled =
      spectrum.sampleRows < spectrum.rows
      ? " Estimated from \(NumberText.quantity(spectrum.sampleRows, "row")) of \(NumberText.count(spectrum.rows)); the last ones are too small."
      : ""
    let plot = SpectrumPlot.plot(
      title: "Spectrum of the heaviest kernel",
      summary: "Eigenvalues of the kernel matrix by rank, with the ridge as a line.\(sampled)",
      eigenvalues: spectrum.eigenvalues, ridge: spectrum.ridge)
    return Section(
      "How complex a function it learns", id: "spectrum",
      [
        .paragraph(
          "The kernel splits what can be learned into directions, the smoothest first. Those whose eigenvalue is above the ridge are learned from the data, those below it are held back as noise. Here \(strong: isAll ? "all \(NumberText.count(learned))" : NumberText.count(learned)) of the first \(spectrum.eigenvalues.count) are above it\(isAll && spectrum.sampleRows == spectrum.rows ? ": the data are followed closely" : "").\(forecastWords)"
        ),
        .figure(Figure(plot, width: .full)),
      ])
  }

  private var forecastWords: String {
    guard let spectrum = forecast?.spectrum else { return "" }
    return
      " From \(NumberText.count(forecast?.rows ?? 0)) rows about \(PageText.number(spectrum.learnedModes)) directions are learned, and \(PageText.percent(spectrum.noiseShare)) of the target's variance is noise to this kernel."
  }
}
