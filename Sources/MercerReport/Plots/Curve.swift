/// A line of a plot, with a band around it if wanted.
public struct Curve: Sendable {
  /// How neighbouring values are joined.
  public enum Style: Sendable {
    /// By straight lines.
    case line
    /// By steps: a value holds until the next one.
    case steps
    /// Not at all: each is a point.
    case points
    /// By dashed lines, for what is not measured.
    case dashed
  }

  /// What it is, for the legend.
  public var name: String
  /// Values across, ascending.
  public var x: [Double]
  /// Values up, as many.
  public var y: [Double]
  /// Lower ends of the band, as many; nil for none.
  public var lower: [Double]?
  /// Upper ends of the band.
  public var upper: [Double]?
  /// How it is drawn.
  public var style: Style
  /// The colour: the index of a series; nil for the place among the curves. Give two curves the same
  /// one to show that they belong together.
  public var colour: Int?

  /// A curve.
  public init(
    _ name: String, x: [Double], y: [Double], lower: [Double]? = nil, upper: [Double]? = nil,
    style: Style = .line, colour: Int? = nil
  ) {
    (self.name, self.x, self.y) = (name, x, y)
    (self.lower, self.upper) = (lower, upper)
    (self.style, self.colour) = (style, colour)
  }

  /// The dashes of lines by colour, so that they differ without it.
  static func dash(colour: Int, style: Style) -> String? {
    style == .dashed ? "5 4" : [nil, "9 3", "2 2", "9 3 2 3", "5 2", "1 2"][colour % 6]
  }
}
