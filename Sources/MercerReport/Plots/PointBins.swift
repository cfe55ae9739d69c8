import MercerPlatform

/// Counts of points in a grid of equal rectangles on the paper.
struct PointBins: Sendable {
  /// The strength of ink for a single point, so that it is seen.
  static let weakest = 0.18
  private static let across = 48
  private static let up = 36

  /// The counts that are not zero.
  let bins: [(column: Int, row: Int, count: Int)]
  let largest: Int
  private let scales: (x: Scale, y: Scale)

  /// Counts n points, in O(n).
  init(x: [Double], y: [Double], scales: (x: Scale, y: Scale)) {
    var counts = [Int](repeating: 0, count: Self.across * Self.up)
    for (x, y) in zip(x, y) {
      guard let right = scales.x.fraction(of: x), let above = scales.y.fraction(of: y),
        right >= 0, right <= 1, above >= 0, above <= 1
      else { continue }
      let column = min(Int(right * Double(Self.across)), Self.across - 1)
      let row = min(Int(above * Double(Self.up)), Self.up - 1)
      counts[row * Self.across + column] += 1
    }
    bins = counts.indices.filter { counts[$0] > 0 }
      .map { (column: $0 % Self.across, row: $0 / Self.across, count: counts[$0]) }
    largest = counts.max() ?? 0
    self.scales = scales
  }

  func draw(in canvas: inout SVGCanvas, frame: PlotFrame) {
    let width = frame.area.width / Double(Self.across)
    let height = frame.area.height / Double(Self.up)
    for bin in bins {
      // On a logarithmic scale of counts, as a few rectangles hold most points.
      let share = largest > 1 ? log(Double(bin.count)) / log(Double(largest)) : 1
      let middle = (
        scales.x.value(at: (Double(bin.column) + 0.5) / Double(Self.across)),
        scales.y.value(at: (Double(bin.row) + 0.5) / Double(Self.up))
      )
      canvas.rectangle(
        PlotRect(
          x: frame.area.x + Double(bin.column) * width,
          y: frame.area.maxY - Double(bin.row + 1) * height, width: width, height: height),
        .sequential(Self.weakest + (1 - Self.weakest) * share),
        tip: "\(NumberText.quantity(bin.count, "point")) near "
          + "\(ReadableNumber.text(middle.0, digits: 3)), \(ReadableNumber.text(middle.1, digits: 3))"
      )
    }
  }
}
