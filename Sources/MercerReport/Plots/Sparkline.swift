/// A few numbers as a line the size of a word.
public struct Sparkline: Sendable {
  private let values: [Double]
  private let label: String

  /// - Parameters:
  ///   - values: drawn from left to right; those that are not finite leave a gap. Of more than 200
  ///     some are left out.
  ///   - label: what it shows; the text alternative.
  public init(_ values: [Double], label: String) {
    self.values = Thinning.spread(values.count, most: 200).map { values[$0] }
    self.label = label
  }

  /// An `svg` element as high as a line of text.
  public func svgElement() -> String {
    let (width, height) = (80.0, 20.0)
    let x = Scale(.linear, 0...Double(max(values.count - 1, 1)))
    let y = Scale(.linear, covering: values, room: 0)
    var runs: [[PlotPoint]] = [[]]
    for (index, value) in values.enumerated() {
      guard let up = y.fraction(of: value), let across = x.fraction(of: Double(index)) else {
        runs.append([])
        continue
      }
      runs[runs.count - 1].append(
        PlotPoint(3 + across * (width - 6), height - 3 - up * (height - 6)))
    }
    var canvas = SVGCanvas(hover: .byScript)
    for run in runs { canvas.polyline(run, .series(0), width: 1.5) }
    if let last = runs.last?.last { canvas.disc(at: last, radius: 2, .series(0)) }
    return "<svg class=\"plot spark\" viewBox=\"0 0 \(short(width)) \(short(height))\" role=\"img\""
      + " aria-label=\"\(Markup.attribute(Markup.shortened(label, to: 300)))\">\(canvas.markup)</svg>"
  }

  /// The line in characters, one for a value, for terminals: `▁▂▅█`. A space is no number.
  ///
  /// - Parameter width: the most characters; of more values some are left out.
  public func text(width: Int = 40) -> String {
    let shown = Thinning.spread(values.count, most: max(width, 2)).map { values[$0] }
    let finite = shown.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      return String(repeating: " ", count: shown.count)
    }
    let steps = Array("▁▂▃▄▅▆▇█")
    return String(
      shown.map { value in
        guard value.isFinite else { return " " }
        // Halves, as the difference of two values may be larger than any Double.
        let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
        return steps[min(Int(share * 8), 7)]
      })
  }
}
