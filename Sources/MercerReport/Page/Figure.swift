/// A plot on a page, with a caption, and with its numbers as a table if wanted.
public struct Figure: Sendable {
  /// How much of the page's width it takes.
  public enum Width: Sendable {
    /// Half on a wide page; figures of half width that follow each other stand side by side.
    case half
    /// All; drawn once for wide pages and once for narrow ones.
    case full
  }

  /// The plot.
  public var plot: any Plot
  /// The width.
  public var width: Width
  /// What to look for; nil for the plot's summary.
  public var caption: InlineText?
  /// The numbers shown, folded away below the plot.
  public var table: DataTable?

  /// A figure.
  public init(
    _ plot: any Plot, width: Width = .half, caption: InlineText? = nil, table: DataTable? = nil
  ) {
    (self.plot, self.width, self.caption, self.table) = (plot, width, caption, table)
  }

  /// Above this many bytes a drawing is not put into the page twice.
  private static let mostBytesTwice = 200_000

  func html(id: String) -> String {
    var result = "<figure class=\"\(width == .half ? "half" : "full")\" id=\"\(id)\"><figcaption>"
    result += "<strong>\(Markup.text(Markup.shortened(plot.title, to: 300)))</strong>"
    let caption = caption ?? InlineText(plot.summary)
    if !caption.plain.isEmpty { result += "<span>\(caption.html)</span>" }
    result += "</figcaption>\n"
    let narrow = plot.svgElement(width: 360, id: "\(id)-narrow")
    if width == .full, narrow.utf8.count < Self.mostBytesTwice {
      result += "<div class=\"for-wide\">\(plot.svgElement(width: 720, id: "\(id)-wide"))</div>"
      result += "<div class=\"for-narrow\">\(narrow)</div>"
    } else {
      result += narrow
    }
    if let note = plot.note {
      result += "<p class=\"note\">\(Markup.text(Markup.shortened(note, to: 1000)))</p>\n"
    }
    if let table {
      result +=
        "<details class=\"numbers\"><summary>The numbers</summary>\(table.html(id: "\(id)-table"))</details>\n"
    }
    return result + "</figure>\n"
  }
}
