/// Writes blocks as HTML and numbers what needs an identifier.
struct BlockWriter {
  private var figures = 0
  private var tables = 0

  /// Blocks in order; neighbouring figures of half width stand side by side.
  mutating func html(_ blocks: [Block]) -> String {
    var result = ""
    var isInRow = false
    for block in blocks {
      var isHalf = false
      if case .figure(let figure) = block, figure.width == .half { isHalf = true }
      if isHalf != isInRow { result += isHalf ? "<div class=\"row\">\n" : "</div>\n" }
      isInRow = isHalf
      result += html(block)
    }
    return result + (isInRow ? "</div>\n" : "")
  }

  private mutating func html(_ block: Block) -> String {
    switch block {
    case .paragraph(let text): return "<p>\(text.html)</p>\n"
    case .lead(let text): return "<p class=\"lead\">\(text.html)</p>\n"
    case .heading(let text):
      return "<h3>\(Markup.text(Markup.singleLine(Markup.shortened(text, to: 200))))</h3>\n"
    case .list(let items): return Self.list(items)
    case .table(let table):
      tables += 1
      return table.html(id: "table-\(tables)")
    case .definitions(let pairs):
      let rows = pairs.prefix(Block.mostItems).map {
        "<div><dt>\($0.term.html)</dt><dd>\($0.meaning.html)</dd></div>\n"
      }
      return "<dl>\(rows.joined())</dl>\n" + Self.rest(pairs.count)
    case .facts(let facts):
      let tiles = facts.prefix(Block.mostItems).map { fact in
        let parts = [fact.label, fact.value, fact.detail].map {
          Markup.text(Markup.singleLine(Markup.shortened($0, to: 200)))
        }
        let detail = parts[2].isEmpty ? "" : "<dd class=\"detail\">\(parts[2])</dd>"
        return "<div><dt>\(parts[0])</dt><dd class=\"value\">\(parts[1])</dd>\(detail)</div>\n"
      }
      return "<dl class=\"facts\">\(tiles.joined())</dl>\n"
    case .figure(let figure):
      figures += 1
      return figure.html(id: "figure-\(figures)")
    case .notice(let severity, let text):
      let word = severity == .warning ? "Warning" : "Note"
      return "<div class=\"notice \(severity.rawValue)\" role=\"note\"><strong>\(word)</strong>"
        + "<span>\(text.html)</span></div>\n"
    case .details(let summary, let blocks):
      return
        "<details><summary>\(Markup.text(Markup.singleLine(Markup.shortened(summary, to: 200))))"
        + "</summary>\n\(html(blocks))</details>\n"
    case .code(let text, let label):
      let label = Markup.shortened(label, to: 120)
      return
        "<div class=\"code\"><div class=\"bar\"><span>\(Markup.text(Markup.singleLine(label)))</span>"
        + "<button type=\"button\" class=\"copy\" hidden aria-label=\"Copy: \(Markup.attribute(label))\">Copy</button>"
        + "</div><pre tabindex=\"0\"><code>\(Markup.text(Markup.shortened(text, to: Block.longestCode)))</code></pre></div>\n"
    }
  }

  private static func list(_ items: [InlineText]) -> String {
    let points = items.prefix(Block.mostItems).map { "<li>\($0.html)</li>\n" }
    return "<ul>\(points.joined())</ul>\n" + rest(items.count)
  }

  private static func rest(_ count: Int) -> String {
    count > Block.mostItems
      ? "<p class=\"note\">\(Block.mostItems) of \(NumberText.count(count)) shown.</p>\n" : ""
  }
}
