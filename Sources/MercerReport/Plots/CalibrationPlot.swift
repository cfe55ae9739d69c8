/// Whether probabilities are what they say: observed shares against predicted ones, with the number of
/// rows behind each.
public struct CalibrationPlot: Plot {
  /// Rows of similar predicted probability.
  public struct Bin: Sendable {
    /// Their mean predicted probability.
    public var predicted: Double
    /// The share of them that were of the class.
    public var observed: Double
    /// How many they are.
    public var count: Int
    /// Where the share may be; nil when not known.
    public var interval: ClosedRange<Double>?

    /// A bin.
    public init(
      predicted: Double, observed: Double, count: Int, interval: ClosedRange<Double>? = nil
    ) {
      (self.predicted, self.observed, self.count) = (predicted, observed, count)
      self.interval = interval
    }
  }

  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String

  private let bins: [Bin]
  private static let stripHeight = 46.0

  /// A plot of bins, in ascending order of their predictions; empty ones are left out.
  public init(title: String, summary: String, bins: [Bin]) {
    (self.title, self.summary) = (title, summary)
    self.bins = bins.filter { $0.count > 0 && $0.predicted.isFinite && $0.observed.isFinite }
  }

  /// As wide as high, with a strip of counts below.
  public func height(forWidth width: Double) -> Double { min(width, 440) + Self.stripHeight }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    let x = Quantity("predicted probability", range: 0...1)
    let y = Quantity("observed share", range: 0...1)
    let unit = Scale(.linear, 0...1)
    let frame = PlotFrame(
      in: bounds.inset(bottom: Self.stripHeight), x: x, unit, y: y, unit,
      legend: [Legend.Entry(name: "as predicted", ink: .line, symbol: .line(dash: nil))],
      gridOfX: true, isSquare: true)
    frame.draw(in: &canvas)
    let area = frame.area
    canvas.polyline(
      [PlotPoint(area.x, area.maxY), PlotPoint(area.maxX, area.y)], .line, width: 1.25)
    for piece in frame.pieces(x: bins.map(\.predicted), y: bins.map(\.observed)) {
      canvas.polyline(piece, .series(0))
    }
    let largest = Double(bins.map(\.count).max() ?? 1)
    let base = area.maxY + 36 + Self.stripHeight
    for bin in bins {
      let rows = NumberText.quantity(bin.count, "row")
      if let interval = bin.interval, let at = frame.clampedX(bin.predicted),
        let low = frame.clampedY(interval.lowerBound),
        let high = frame.clampedY(interval.upperBound)
      {
        canvas.line(from: PlotPoint(at, low), to: PlotPoint(at, high), .series(0), width: 1.25)
      }
      if let place = frame.place(bin.predicted, bin.observed) {
        let tip =
          "predicted \(ReadableNumber.text(bin.predicted, digits: 3)),"
          + " observed \(ReadableNumber.text(bin.observed, digits: 3)), \(rows)"
        canvas.disc(at: place, radius: 3.5, .series(0), tip: tip)
      }
      guard let at = frame.clampedX(bin.predicted) else { continue }
      let height = max(Double(bin.count) / largest * (Self.stripHeight - 22), 0.75)
      let left = min(max(at - 4, area.x), area.maxX - 8)
      canvas.rectangle(
        PlotRect(x: left, y: base - height - 2, width: 8, height: height), .line, tip: rows)
    }
    canvas.text(
      "rows (most: \(NumberText.count(Int(largest))))",
      at: PlotPoint(area.x, base - Self.stripHeight + 14), role: .label)
    canvas.line(from: PlotPoint(area.x, base - 2), to: PlotPoint(area.maxX, base - 2), .line)
  }
}
