/// A value to compare with, drawn across a plot and named in its legend.
public struct ReferenceLine: Sendable {
  /// Which axis the value belongs to.
  public enum Axis: Sendable {
    /// The line stands upright.
    case x
    /// The line lies flat.
    case y
  }

  /// The axis.
  public let axis: Axis
  /// The value.
  public let value: Double
  /// What it is, such as `naive predictor`; the plot adds the value.
  public let label: String

  /// A line at a value of an axis.
  public init(_ axis: Axis, at value: Double, _ label: String) {
    self.axis = axis
    self.value = value
    self.label = label
  }

  /// The dashes of the line of some index, so that several can be told apart.
  static func dash(_ index: Int) -> String { ["5 3", "2 2", "8 3 2 3", "1 3"][index % 4] }
}

extension [ReferenceLine] {
  /// How the legend names them.
  func legend(x: Quantity, y: Quantity) -> [Legend.Entry] {
    enumerated().map { index, line in
      let value = (line.axis == .x ? x : y).text(line.value)
      return Legend.Entry(
        name: "\(line.label): \(value)", ink: .ink,
        symbol: .line(dash: ReferenceLine.dash(index)))
    }
  }

  /// Draws those that are within the frame.
  func draw(in canvas: inout SVGCanvas, frame: PlotFrame) {
    for (index, line) in enumerated() {
      let scale = line.axis == .x ? frame.x : frame.y
      guard let share = scale.fraction(of: line.value), share >= 0, share <= 1 else { continue }
      let area = frame.area
      let ends =
        line.axis == .x
        ? [
          PlotPoint(area.x + share * area.width, area.y),
          PlotPoint(area.x + share * area.width, area.maxY),
        ]
        : [
          PlotPoint(area.x, area.maxY - share * area.height),
          PlotPoint(area.maxX, area.maxY - share * area.height),
        ]
      canvas.polyline(ends, .paper, width: 3)
      canvas.polyline(ends, .ink, width: 1.25, dash: ReferenceLine.dash(index))
    }
  }

  /// The values on an axis.
  func values(on axis: ReferenceLine.Axis) -> [Double] {
    filter { $0.axis == axis }.map(\.value)
  }
}
