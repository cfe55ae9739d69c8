/// Named values as horizontal bars, such as importances with their uncertainty.
public struct BarPlot: Plot {
  /// One bar.
  public struct Bar: Sendable {
    /// What is measured here.
    public var name: String
    /// The length.
    public var value: Double
    /// From where to where the value may be; nil when not known.
    public var interval: ClosedRange<Double>?

    /// A bar.
    public init(_ name: String, _ value: Double, interval: ClosedRange<Double>? = nil) {
      (self.name, self.value, self.interval) = (name, value, interval)
    }
  }

  /// The most bars that are drawn.
  public static let mostBars = 40

  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public let note: String?

  private let quantity: Quantity
  private let bars: [Bar]
  private let references: [ReferenceLine]
  private let scale: Scale
  private static let barHeight = 22.0

  /// Bars from the top in their order; those after the fortieth and those without a finite value are
  /// left out, and the note says so.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - quantity: what the lengths mean.
  ///   - bars: from the top.
  ///   - references: lines at values of the quantity; give them the axis `.x`.
  public init(
    title: String, summary: String, quantity: Quantity, bars: [Bar],
    references: [ReferenceLine] = []
  ) {
    (self.title, self.summary) = (title, summary)
    (self.quantity, self.references) = (quantity, references)
    let shown = bars.filter { Scale.canShow($0.value, quantity.scale) }
    self.bars = Array(shown.prefix(Self.mostBars))
    let left = bars.count - self.bars.count
    note =
      left > 0
      ? "\(NumberText.count(self.bars.count)) of \(NumberText.count(bars.count)) shown." : nil
    scale = quantity.scale(
      covering: self.bars.flatMap {
        [$0.value, $0.interval?.lowerBound ?? $0.value, $0.interval?.upperBound ?? $0.value]
      } + references.values(on: .x), zero: true, room: 0.02)
  }

  /// As high as its bars need.
  public func height(forWidth width: Double) -> Double {
    let legend = Legend(references.legend(x: quantity, y: quantity), width: width)
    return Double(max(bars.count, 1)) * Self.barHeight + 46 + legend.height
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    let names = bars.map { TextMetrics.fitted($0.name, to: bounds.width * 0.38) }
    let values = bars.map { ReadableNumber.text($0.value, digits: 3) }
    let nameWidth = names.map { TextMetrics.width($0) }.max() ?? 0
    let valueWidth = values.map { TextMetrics.width($0) }.max() ?? 0
    let legend = references.legend(x: quantity, y: quantity)
    // The frame keeps room for the tick labels of its other axis, of which there is none.
    let frame = PlotFrame(
      in: bounds.inset(left: nameWidth, right: valueWidth), x: quantity, scale,
      y: Quantity(""), Scale(.linear, 0...1), legend: legend, gridOfX: true, showsY: false)
    frame.draw(in: &canvas)
    let area = frame.area
    let zero = frame.clampedX(quantity.scale == .linear ? 0 : scale.domain.lowerBound) ?? area.x
    let step = area.height / Double(max(bars.count, 1))
    for (index, bar) in bars.enumerated() {
      let middle = area.y + (Double(index) + 0.5) * step
      canvas.text(
        names[index], at: PlotPoint(area.x - 6, middle + 4), anchor: .end, role: .label,
        full: bar.name)
      guard let end = frame.clampedX(bar.value) else { continue }
      var tip = "\(Markup.shortened(bar.name, to: 120)): \(quantity.text(bar.value))"
      if let interval = bar.interval {
        tip += " (\(quantity.text(interval.lowerBound)) to \(quantity.text(interval.upperBound)))"
      }
      canvas.rectangle(
        PlotRect(
          x: min(zero, end), y: middle - step * 0.32, width: max(abs(end - zero), 0.75),
          height: step * 0.64), .series(0), tip: tip)
      if let interval = bar.interval, let low = frame.clampedX(interval.lowerBound),
        let high = frame.clampedX(interval.upperBound)
      {
        canvas.line(from: PlotPoint(low, middle), to: PlotPoint(high, middle), .ink, width: 1.25)
        for side in [low, high] {
          canvas.line(
            from: PlotPoint(side, middle - 3), to: PlotPoint(side, middle + 3), .ink, width: 1.25)
        }
      }
      canvas.text(
        values[index], at: PlotPoint(bounds.maxX, middle + 4), anchor: .end, role: .tick)
    }
    references.draw(in: &canvas, frame: frame)
    if bars.contains(where: { $0.value < 0 }) {
      canvas.line(from: PlotPoint(zero, area.y), to: PlotPoint(zero, area.maxY), .line)
    }
  }
}
