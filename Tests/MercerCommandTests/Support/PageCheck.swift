import Foundation

/// What can be told of a page from its text.
struct PageCheck {
  let html: String

  init(_ html: String) { self.html = html }

  /// The identifiers of the sections, in their order.
  var sections: [String] {
    html.matches(of: #/<section id="([^"]*)"/#).map { String($0.output.1) }
  }

  /// What is wrong with its tags and references; empty when nothing is.
  var faults: [String] { tagFaults + referenceFaults }

  private static let empty: Set<Substring> = ["meta", "link", "br", "hr", "img", "input"]

  /// Elements that are not closed, or closed by another.
  private var tagFaults: [String] {
    var open: [Substring] = []
    var found: [String] = []
    // What is between the tags of scripts and styles is no markup.
    let text = html.replacing(#/(<(script|style)>)(.|\n)*?(<\/(script|style)>)/#) {
      $0.output.1 + $0.output.4
    }
    for match in text.matches(of: #/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|[^">])*)>/#) {
      let (_, slash, name, rest) = match.output
      if !slash.isEmpty {
        if open.last == name {
          open.removeLast()
        } else {
          found.append("</\(name)> closes \(open.last ?? "nothing")")
          if let place = open.lastIndex(of: name) { open.removeSubrange(place...) }
        }
      } else if !rest.hasSuffix("/"), !Self.empty.contains(name) {
        open.append(name)
      }
    }
    // A < of text would be &lt;.
    let bare = text.replacing(#/<!?\/?[a-zA-Z]((?:"[^"]*"|[^">])*)>/#, with: "")
    if bare.contains("<") { found.append("a < outside of a tag") }
    return found + open.map { "<\($0)> is not closed" }
  }

  /// Whatever would ask the network.
  private var referenceFaults: [String] {
    let text = html.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    return ["http://", "https://", " src=", "url(", "@import", "<link rel=\"stylesheet"]
      .filter(text.contains)
  }
}
