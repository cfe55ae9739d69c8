extension SVGCanvas {
  /// Which point of a text lies at its place.
  public enum Anchor: String, Sendable {
    /// Its beginning.
    case start
    /// Its middle.
    case middle
    /// Its end.
    case end
  }

  /// How a text is set.
  public enum TextRole: Sendable, Equatable {
    /// The number or name at a tick.
    case tick
    /// What an axis, a legend or a line is.
    case label
    /// The title of a file.
    case title
    /// The title of a panel.
    case panel
    /// A number on a mark painted with an ink.
    case on(Ink)

    var className: String {
      switch self {
      case .tick: "tk"
      case .label: "lb"
      case .title: "tt"
      case .panel: "pt"
      case .on(let ink): "cl \(ink.classOfTextOnTop)"
      }
    }
  }

  /// One line of text, its baseline at a place. Line ends in it are shown as marks.
  ///
  /// - Parameters:
  ///   - text: what it says.
  ///   - place: where its anchor is.
  ///   - anchor: which part of it stands at the place.
  ///   - role: what it is for, which decides its size and ink.
  ///   - turned: a quarter turn counterclockwise about its place.
  ///   - full: the whole of a text of which only a part is shown; hovering shows it.
  public mutating func text(
    _ text: String, at place: PlotPoint, anchor: Anchor = .start, role: TextRole = .tick,
    turned: Bool = false, full: String? = nil
  ) {
    let (x, y) = (short(place.x), short(place.y))
    append("<text class=\"\(role.className)\" x=\"\(x)\" y=\"\(y)\"")
    if anchor != .start { append(" text-anchor=\"\(anchor.rawValue)\"") }
    if turned { append(" transform=\"rotate(-90 \(x) \(y))\"") }
    let shown = Markup.text(Markup.singleLine(text))
    if let full, full != text {
      append(">\(shown)<title>\(Markup.text(Markup.shortened(full, to: 300)))</title></text>\n")
    } else {
      append(">\(shown)</text>\n")
    }
  }
}
