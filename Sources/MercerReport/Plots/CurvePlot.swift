/// Lines, with bands: learning curves with their forecast, spectra, anything along an axis.
public struct CurvePlot: Plot {
  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public var note: String?

  private let x: Quantity
  private let y: Quantity
  private let curves: [Curve]
  private let references: [ReferenceLine]
  private let scales: (x: Scale, y: Scale)
  private let isSquare: Bool
  private let joinsDiagonal: Bool

  /// A plot of curves over the same axes.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - x: what is across.
  ///   - y: what is up.
  ///   - curves: in the order of the legend; the first is on top.
  ///   - references: lines at values of either axis.
  ///   - isSquare: whether the axes are of the same length.
  ///   - hasDiagonal: whether a quiet line joins the lower left corner with the upper right one.
  public init(
    title: String, summary: String, x: Quantity, y: Quantity, curves: [Curve],
    references: [ReferenceLine] = [], isSquare: Bool = false, hasDiagonal: Bool = false
  ) {
    (self.title, self.summary, self.x, self.y) = (title, summary, x, y)
    (self.references, self.isSquare) = (references, isSquare)
    joinsDiagonal = hasDiagonal
    self.curves = curves
    let across = curves.flatMap(\.x) + references.values(on: .x)
    let up =
      curves.flatMap { $0.y + ($0.lower ?? []) + ($0.upper ?? []) } + references.values(on: .y)
    scales = (x.scale(covering: across, room: 0.02), y.scale(covering: up, room: 0.06))
    let hidden = curves.reduce(0) { sum, curve in
      sum
        + zip(curve.x, curve.y).filter {
          !Scale.canShow($0, x.scale) || !Scale.canShow($1, y.scale)
        }.count
    }
    note =
      hidden > 0
      ? "\(NumberText.quantity(hidden, "value")) without a place on an axis left out." : nil
  }

  /// As wide as high when square.
  public func height(forWidth width: Double) -> Double {
    isSquare ? min(width, 440) : min(width * 0.75, 360)
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    let frame = PlotFrame(
      in: bounds, x: x, scales.x, y: y, scales.y, legend: legend, gridOfX: true, isSquare: isSquare)
    frame.draw(in: &canvas)
    if joinsDiagonal {
      let area = frame.area
      canvas.polyline(
        [PlotPoint(area.x, area.maxY), PlotPoint(area.maxX, area.y)], .line, width: 1.25)
    }
    for (index, curve) in curves.enumerated().reversed() {
      guard let lower = curve.lower, let upper = curve.upper else { continue }
      canvas.polygon(
        frame.band(x: curve.x, lower: lower, upper: upper), .series(curve.colour ?? index),
        opacity: 0.2)
    }
    references.draw(in: &canvas, frame: frame)
    for (index, curve) in curves.enumerated().reversed() { draw(curve, index, frame, &canvas) }
  }

  private var legend: [Legend.Entry] {
    let named = curves.count > 1 || !(curves.first?.name ?? "").isEmpty ? curves : []
    return named.enumerated().map { index, curve in
      let colour = curve.colour ?? index
      return Legend.Entry(
        name: curve.name, ink: .series(colour),
        symbol: curve.style == .points
          ? .disc : .line(dash: Curve.dash(colour: colour, style: curve.style)))
    } + references.legend(x: x, y: y)
  }

  private func draw(_ curve: Curve, _ index: Int, _ frame: PlotFrame, _ canvas: inout SVGCanvas) {
    let colour = curve.colour ?? index
    let count = min(curve.x.count, curve.y.count)
    if curve.style != .points {
      for piece in frame.pieces(x: curve.x, y: curve.y, isStep: curve.style == .steps) {
        canvas.polyline(
          piece, .series(colour), dash: Curve.dash(colour: colour, style: curve.style))
      }
    }
    // Points are all drawn up to a limit; of a line, at most 60 places tell their values.
    let most = curve.style == .points ? 1000 : 60
    for place in Thinning.spread(count, most: most) {
      guard let point = frame.place(curve.x[place], curve.y[place]) else { continue }
      var tip = curve.name.isEmpty ? "" : Markup.shortened(curve.name, to: 40) + ": "
      tip += "\(x.name) \(x.text(curve.x[place])), \(y.name) \(y.text(curve.y[place]))"
      if let lower = curve.lower, let upper = curve.upper, place < lower.count,
        place < upper.count
      {
        tip += " (\(y.text(lower[place])) to \(y.text(upper[place])))"
      }
      if curve.style == .points {
        canvas.disc(at: point, radius: count > 100 ? 2 : 3.2, .series(colour), tip: tip)
      } else {
        canvas.sensor(at: point, tip: tip)
      }
    }
  }
}
