import Foundation
import MercerReport
import MercerTestSupport
import Testing

/// Pages as a browser shows them: nothing on the console, marks and labels inside their drawings and
/// apart from each other, text with the contrast of WCAG AA, no sideways scrolling, values on hovering.
@Suite(.enabled(if: isOptimized), .enabled(if: Browser.program != nil, Browser.advice), .serialized)
struct PageBrowserTests {
  /// The gallery with a theme chosen, as its button would.
  private func gallery(_ theme: String?) -> String {
    guard let theme else { return Gallery.page.html() }
    return Gallery.page.html().replacingOccurrences(
      of: "let choice = \"automatic\";", with: "let choice = \"\(theme)\";")
  }

  private static let paper = [false: "rgb(255, 255, 255)", true: "rgb(20, 23, 27)"]

  @Test func holdsAtEveryWidthInBothThemes() throws {
    var frames: [Browser.Frame] = []
    for width in [375, 768, 1280] {
      for isDark in [false, true] {
        frames.append(
          Browser.Frame(
            name: "\(width) \(isDark ? "dark" : "light")", html: gallery(isDark ? "dark" : "light"),
            width: width, drawings: Gallery.figures.count, background: Self.paper[isDark]))
      }
    }
    for (frame, found) in try Browser.findings(in: frames) {
      #expect(found.isEmpty, "\(frame): \(found.prefix(8).joined(separator: "\n"))")
    }
  }

  /// Without a choice page and files take the theme of the system.
  @Test(arguments: [false, true]) func followsTheSystem(isDark: Bool) throws {
    let files = Gallery.figures.map { $0.plot.svgFile() }.joined()
    let frames = [
      Browser.Frame(
        name: "page", html: gallery(nil), width: 1280, drawings: Gallery.figures.count,
        background: Self.paper[isDark]),
      Browser.Frame(
        name: "files", html: "<!DOCTYPE html><head></head><body>\(files)", width: 700,
        drawings: Gallery.figures.count, isPage: false),
    ]
    for (frame, found) in try Browser.findings(in: frames, isDark: isDark) {
      #expect(found.isEmpty, "\(frame): \(found.prefix(8).joined(separator: "\n"))")
    }
  }

  /// The checks see what they are there to see.
  @Test func findsWhatIsWrong() throws {
    let page = Page(title: "t", sections: [Section("s", [.figure(Figure(Gallery.scatter(20)))])])
    let html = page.html()
      .replacingOccurrences(
        of: "</main>",
        with: "<p style=\"color:#999\">pale</p><div style=\"width:3000px\">wide</div></main>"
      )
      .replacingOccurrences(
        of: "</svg>",
        with:
          "<text x=\"50\" y=\"90\">one</text><text x=\"52\" y=\"91\">two</text><rect x=\"-9\" y=\"5\" width=\"4\" height=\"4\"/></svg>"
      )
      .replacingOccurrences(of: "tip.hidden = false;", with: "")
      .replacingOccurrences(of: "</body>", with: "<script>undefinedFunction()</script></body>")
    let frame = Browser.Frame(name: "broken", html: html, width: 375, drawings: 1)
    let found = try #require(try Browser.findings(in: [frame])["broken"]).joined(separator: "\n")
    for complaint in [
      "undefinedFunction", "of \"pale\"", "scrolls sideways", "\"one\" over \"two\"",
      "outside of the drawing", "no values on hovering",
    ] { #expect(found.contains(complaint), "\(complaint) is not in:\n\(found)") }
  }
}
