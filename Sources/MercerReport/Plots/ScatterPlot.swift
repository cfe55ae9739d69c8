/// Pairs of values as points; as counts in small rectangles when there are more than 2,000.
public struct ScatterPlot: Plot {
  /// The most points that are drawn one by one.
  public static let mostPoints = 2_000

  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public let note: String?

  private let x: Quantity
  private let y: Quantity
  private let scales: (x: Scale, y: Scale)
  private let content: Content
  private let hasDiagonal: Bool
  private let references: [ReferenceLine]

  private enum Content: Sendable {
    case points([(x: Double, y: Double, label: String?)])
    case bins(PointBins)
  }

  /// A plot of n points, in O(n).
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - x: what is across.
  ///   - y: what is up.
  ///   - xs: n values across.
  ///   - ys: n values up; pairs with a value that the axis has no place for are left out, and the note
  ///     counts them.
  ///   - labels: n names shown when hovering, such as `row 12`.
  ///   - isComparison: whether both axes measure the same thing, as for predicted against actual: the
  ///     axes then have the same range, and a diagonal shows where the two are equal.
  ///   - references: lines at values of either axis.
  public init(
    title: String, summary: String, x: Quantity, y: Quantity, xs: [Double], ys: [Double],
    labels: [String]? = nil, isComparison: Bool = false, references: [ReferenceLine] = []
  ) {
    (self.title, self.summary, self.x, self.y) = (title, summary, x, y)
    (hasDiagonal, self.references) = (isComparison, references)
    let count = min(xs.count, ys.count)
    let shown = (0..<count).filter {
      Scale.canShow(xs[$0], x.scale) && Scale.canShow(ys[$0], y.scale)
        && x.range?.contains(xs[$0]) ?? true && y.range?.contains(ys[$0]) ?? true
    }
    let across = shown.map { xs[$0] } + references.values(on: .x)
    let up = shown.map { ys[$0] } + references.values(on: .y)
    scales =
      isComparison
      ? (x.scale(covering: across + up), y.scale(covering: across + up))
      : (x.scale(covering: across), y.scale(covering: up))
    var notes: [String] = []
    if shown.count > Self.mostPoints {
      content = .bins(
        PointBins(x: shown.map { xs[$0] }, y: shown.map { ys[$0] }, scales: scales))
      notes.append("\(NumberText.quantity(shown.count, "point")), counted in small rectangles.")
    } else {
      content = .points(
        shown.map { index in
          let label = labels.flatMap { index < $0.count ? $0[index] : nil }
          return (xs[index], ys[index], label.map { Markup.shortened($0, to: 40) })
        })
    }
    if shown.count < count {
      notes.append("\(NumberText.quantity(count - shown.count, "point")) without a place left out.")
    }
    note = notes.isEmpty ? nil : notes.joined(separator: " ")
  }

  /// Square for a comparison.
  public func height(forWidth width: Double) -> Double {
    hasDiagonal ? min(width, 460) : min(width * 0.75, 360)
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    var legend = references.legend(x: x, y: y)
    if hasDiagonal {
      legend.append(Legend.Entry(name: "equal", ink: .line, symbol: .line(dash: nil)))
    }
    var inner = bounds
    if case .bins(let bins) = content {
      ColourBar("points", from: "1", to: NumberText.count(bins.largest)) {
        .sequential(PointBins.weakest + (1 - PointBins.weakest) * $0)
      }.draw(in: &canvas, at: PlotPoint(bounds.x, bounds.y), width: bounds.width)
      inner = bounds.inset(top: ColourBar.height)
    }
    let frame = PlotFrame(
      in: inner, x: x, scales.x, y: y, scales.y, legend: legend, gridOfX: true,
      isSquare: hasDiagonal)
    frame.draw(in: &canvas)
    if hasDiagonal {
      let ends = [scales.x.domain.lowerBound, scales.x.domain.upperBound]
      for piece in frame.pieces(x: ends, y: ends) { canvas.polyline(piece, .line, width: 1.25) }
    }
    references.draw(in: &canvas, frame: frame)
    switch content {
    case .bins(let bins): bins.draw(in: &canvas, frame: frame)
    case .points(let points):
      let opacity = points.count > 300 ? 0.5 : 0.75
      let radius = points.count > 300 ? 2.2 : 3
      for point in points {
        guard let place = frame.place(point.x, point.y) else { continue }
        let names = [x.name, y.name].map { Markup.shortened($0, to: 32) }
        let values = "\(names[0]) \(x.text(point.x)), \(names[1]) \(y.text(point.y))"
        canvas.disc(
          at: place, radius: radius, .series(0), opacity: opacity,
          tip: point.label.map { "\($0): \(values)" } ?? values)
      }
    }
  }
}
