/// Two axes around the rectangle that marks are drawn in.
///
/// From the top: the legend, the name of the vertical axis, the rectangle, tick labels, the name of
/// the horizontal axis. All of it is within the bounds, and no two labels of an axis touch.
struct PlotFrame {
  /// Where marks go.
  let area: PlotRect
  let x: Scale
  let y: Scale

  private let bounds: PlotRect
  private let names: (x: Quantity, y: Quantity)
  private let legend: Legend
  private let yTicks: [Tick]
  private let showsGridOfX: Bool

  /// - Parameters:
  ///   - isSquare: whether a unit of one axis is as long as one of the other, if both axes have the
  ///     same domain; the rectangle is then made square.
  ///   - showsY: whether the vertical axis is drawn; names in its place are the plot's own.
  init(
    in bounds: PlotRect, x xName: Quantity, _ xScale: Scale, y yName: Quantity, _ yScale: Scale,
    legend entries: [Legend.Entry] = [], gridOfX: Bool = false, isSquare: Bool = false,
    showsY: Bool = true
  ) {
    self.bounds = bounds
    names = (xName, yName)
    (x, y) = (xScale, yScale)
    showsGridOfX = gridOfX
    legend = Legend(entries, width: bounds.width)
    let top = legend.height + (yName.label.isEmpty ? 8 : 22)
    let bottom = xName.label.isEmpty ? 20.0 : 36.0
    let height = bounds.height - top - bottom
    let ticks = showsY ? yScale.ticks(atMost: max(Int(height / 30), 2)) : []
    yTicks = ticks
    let left = (ticks.map { TextMetrics.width($0.label) }.max() ?? 0) + 8
    var area = bounds.inset(left: left, top: top, right: 10, bottom: bottom)
    if isSquare {
      let side = min(area.width, area.height)
      area = PlotRect(x: area.x, y: area.y, width: side, height: side)
    }
    self.area = area
  }

  /// The place of a pair of values; nil when an axis does not show it.
  func place(_ xValue: Double, _ yValue: Double) -> PlotPoint? {
    guard let point = unclippedPlace(xValue, yValue) else { return nil }
    let isInside =
      point.x >= area.x - 0.01 && point.x <= area.maxX + 0.01 && point.y >= area.y - 0.01
      && point.y <= area.maxY + 0.01
    return isInside ? point : nil
  }

  /// The place of a pair of values, be it outside; nil when an axis has none for it.
  func unclippedPlace(_ xValue: Double, _ yValue: Double) -> PlotPoint? {
    guard let across = x.fraction(of: xValue), let up = y.fraction(of: yValue) else { return nil }
    return PlotPoint(area.x + across * area.width, area.maxY - up * area.height)
  }

  /// Where a value is from the left, or from the top; held within the rectangle.
  func clampedX(_ value: Double) -> Double? {
    x.fraction(of: value).map { area.x + min(max($0, 0), 1) * area.width }
  }

  /// See `clampedX`.
  func clampedY(_ value: Double) -> Double? {
    y.fraction(of: value).map { area.maxY - min(max($0, 0), 1) * area.height }
  }

  /// Draws grid, axes, labels and legend; marks come after it.
  func draw(in canvas: inout SVGCanvas) {
    legend.draw(in: &canvas, at: PlotPoint(bounds.x, bounds.y))
    if !names.y.label.isEmpty {
      let name = TextMetrics.fitted(names.y.label, to: bounds.width)
      canvas.text(
        name, at: PlotPoint(bounds.x, bounds.y + legend.height + 10), role: .label,
        full: names.y.label)
    }
    for tick in yTicks {
      guard let height = clampedY(tick.value) else { continue }
      canvas.line(from: PlotPoint(area.x, height), to: PlotPoint(area.maxX, height), .rule)
      canvas.text(tick.label, at: PlotPoint(area.x - 6, height + 4), anchor: .end)
    }
    let labels = TickLabels(
      x, from: area.x, to: area.maxX, within: bounds.x...bounds.maxX)
    for label in labels.places {
      if showsGridOfX {
        canvas.line(from: PlotPoint(label.at, area.y), to: PlotPoint(label.at, area.maxY), .rule)
      }
      canvas.line(
        from: PlotPoint(label.at, area.maxY), to: PlotPoint(label.at, area.maxY + 4), .line)
      canvas.text(label.text, at: PlotPoint(label.centre, area.maxY + 16), anchor: .middle)
    }
    canvas.line(from: PlotPoint(area.x, area.maxY), to: PlotPoint(area.maxX, area.maxY), .line)
    if !names.x.label.isEmpty {
      let name = TextMetrics.fitted(names.x.label, to: bounds.width)
      let half = TextMetrics.width(name) / 2
      let centre = min(
        max(area.x + area.width / 2, bounds.x + half), max(bounds.maxX - half, bounds.x + half))
      canvas.text(
        name, at: PlotPoint(centre, area.maxY + 32), anchor: .middle, role: .label,
        full: names.x.label)
    }
  }
}
