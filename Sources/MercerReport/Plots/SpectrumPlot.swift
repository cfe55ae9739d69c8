/// Eigenvalues of a kernel matrix by rank, both axes logarithmic.
public enum SpectrumPlot {
  /// A plot of n eigenvalues, of which at most 300 are drawn, evenly spread on the axis.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - eigenvalues: descending; those that are not positive are left out, and the note counts them.
  ///   - ridge: λ: directions whose eigenvalue is far below it are hardly learned; nil for no line.
  public static func plot(
    title: String, summary: String, eigenvalues: [Double], ridge: Double? = nil
  ) -> CurvePlot {
    let positive = eigenvalues.prefix { $0 > 0 && $0.isFinite }
    let places = Thinning.logarithmicSpread(positive.count, most: 300)
    var plot = CurvePlot(
      title: title, summary: summary, x: Quantity("rank", scale: .logarithmic),
      y: Quantity("eigenvalue", scale: .logarithmic),
      curves: [Curve("", x: places.map { Double($0 + 1) }, y: places.map { positive[$0] })],
      references: ridge.map { [ReferenceLine(.y, at: $0, "ridge")] } ?? [])
    var notes: [String] = []
    if places.count < positive.count {
      notes.append(
        "\(NumberText.count(places.count)) of \(NumberText.count(positive.count)) eigenvalues drawn."
      )
    }
    let hidden = eigenvalues.count - positive.count
    if hidden > 0 { notes.append("\(NumberText.count(hidden)) without a positive value left out.") }
    plot.note = notes.isEmpty ? nil : notes.joined(separator: " ")
    return plot
  }
}
