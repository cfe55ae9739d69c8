/// Where the parts of a heat map are: colour bar, row labels at the left, cells, column labels below.
struct HeatMapLayout {
  private enum ColumnText {
    case flat(every: Int, width: Double)
    case turned
  }

  private let bounds: PlotRect
  private let rowTexts: [String]
  private let cell: (width: Double, height: Double)
  private let origin: PlotPoint
  private let columnText: ColumnText
  private let columnRoom: Double
  private let counts: (rows: Int, columns: Int)

  /// The height that it needs.
  var height: Double {
    origin.y - bounds.y + Double(counts.rows) * cell.height + columnRoom + 18
  }

  init(_ map: HeatMapPlot, in bounds: PlotRect) {
    self.bounds = bounds
    counts = (max(map.rows.labels.count, 1), max(map.columns.labels.count, 1))
    rowTexts = map.rows.labels.map { TextMetrics.fitted($0, to: bounds.width * 0.3) }
    let left = (rowTexts.map { TextMetrics.width($0) }.max() ?? 0) + 6
    let across = (bounds.width - left - 1) / Double(counts.columns)
    let widest = map.columns.labels.map { TextMetrics.width($0) }.max() ?? 0
    if widest + 6 <= across || across > 64 {
      columnText = .flat(every: 1, width: across - 6)
      columnRoom = 18
    } else if map.columns.isOrdered || across < 12 {
      let every = max(Int(((widest + 8) / across).rounded(.up)), 1)
      columnText = .flat(every: every, width: across * Double(every) - 6)
      columnRoom = 18
    } else {
      columnText = .turned
      columnRoom = min(widest, 90) + 8
    }
    let limit = counts.columns <= 4 ? 56.0 : 40.0
    let least = map.rows.isOrdered ? 4.0 : 12.0
    cell = (across, min(max(min(across, limit), least), 56))
    origin = PlotPoint(bounds.x + left, bounds.y + ColourBar.height + 20)
  }

  func draw(_ map: HeatMapPlot, in canvas: inout SVGCanvas) {
    let quantity = map.quantity
    let (low, high) = (map.range.lowerBound, map.range.upperBound)
    ColourBar(
      quantity.label, from: ReadableNumber.text(low, digits: 3),
      to: ReadableNumber.text(high, digits: 3)
    ) { map.ink(low + (high - low) * $0) }
    .draw(in: &canvas, at: PlotPoint(bounds.x, bounds.y), width: bounds.width)
    canvas.text(
      TextMetrics.fitted(map.rows.name, to: bounds.width), at: PlotPoint(bounds.x, origin.y - 8),
      role: .label, full: map.rows.name)
    for (row, values) in map.values.prefix(counts.rows).enumerated() {
      for (column, value) in values.prefix(counts.columns).enumerated() where value.isFinite {
        draw(map, value, row, column, &canvas)
      }
    }
    drawLabels(map, in: &canvas)
  }

  private func draw(
    _ map: HeatMapPlot, _ value: Double, _ row: Int, _ column: Int, _ canvas: inout SVGCanvas
  ) {
    let place = PlotRect(
      x: origin.x + Double(column) * cell.width, y: origin.y + Double(row) * cell.height,
      width: cell.width, height: cell.height)
    // Map of a plane: cells touch. Table of names: a gap between them.
    let gap = map.rows.isOrdered && map.columns.isOrdered ? 0 : min(cell.width, cell.height) * 0.04
    let ink = map.ink(value)
    let name = [map.rows, map.columns].enumerated().map { index, side in
      let place = index == 0 ? row : column
      let label = place < side.labels.count ? side.labels[place] : ""
      return "\(Markup.shortened(side.name, to: 32)) \(Markup.shortened(label, to: 32))"
    }.joined(separator: ", ")
    var tip = "\(name): \(map.quantity.text(value))"
    var text: String?
    if let texts = map.texts, row < texts.count, column < texts[row].count {
      text = texts[row][column]
      tip += " (\(texts[row][column]))"
    }
    canvas.rectangle(place.inset(left: gap, top: gap, right: gap, bottom: gap), ink, tip: tip)
    if let text, !text.isEmpty, TextMetrics.width(text, size: 10) + 4 <= cell.width,
      cell.height >= 14
    {
      canvas.text(
        text, at: PlotPoint(place.x + cell.width / 2, place.y + cell.height / 2 + 3.5),
        anchor: .middle, role: .on(ink))
    }
  }

  private func drawLabels(_ map: HeatMapPlot, in canvas: inout SVGCanvas) {
    let everyRow = max(Int(((map.rows.isOrdered ? 20 : 13) / cell.height).rounded(.up)), 1)
    for (row, text) in rowTexts.enumerated() where row % everyRow == 0 {
      canvas.text(
        text,
        at: PlotPoint(origin.x - 6, origin.y + (Double(row) + 0.5) * cell.height + 4),
        anchor: .end, full: map.rows.labels[row])
    }
    let bottom = origin.y + Double(counts.rows) * cell.height
    var last = -Double.infinity
    for (column, label) in map.columns.labels.enumerated() {
      let middle = origin.x + (Double(column) + 0.5) * cell.width
      switch columnText {
      case .turned:
        canvas.text(
          TextMetrics.fitted(label, to: 90), at: PlotPoint(middle + 4, bottom + 6), anchor: .end,
          turned: true, full: label)
      case .flat(let every, let width):
        let text = TextMetrics.fitted(label, to: width)
        let half = TextMetrics.width(text) / 2
        let centre = max(min(middle, bounds.maxX - half), bounds.x + half)
        guard column % every == 0, centre - half > last + 4 else { continue }
        last = centre + half
        canvas.text(text, at: PlotPoint(centre, bottom + 14), anchor: .middle, full: label)
      }
    }
    let name = TextMetrics.fitted(map.columns.name, to: bounds.width)
    let half = TextMetrics.width(name) / 2
    let middle = origin.x + Double(counts.columns) * cell.width / 2
    canvas.text(
      name,
      at: PlotPoint(
        max(min(middle, bounds.maxX - half), bounds.x + half), bottom + columnRoom + 12),
      anchor: .middle, role: .label, full: map.columns.name)
  }
}
