/// How predictions change with one feature: a curve over a number, or bars over levels.
public struct EffectPlot: Plot {
  /// A level of a categorical feature.
  public struct Level: Sendable {
    /// Its name.
    public var name: String
    /// The mean prediction with it.
    public var value: Double
    /// Where the value may be; nil when not known.
    public var interval: ClosedRange<Double>?
    /// How many rows have it.
    public var count: Int

    /// A level.
    public init(_ name: String, _ value: Double, interval: ClosedRange<Double>? = nil, count: Int) {
      (self.name, self.value, self.interval, self.count) = (name, value, interval, count)
    }
  }

  private enum Content: Sendable {
    case curve(Curve, rug: [Double])
    case levels([Level])
  }

  /// The most levels that are drawn.
  public static let mostLevels = 12

  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public let note: String?

  private let feature: Quantity
  private var response: Quantity
  private let content: Content

  /// The effect of a number.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - feature: what is across.
  ///   - response: what is predicted.
  ///   - curve: mean predictions over values of the feature; its band is drawn.
  ///   - rug: values of the feature in the data, or quantiles of them, drawn as a rug: where there is
  ///     none, the curve is a guess. Of more than 100, evenly spread ones are kept.
  public init(
    title: String, summary: String, feature: Quantity, response: Quantity, curve: Curve,
    rug: [Double] = []
  ) {
    (self.title, self.summary) = (title, summary)
    (self.feature, self.response) = (feature, response)
    let sorted = rug.filter(\.isFinite).sorted()
    content = .curve(
      curve, rug: Thinning.spread(sorted.count, most: 100).map { sorted[$0] })
    note = nil
  }

  /// The effect of levels, in their order; those after the twelfth are left out, and the note says so.
  public init(
    title: String, summary: String, feature: Quantity, response: Quantity, levels: [Level]
  ) {
    (self.title, self.summary) = (title, summary)
    (self.feature, self.response) = (feature, response)
    content = .levels(Array(levels.prefix(Self.mostLevels)))
    note =
      levels.count > Self.mostLevels
      ? "\(Self.mostLevels) of \(NumberText.count(levels.count)) levels shown." : nil
  }

  /// The plots with one range of responses, so that they can be compared side by side.
  public static func sharingRange(_ plots: [EffectPlot]) -> [EffectPlot] {
    guard let kind = plots.first?.response.scale else { return plots }
    let scale = Scale(kind, covering: plots.flatMap(\.responses), room: 0.06)
    return plots.map {
      var plot = $0
      plot.response.range = scale.domain
      return plot
    }
  }

  private var responses: [Double] {
    switch content {
    case .curve(let curve, _): curve.y + (curve.lower ?? []) + (curve.upper ?? [])
    case .levels(let levels):
      levels.flatMap {
        [$0.value, $0.interval?.lowerBound ?? $0.value, $0.interval?.upperBound ?? $0.value]
      }
    }
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    let y = response.scale(covering: responses, room: 0.06)
    switch content {
    case .curve(let curve, let rug): draw(curve, rug, y, in: &canvas, bounds)
    case .levels(let levels): draw(levels, y, in: &canvas, bounds)
    }
  }

  private func draw(
    _ curve: Curve, _ rug: [Double], _ y: Scale, in canvas: inout SVGCanvas, _ bounds: PlotRect
  ) {
    let x = feature.scale(covering: curve.x, room: 0)
    let frame = PlotFrame(in: bounds, x: feature, x, y: response, y, gridOfX: true)
    frame.draw(in: &canvas)
    if let lower = curve.lower, let upper = curve.upper {
      canvas.polygon(frame.band(x: curve.x, lower: lower, upper: upper), .series(0), opacity: 0.2)
    }
    for piece in frame.pieces(x: curve.x, y: curve.y, isStep: curve.style == .steps) {
      canvas.polyline(piece, .series(0), width: 2)
    }
    let bottom = frame.area.maxY
    for value in rug {
      guard let share = x.fraction(of: value), share >= 0, share <= 1,
        let at = frame.clampedX(value)
      else { continue }
      canvas.line(from: PlotPoint(at, bottom - 6), to: PlotPoint(at, bottom), .ink, width: 0.75)
    }
    for index in Thinning.spread(min(curve.x.count, curve.y.count), most: 40) {
      guard let place = frame.place(curve.x[index], curve.y[index]) else { continue }
      let values =
        "\(feature.name) \(feature.text(curve.x[index])), "
        + "\(response.name) \(response.text(curve.y[index]))"
      canvas.sensor(at: place, tip: values)
    }
  }

  private func draw(
    _ levels: [Level], _ y: Scale, in canvas: inout SVGCanvas, _ bounds: PlotRect
  ) {
    // Levels go down the side, where their names have room; the response goes across.
    let names = levels.map { TextMetrics.fitted($0.name, to: bounds.width * 0.4) }
    let nameWidth = names.map { TextMetrics.width($0) }.max() ?? 0
    // A panel that is called after its feature need not say it again.
    let isNamed = feature.label != title
    let frame = PlotFrame(
      in: bounds.inset(left: nameWidth, top: isNamed ? 10 : 0), x: response, y, y: Quantity(""),
      Scale(.linear, 0...1), gridOfX: true, showsY: false)
    frame.draw(in: &canvas)
    let area = frame.area
    if isNamed {
      canvas.text(
        TextMetrics.fitted(feature.label, to: bounds.width), at: PlotPoint(bounds.x, bounds.y + 10),
        role: .label, full: feature.label)
    }
    let step = area.height / Double(max(levels.count, 1))
    for (index, level) in levels.enumerated() {
      let middle = area.y + (Double(index) + 0.5) * step
      canvas.text(
        names[index], at: PlotPoint(area.x - 6, middle + 4), anchor: .end, full: level.name)
      canvas.line(from: PlotPoint(area.x, middle), to: PlotPoint(area.maxX, middle), .rule)
      if let interval = level.interval, let low = frame.clampedX(interval.lowerBound),
        let high = frame.clampedX(interval.upperBound)
      {
        canvas.line(from: PlotPoint(low, middle), to: PlotPoint(high, middle), .series(0), width: 2)
      }
      guard let at = frame.clampedX(level.value) else { continue }
      let rows = NumberText.quantity(level.count, "row")
      canvas.disc(
        at: PlotPoint(at, middle), radius: 4, .series(0),
        tip: "\(Markup.shortened(level.name, to: 80)): \(response.text(level.value)), \(rows)")
    }
  }
}
