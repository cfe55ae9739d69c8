/// Where a plot paints: SVG elements, in the order they are drawn.
///
/// Colours and fonts are classes, which the style sheet of the page or of the file fills in; so one
/// drawing holds in light and in dark.
public struct SVGCanvas: Sendable {
  /// How the values of marks are shown when the pointer is on them.
  public enum Hover: Sendable {
    /// By the script of the page, from an attribute of the mark.
    case byScript
    /// By the viewer itself, from a title in the mark; needs no script.
    case byViewer
  }

  /// How large the text of ticks and labels is, in units of the drawing.
  public static let textSize = 11.0

  /// What is painted so far.
  public private(set) var markup = ""
  private let hover: Hover

  /// An empty canvas.
  public init(hover: Hover) { self.hover = hover }

  /// A straight line.
  public mutating func line(
    from start: PlotPoint, to end: PlotPoint, _ ink: Ink, width: Double = 1, dashed: Bool = false,
    tip: String? = nil
  ) {
    let shape =
      "<line x1=\"\(short(start.x))\" y1=\"\(short(start.y))\" x2=\"\(short(end.x))\""
      + " y2=\"\(short(end.y))\""
    stroke(shape, ink, width: width, dash: dashed ? "4 3" : nil)
    close("line", tip)
  }

  /// A line through points in order; nothing for fewer than two.
  ///
  /// - Parameters:
  ///   - points: in the order in which they are joined.
  ///   - ink: its colour.
  ///   - width: of the line, in units of the drawing.
  ///   - dash: lengths of dashes and gaps, such as `4 3`; nil for a whole line.
  public mutating func polyline(
    _ points: [PlotPoint], _ ink: Ink, width: Double = 1.75, dash: String? = nil
  ) {
    guard points.count > 1 else { return }
    stroke("<path d=\"\(path(points))\"", ink, width: width, dash: dash)
    close("path", nil)
  }

  /// A filled shape.
  public mutating func polygon(_ points: [PlotPoint], _ ink: Ink, opacity: Double = 1) {
    guard points.count > 2 else { return }
    markup += "<path d=\"\(path(points))Z\""
    fill(ink, opacity: opacity)
    close("path", nil)
  }

  /// A filled rectangle.
  public mutating func rectangle(
    _ rect: PlotRect, _ ink: Ink, opacity: Double = 1, tip: String? = nil
  ) {
    markup +=
      "<rect x=\"\(short(rect.x))\" y=\"\(short(rect.y))\" width=\"\(short(max(rect.width, 0)))\""
      + " height=\"\(short(max(rect.height, 0)))\""
    fill(ink, opacity: opacity)
    close("rect", tip)
  }

  /// A filled disc.
  public mutating func disc(
    at centre: PlotPoint, radius: Double, _ ink: Ink, opacity: Double = 1, tip: String? = nil
  ) {
    markup +=
      "<circle cx=\"\(short(centre.x))\" cy=\"\(short(centre.y))\" r=\"\(short(radius))\""
    fill(ink, opacity: opacity)
    close("circle", tip)
  }

  /// A place that is not painted but whose values are shown when the pointer comes near.
  public mutating func sensor(at centre: PlotPoint, tip: String) {
    markup +=
      "<circle class=\"sn\" cx=\"\(short(centre.x))\" cy=\"\(short(centre.y))\" r=\"4\""
    close("circle", tip)
  }

  private mutating func stroke(_ shape: String, _ ink: Ink, width: Double, dash: String?) {
    markup += shape + " class=\"\(ink.className) l\" stroke-width=\"\(short(width))\""
    if let dash { markup += " stroke-dasharray=\"\(dash)\"" }
    if let opacity = ink.opacity { markup += " stroke-opacity=\"\(short(opacity))\"" }
  }

  private mutating func fill(_ ink: Ink, opacity: Double) {
    markup += " class=\"\(ink.className) f\""
    let opacity = (ink.opacity ?? 1) * opacity
    if opacity < 1 { markup += " fill-opacity=\"\(short(opacity))\"" }
  }

  private mutating func close(_ element: String, _ tip: String?) {
    switch (tip, hover) {
    case (nil, _): markup += "/>\n"
    case (let tip?, .byScript): markup += " data-tip=\"\(Markup.attribute(tip))\"/>\n"
    case (let tip?, .byViewer):
      markup += "><title>\(Markup.text(tip))</title></\(element)>\n"
    }
  }

  private func path(_ points: [PlotPoint]) -> String {
    var result = ""
    for (index, point) in points.enumerated() {
      result += (index == 0 ? "M" : "L") + short(point.x) + " " + short(point.y)
    }
    return result
  }

  /// Adds markup that is made elsewhere in this room.
  mutating func append(_ text: String) { markup += text }
}

/// A coordinate with two digits after the point at most.
func short(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "0" }
  let hundredths = Int((value * 100).rounded())
  if hundredths % 100 == 0 { return String(hundredths / 100) }
  let sign = hundredths < 0 ? "-" : ""
  let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
  return rest % 10 == 0
    ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}
