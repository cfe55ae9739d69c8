/// A picture of numbers: a value that can be drawn at any width.
///
/// A plot says in words what it shows, for who cannot see it. It holds its data thinned, so that its
/// drawing is small however many rows there are, and says so in its note.
public protocol Plot: Sendable {
  /// What is shown, as a heading.
  var title: String { get }
  /// What can be read off it, in one or two sentences.
  var summary: String { get }
  /// What takes the place of the picture for who cannot see it; the summary, or more.
  var alternative: String { get }
  /// What is left out, binned or thinned; shown below the plot.
  var note: String? { get }
  /// How high it is at a width, both in units of the drawing.
  func height(forWidth width: Double) -> Double
  /// Draws it within a rectangle.
  func draw(in canvas: inout SVGCanvas, bounds: PlotRect)
}

extension Plot {
  /// The summary.
  public var alternative: String { summary }

  /// Nothing is left out.
  public var note: String? { nil }

  /// Three quarters of the width while narrow; at most 360.
  public func height(forWidth width: Double) -> Double { min(width * 0.75, 360) }

  /// An `svg` element for a page, whose style sheet colours it.
  ///
  /// - Parameters:
  ///   - width: units across; text is 11 high. 360 is for phones and for two plots side by side, 720
  ///     for one across the page.
  ///   - id: begins the identifiers within; of letters, digits and hyphens, of its own in the page.
  public func svgElement(width: Double, id: String) -> String {
    let height = height(forWidth: width)
    var canvas = SVGCanvas(hover: .byScript)
    draw(in: &canvas, bounds: PlotRect(x: 0, y: 0, width: width, height: height))
    return "<svg class=\"plot\" id=\"\(id)\" viewBox=\"0 0 \(short(width)) \(short(height))\""
      + " role=\"img\" aria-labelledby=\"\(id)-t \(id)-d\">\n" + description(id: id)
      + canvas.markup + "</svg>\n"
  }

  /// A whole SVG file with its title on it, which follows the theme of its viewer.
  public func svgFile(width: Double = 640) -> String {
    let margin = 16.0
    let inner = width - 2 * margin
    let titleSize = 13.0
    let lines = TextMetrics.wrapped(title, to: inner, lines: 2, size: titleSize * 1.06)
    let notes =
      note.map { TextMetrics.wrapped($0, to: inner, lines: 3, size: SVGCanvas.textSize) } ?? []
    let top = margin + Double(lines.count) * 18 + 6
    let height = height(forWidth: inner)
    let total = top + height + (notes.isEmpty ? 0 : 8) + Double(notes.count) * 15 + margin
    var canvas = SVGCanvas(hover: .byViewer)
    for (index, line) in lines.enumerated() {
      canvas.text(line, at: PlotPoint(margin, margin + 11 + Double(index) * 18), role: .title)
    }
    draw(in: &canvas, bounds: PlotRect(x: margin, y: top, width: inner, height: height))
    for (index, line) in notes.enumerated() {
      canvas.text(
        line, at: PlotPoint(margin, top + height + 18 + Double(index) * 15), role: .label)
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" class="plot" width="\(short(width))" height="\(short(total))" \
      viewBox="0 0 \(short(width)) \(short(total))" role="img" aria-labelledby="plot-t plot-d">
      \(description(id: "plot"))<style>
      \(PlotStyle.forFile)</style>
      <rect class="bg" width="100%" height="100%"/>
      \(canvas.markup)</svg>

      """
  }

  private func description(id: String) -> String {
    let words = [alternative, note].compactMap { $0 }.joined(separator: " ")
    return "<title id=\"\(id)-t\">\(Markup.text(Markup.shortened(title, to: 300)))</title>"
      + "<desc id=\"\(id)-d\">\(Markup.text(Markup.shortened(words, to: 2000)))</desc>\n"
  }
}
