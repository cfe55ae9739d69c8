import Foundation
import MercerTestSupport
import Testing

/// The report that `fit` writes.
@Suite(.enabled(if: isOptimized), .serialized) struct FitPageTests {
  static let sections = [
    "learned", "errors", "predictions", "coverage", "columns", "surprises", "more-rows", "encoding",
    "kernels", "spectrum", "solver", "warnings", "reproduce",
  ]

  private func report(
    of table: String, target: String, _ more: [String] = []
  ) throws -> (page: PageCheck, sandbox: Sandbox) {
    let sandbox = try Sandbox()
    try sandbox.write(table, to: "table.csv")
    try sandbox.runSuccessfully(
      ["fit", "table.csv", "--target", target, "--output", "out", "--quiet"] + more)
    return (PageCheck(try sandbox.text("out/report.html")), sandbox)
  }

  /// Numbers that follow from a seed.
  static func noise(_ index: Int) -> Double {
    var x = UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x ^= x >> 27
    return Double(x >> 11) / Double(1 << 53)
  }

  /// A table of some rows and classes; of numbers with one class.
  static func table(rows: Int, classes: Int) -> String {
    var lines = ["a,b,colour,y"]
    for row in 0..<rows {
      let (a, b) = (noise(2 * row), noise(2 * row + 1))
      let colour = ["red", "green", "blue"][row % 3]
      let y =
        classes == 1 ? "\(3 * a + b * b)" : "class \(min(Int(a * Double(classes)), classes - 1))"
      lines.append("\(a),\(b),\(colour),\(y)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: [1, 2, 10]) func sectionsComeInOrder(classes: Int) throws {
    let (page, sandbox) = try report(
      of: Self.table(rows: 60, classes: classes), target: "y", ["--plots", "--test", "table.csv"])
    #expect(page.sections == Self.sections)
    #expect(page.faults.isEmpty, "\(page.faults.prefix(5))")
    #expect(page.html.utf8.count < 2_000_000)
    for word in [
      classes == 1 ? "Predicted and actual y" : "Confusion matrix",
      classes == 1 ? "Inside 90 % intervals" : "Do probabilities mean what they say?",
      "What shuffling a column does", "SHA-256", "mercer fit table.csv --target y",
      "held-out table",
    ] { #expect(page.html.contains(word), "\(word)") }
    // The plots of the page, each a document of its own.
    let plots = try sandbox.contents().filter { $0.key.hasPrefix("out/plots/") }
    #expect(plots.count >= 8)
    #expect(plots.keys.allSatisfy { $0.wholeMatch(of: #/out\/plots\/[a-z0-9-]+\.svg/#) != nil })
    for (name, data) in plots {
      let text = String(decoding: data, as: UTF8.self)
      #expect(text.hasPrefix("<?xml") && text.hasSuffix("</svg>\n"), "\(name)")
    }
    // No figure is on the page that has no file.
    let figures = page.html.matches(of: #/<figure /#).count
    #expect(plots.count == figures)
  }

  /// Names and cells that would be markup, or end an attribute or a line.
  @Test func hostileNamesAreEscaped() throws {
    let name = "<b>&\"'`\nx"
    let quoted = "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    var lines = ["\(quoted),\"</title><script>alert(1)</script>\",\"y<i>\""]
    for row in 0..<40 {
      let cell = ["</svg><script>alert(2)</script>", "\"\"><img onerror=alert(3)>", "=1+1"][row % 3]
      lines.append("\(Self.noise(row)),\"\(cell)\",\"<u>\(row % 2)</u>\"")
    }
    let (page, sandbox) = try report(
      of: lines.joined(separator: "\n") + "\n", target: "y<i>", ["--plots"])
    #expect(page.sections == Self.sections)
    #expect(page.faults.isEmpty, "\(page.faults.prefix(5))")
    let texts =
      [page.html]
      + (try sandbox.contents().filter { $0.key.hasSuffix(".svg") }).map {
        String(decoding: $0.value, as: UTF8.self)
      }
    for text in texts {
      for bad in ["<script>alert", "<img", "<b>&", "<i>", "<u>"] {
        #expect(!text.contains(bad), "\(bad)")
      }
    }
    #expect(page.html.contains("&lt;u&gt;0&lt;/u&gt;"))
  }

  /// Two rows, one column, a constant one: there is less to say, and it is said.
  @Test(arguments: ["a,y\n1,2\n2,3\n", "a,y\n1,p\n2,q\n", "a,b,y\n1,5,2\n2,5,3\n4,5,9\n8,5,1\n"])
  func tinyTables(_ table: String) throws {
    let (page, _) = try report(of: table, target: "y")
    #expect(page.sections == Self.sections)
    #expect(page.faults.isEmpty, "\(page.faults.prefix(5))")
    #expect(page.html.contains("errors and importances are rough guesses"))
    #expect(!page.html.contains("nan") && !page.html.contains("NaN"))
  }

  #if !DEBUG
    /// Whatever the number of rows, and of columns, a page is small.
    @Test(arguments: [(20_000, 3), (300, 500)]) func staysSmall(_ rows: Int, _ columns: Int) throws
    {
      var lines = ["y," + (0..<columns).map { "column \($0)" }.joined(separator: ",")]
      for row in 0..<rows {
        let x = (0..<columns).map { Self.noise(row * columns + $0) }
        lines.append("\(x[0] + x[1] * x[2])," + x.map { String($0) }.joined(separator: ","))
      }
      let (page, _) = try report(
        of: lines.joined(separator: "\n") + "\n", target: "y", ["--budget", "3"])
      #expect(page.html.utf8.count < 2_000_000)
      #expect(page.sections == Self.sections)
    }
  #endif
}
