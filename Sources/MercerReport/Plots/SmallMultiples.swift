/// Several plots as panels of one: two side by side on a phone, more on a wide page.
public struct SmallMultiples: Plot {
  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public let note: String?

  private let panels: [any Plot]
  private let panelWidth: Double
  private static let gap = 20.0
  private static let headHeight = 22.0

  /// The most panels that are drawn.
  public static let mostPanels = 24

  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - panels: in reading order; each is drawn under its title.
  ///   - panelWidth: the least width of a panel, in units of the drawing.
  public init(title: String, summary: String, panels: [any Plot], panelWidth: Double = 220) {
    (self.title, self.panelWidth) = (title, panelWidth)
    self.panels = Array(panels.prefix(Self.mostPanels))
    self.summary = summary
    var notes = self.panels.compactMap { panel in panel.note.map { "\(panel.title): \($0)" } }
    if panels.count > Self.mostPanels {
      notes.append("\(Self.mostPanels) of \(NumberText.count(panels.count)) panels shown.")
    }
    note = notes.isEmpty ? nil : notes.joined(separator: " ")
  }

  /// The summary and those of the panels.
  public var alternative: String {
    ([summary] + panels.map { "\($0.title): \($0.alternative)" }).joined(separator: " ")
  }

  private func layout(_ width: Double) -> (columns: Int, width: Double, height: Double) {
    let fitting = Int((width + Self.gap) / (panelWidth + Self.gap))
    let columns = min(max(fitting, 1), max(panels.count, 1))
    let panel = (width - Self.gap * Double(columns - 1)) / Double(columns)
    let height = panels.map { $0.height(forWidth: panel) }.max() ?? 1
    return (columns, panel, height + Self.headHeight)
  }

  /// As high as its rows of panels need.
  public func height(forWidth width: Double) -> Double {
    let layout = layout(width)
    let rows = (panels.count + layout.columns - 1) / layout.columns
    return Double(rows) * (layout.height + Self.gap) - Self.gap
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    let layout = layout(bounds.width)
    for (index, panel) in panels.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: layout.columns)
      let x = bounds.x + Double(column) * (layout.width + Self.gap)
      let y = bounds.y + Double(row) * (layout.height + Self.gap)
      canvas.text(
        TextMetrics.fitted(panel.title, to: layout.width * 0.94), at: PlotPoint(x, y + 11),
        role: .panel, full: panel.title)
      panel.draw(
        in: &canvas,
        bounds: PlotRect(
          x: x, y: y + Self.headHeight, width: layout.width,
          height: layout.height - Self.headHeight))
    }
  }
}
