/// What the strengths of an ink mean: a strip from one end of a scale to the other, with both values.
struct ColourBar {
  static let height = 18.0
  private let ends: (low: String, high: String)
  private let ink: @Sendable (Double) -> Ink
  private let name: String

  /// - Parameters:
  ///   - name: what is measured.
  ///   - low: the text at the weak (or negative) end.
  ///   - ink: the ink at a share of the strip.
  init(_ name: String, from low: String, to high: String, ink: @escaping @Sendable (Double) -> Ink)
  {
    self.name = name
    ends = (low, high)
    self.ink = ink
  }

  func draw(in canvas: inout SVGCanvas, at corner: PlotPoint, width: Double) {
    let baseline = corner.y + 10
    let strip = min(width * 0.25, 120)
    let fixed =
      strip + TextMetrics.width(ends.low) + TextMetrics.width(ends.high) + 10
    let shown = TextMetrics.fitted(name, to: max(width - fixed - 12, 20))
    canvas.text(shown, at: PlotPoint(corner.x, baseline), role: .label, full: name)
    var x = corner.x + min(TextMetrics.width(shown) + 12, max(width - fixed, 0))
    canvas.text(ends.low, at: PlotPoint(x, baseline))
    x += TextMetrics.width(ends.low) + 5
    let steps = 24
    let step = strip / Double(steps)
    for index in 0..<steps {
      canvas.rectangle(
        PlotRect(x: x + Double(index) * step, y: corner.y + 1, width: step, height: 10),
        ink((Double(index) + 0.5) / Double(steps)))
    }
    canvas.text(ends.high, at: PlotPoint(x + strip + 5, baseline))
  }
}
