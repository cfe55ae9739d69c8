/// What the inks of a plot stand for: a row of samples and names, in as many lines as it needs.
struct Legend {
  /// What a sample looks like.
  enum Symbol {
    case line(dash: String?)
    case disc
    case square(opacity: Double)
  }

  struct Entry {
    let name: String
    let ink: Ink
    let symbol: Symbol
  }

  private static let lineHeight = 16.0
  private static let sampleWidth = 20.0
  private var rows: [[(entry: Entry, text: String, x: Double)]] = []

  /// Arranges entries within a width.
  init(_ entries: [Entry], width: Double) {
    var x = 0.0
    for entry in entries {
      let text = TextMetrics.fitted(entry.name, to: width - Self.sampleWidth - 6)
      let needed = Self.sampleWidth + TextMetrics.width(text)
      if rows.isEmpty || x + needed > width {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, text, x))
      x += needed + 14
    }
  }

  var height: Double { rows.isEmpty ? 0 : Double(rows.count) * Self.lineHeight + 4 }

  func draw(in canvas: inout SVGCanvas, at corner: PlotPoint) {
    for (index, row) in rows.enumerated() {
      let y = corner.y + Double(index) * Self.lineHeight + 6
      for (entry, text, x) in row {
        let left = corner.x + x
        switch entry.symbol {
        case .line(let dash):
          canvas.polyline(
            [PlotPoint(left, y), PlotPoint(left + 15, y)], entry.ink, width: 2, dash: dash)
        case .disc: canvas.disc(at: PlotPoint(left + 7, y), radius: 3.5, entry.ink)
        case .square(let opacity):
          canvas.rectangle(
            PlotRect(x: left + 2, y: y - 5, width: 10, height: 10), entry.ink, opacity: opacity)
        }
        canvas.text(
          text, at: PlotPoint(left + Self.sampleWidth, y + 4), role: .label, full: entry.name)
      }
    }
  }
}
