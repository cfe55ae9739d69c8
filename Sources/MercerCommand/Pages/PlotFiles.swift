import MercerReport

/// The plots of a page as files of their own.
enum PlotFiles {
  /// A name and a drawing for each figure of a page, in its order.
  static func files(of page: Page) -> [(name: String, svg: String)] {
    var taken: Set<String> = []
    return page.sections.flatMap { section in
      figures(in: section.blocks).map { figure in
        var base = slug(section.id ?? section.title)
        let title = slug(figure.plot.title)
        if !title.isEmpty { base += "-" + title }
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
          name = "\(base)-\(number)"
          number += 1
        }
        return ("\(name).svg", figure.plot.svgFile())
      }
    }
  }

  private static func figures(in blocks: [Block]) -> [Figure] {
    blocks.flatMap { block -> [Figure] in
      switch block {
      case .figure(let figure): [figure]
      case .details(_, let inner): figures(in: inner)
      default: []
      }
    }
  }

  /// Letters, digits and hyphens, so that no name of the user's leads out of the directory.
  private static func slug(_ text: String) -> String {
    let words = text.lowercased().unicodeScalars.prefix(60).map { scalar -> Character in
      ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : " "
    }
    return String(words).split(separator: " ").joined(separator: "-")
  }
}
