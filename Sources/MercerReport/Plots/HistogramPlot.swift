import MercerPlatform

/// How often values fall into bins of equal width.
public struct HistogramPlot: Plot {
  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public let note: String?

  private let quantity: Quantity
  private let references: [ReferenceLine]
  private let scales: (x: Scale, y: Scale)
  private let counts: [Int]

  /// Counts n values in bins whose number follows from them (at most 60), in O(n log n).
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - quantity: what the values are.
  ///   - values: n of them; those that the axis has no place for are left out, and the note counts them.
  ///   - references: lines at values of the quantity; give them the axis `.x`.
  /// - Source: Freedman and Diaconis, On the histogram as a density estimator (1981): bins of width
  ///   2 (quartile distance) n^(−1/3).
  public init(
    title: String, summary: String, quantity: Quantity, values: [Double],
    references: [ReferenceLine] = []
  ) {
    (self.title, self.summary) = (title, summary)
    (self.quantity, self.references) = (quantity, references)
    let shown = values.filter { Scale.canShow($0, quantity.scale) }
    let x = quantity.scale(covering: shown + references.values(on: .x), room: 0)
    let count = Self.binCount(shown.compactMap(x.fraction))
    var counts = [Int](repeating: 0, count: count)
    for value in shown {
      guard let share = x.fraction(of: value), share >= 0, share <= 1 else { continue }
      counts[min(Int(share * Double(count)), count - 1)] += 1
    }
    self.counts = counts
    scales = (x, Scale(.linear, covering: [0, Double(counts.max() ?? 1)], zero: true))
    let hidden = values.count - counts.reduce(0, +)
    note = hidden > 0 ? "\(NumberText.quantity(hidden, "value")) without a place left out." : nil
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    let frame = PlotFrame(
      in: bounds, x: quantity, scales.x, y: Quantity("count"), scales.y,
      legend: references.legend(x: quantity, y: quantity))
    frame.draw(in: &canvas)
    let area = frame.area
    let width = area.width / Double(counts.count)
    for (index, count) in counts.enumerated() where count > 0 {
      let top = frame.clampedY(Double(count)) ?? area.maxY
      let ends = [index, index + 1].map {
        quantity.text(scales.x.value(at: Double($0) / Double(counts.count)))
      }
      canvas.rectangle(
        PlotRect(
          x: area.x + Double(index) * width + 0.5, y: top, width: max(width - 1, 0.5),
          height: area.maxY - top), .series(0),
        tip: "\(ends[0]) to \(ends[1]): \(NumberText.count(count))")
    }
    references.draw(in: &canvas, frame: frame)
  }

  /// How many bins values between 0 and 1 get.
  private static func binCount(_ shares: [Double]) -> Int {
    let sorted = shares.sorted()
    guard sorted.count > 1 else { return 10 }
    let spread = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
    let width = 2 * spread * pow(Double(sorted.count), -1.0 / 3)
    guard width > 0 else { return 20 }
    return min(max(Int((1 / width).rounded(.up)), 5), 60)
  }
}
