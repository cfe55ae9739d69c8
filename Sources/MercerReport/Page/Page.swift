/// A whole HTML document in one file: no network, light and dark, readable on a phone and on paper.
///
/// However long the data behind it, it stays below 2 MB when its parts are those of this room: plots
/// thin or bin their points, tables, lists and texts have a limit and say what they leave out.
public struct Page: Sendable {
  /// The name of the document.
  public var title: String
  /// A line below it, such as what was fitted and when; may be empty.
  public var subtitle: String
  /// The parts, which the table of contents lists.
  public var sections: [Section]
  /// The last line, such as the version that wrote the page; may be empty.
  public var footer: InlineText

  /// A page.
  public init(
    title: String, subtitle: String = "", sections: [Section] = [], footer: InlineText = ""
  ) {
    (self.title, self.subtitle) = (title, subtitle)
    (self.sections, self.footer) = (sections, footer)
  }

  /// The document.
  public func html() -> String {
    var writer = BlockWriter()
    let ids = identifiers()
    let title = Markup.text(Markup.singleLine(Markup.shortened(title, to: 200)))
    let contents = zip(sections, ids).map { section, id in
      "<li><a href=\"#\(id)\">\(Self.heading(section))</a></li>\n"
    }
    let body = zip(sections, ids).map { section, id in
      "<section id=\"\(id)\" aria-labelledby=\"\(id)-heading\">\n"
        + "<h2 id=\"\(id)-heading\">\(Self.heading(section))</h2>\n\(writer.html(section.blocks))</section>\n"
    }
    let subtitle =
      subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(InlineText(subtitle).html)</p>\n"
    let navigation =
      sections.count < 2
      ? ""
      : "<nav aria-label=\"Contents\"><details open><summary>Contents</summary><ol>\n\(contents.joined())</ol></details></nav>\n"
    let footer = footer.plain.isEmpty ? "" : "<footer>\(footer.html)</footer>\n"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">
      <title>\(title)</title>
      <style>
      \(PageStyle.sheet)</style>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header>
      <div><h1>\(title)</h1>
      \(subtitle)</div>
      <button type="button" id="theme" hidden>Theme: automatic</button>
      </header>
      <div class="columns">
      \(navigation)<main id="content" tabindex="-1">
      \(body.joined())</main>
      </div>
      \(footer)<div id="tip" role="status" hidden></div>
      <script>
      \(PageScript.text)</script>
      </body>
      </html>

      """
  }

  private static func heading(_ section: Section) -> String {
    Markup.text(Markup.singleLine(Markup.shortened(section.title, to: 200)))
  }

  /// Identifiers of letters, digits and hyphens, each once.
  private func identifiers() -> [String] {
    var taken: Set<String> = ["content", "theme", "tip"]
    return sections.map { section in
      var slug = ""
      for character in (section.id ?? section.title).lowercased().unicodeScalars.prefix(60) {
        let isPlain = ("a"..."z").contains(character) || ("0"..."9").contains(character)
        if isPlain {
          slug.unicodeScalars.append(character)
        } else if !slug.hasSuffix("-") && !slug.isEmpty {
          slug += "-"
        }
      }
      while slug.hasSuffix("-") { slug.removeLast() }
      // Figures and tables are numbered by these words.
      let isReserved = slug.hasPrefix("figure-") || slug.hasPrefix("table-")
      if slug.isEmpty || isReserved { slug = "section" + (slug.isEmpty ? "" : "-" + slug) }
      var id = slug
      var number = 2
      while !taken.insert(id).inserted {
        id = "\(slug)-\(number)"
        number += 1
      }
      return id
    }
  }
}
