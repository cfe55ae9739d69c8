/// A matrix of values as shades: confusion matrices, interaction maps, similarities.
public struct HeatMapPlot: Plot {
  /// How values become shades.
  public enum Shades: Sendable {
    /// From nothing at the smallest value to full strength at the largest.
    case sequential
    /// Two hues on either side of zero.
    case diverging
  }

  /// A side of the matrix.
  public struct Side: Sendable {
    /// What the rows or columns are, such as `actual`.
    public var name: String
    /// Their labels.
    public var labels: [String]
    /// Whether they are places along a scale, so that some labels can be left out.
    public var isOrdered: Bool

    /// A side of a matrix.
    public init(_ name: String, labels: [String], isOrdered: Bool = false) {
      (self.name, self.labels, self.isOrdered) = (name, labels, isOrdered)
    }
  }

  /// The most rows and columns that are drawn.
  public static let mostCells = 48

  /// The heading.
  public let title: String
  /// The text alternative.
  public let summary: String
  /// What is left out.
  public let note: String?

  let rows: Side
  let columns: Side
  let values: [[Double]]
  let texts: [[String]]?
  let quantity: Quantity
  let shades: Shades
  let range: ClosedRange<Double>

  /// A map of r × c values.
  ///
  /// - Parameters:
  ///   - title: the heading.
  ///   - summary: the text alternative.
  ///   - rows: r labels, from the top.
  ///   - columns: c labels, from the left.
  ///   - values: r lists of c values; one that is not finite leaves its cell empty.
  ///   - texts: what stands in the cells where they are large enough, such as counts whose shares are
  ///     the values; nil for nothing.
  ///   - quantity: what the shades mean; its range, if any, holds their ends.
  ///   - shades: how values become colours.
  public init(
    title: String, summary: String, rows: Side, columns: Side, values: [[Double]],
    texts: [[String]]? = nil, quantity: Quantity, shades: Shades = .sequential
  ) {
    (self.title, self.summary) = (title, summary)
    (self.quantity, self.shades) = (quantity, shades)
    let most = Self.mostCells
    func cut(_ side: Side) -> Side {
      Side(side.name, labels: Array(side.labels.prefix(most)), isOrdered: side.isOrdered)
    }
    (self.rows, self.columns) = (cut(rows), cut(columns))
    self.values = values.prefix(most).map { Array($0.prefix(most)) }
    self.texts = texts
    let (r, c) = (rows.labels.count, columns.labels.count)
    note =
      r > most || c > most
      ? "The first \(min(r, most)) × \(min(c, most)) of \(r) × \(c) cells shown." : nil
    let finite = self.values.flatMap { $0 }.filter(\.isFinite)
    switch shades {
    case .sequential:
      range =
        Scale(.linear, quantity.range ?? (min(finite.min() ?? 0, 0)...max(finite.max() ?? 1, 0)))
        .domain
    case .diverging:
      let bound = quantity.range.map { max(abs($0.lowerBound), abs($0.upperBound)) }
      let largest = bound ?? finite.map(abs).max() ?? 1
      range = largest > 0 ? -largest...largest : -1...1
    }
  }

  /// The ink of a value.
  func ink(_ value: Double) -> Ink {
    switch shades {
    case .sequential:
      .sequential((value - range.lowerBound) / (range.upperBound - range.lowerBound))
    case .diverging: .diverging(value / range.upperBound)
    }
  }

  /// Square cells while they fit.
  public func height(forWidth width: Double) -> Double {
    let layout = HeatMapLayout(self, in: PlotRect(x: 0, y: 0, width: width, height: 0))
    return layout.height
  }

  /// Draws it.
  public func draw(in canvas: inout SVGCanvas, bounds: PlotRect) {
    HeatMapLayout(self, in: bounds).draw(self, in: &canvas)
  }
}
