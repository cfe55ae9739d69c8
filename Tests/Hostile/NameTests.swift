import Foundation
import MercerSandbox
import MercerTestSupport
import Testing

/// Names of files and columns that mean something to a terminal, a browser or a spreadsheet.
@Suite struct NameTests {
  private static let names = [
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\nb", "\u{1b}[2J\u{1b}]0;x\u{7}",
    "\"><img src=x onerror=alert(1)>", "&amp;", "\u{202e}txt", "]]>", "'; DROP TABLE",
    "@SUM(1+1)", "javascript:alert(1)", "{{7*7}}", "\r\nb",
  ]

  /// A table with all these names and, in a column of words, as cells.
  private static func table(target: String) -> String {
    func cell(_ text: String) -> String {
      "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
    var lines = [(names + ["words", target]).map(cell).joined(separator: ",")]
    for row in 0..<60 {
      let numbers = names.indices.map { String((row * (7 + $0) + row * row) % 23) }
      let sum = Double(row * 7 % 23) + Double(row % names.count)
      lines.append(
        (numbers + [cell(names[row % 3]), "\(sum)"]).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func expectHarmless(_ text: String, location: SourceLocation = #_sourceLocation) {
    // Of control characters only line ends and tabs reach a terminal.
    let controls = text.unicodeScalars.filter {
      $0.value < 0x20 && $0 != "\n" && $0 != "\t" || (0x7f...0x9f).contains($0.value)
    }
    #expect(controls.isEmpty, "\(text)", sourceLocation: location)
  }

  @Test(.enabled(if: isOptimized), arguments: ["<b>price</b>", "=1+1", "a\tb\u{1b}[31m"])
  func columns(_ target: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.table(target: target), to: "t.csv")
    let arguments = [
      "fit", "t.csv", "--target", target, "--kernel", "laplace", "--output", "m", "--plots",
    ]
    let fit = try sandbox.run(arguments)
    #expect(fit.status == 0, "\(fit.errors)")
    expectHarmless(fit.output)
    expectHarmless(fit.errors)
    let others = [
      ["show", "m/model.safetensors"], ["evaluate", "m/model.safetensors", "t.csv"],
      ["explain", "m/model.safetensors", "t.csv", "--rows", "1", "--report", "explained.html"],
      [
        "predict", "m/model.safetensors", "t.csv", "--output", "p.csv", "--keep-all", "--report",
        "predicted.html",
      ],
      ["compare-runs", "m", "m/../m", "--report", "compared.html"],
    ]
    for arguments in others {
      let run = try sandbox.run(arguments)
      #expect(run.status == 0, "\(arguments): \(run.errors)")
      expectHarmless(run.output)
      expectHarmless(run.errors)
    }
    for arguments in [arguments, ["show", "m/model.safetensors"]] {
      _ = try sandbox.run(arguments + ["--json"]).json()
    }
    #expect(sandbox.has("m/report.html"))
    #expect(try sandbox.contents().keys.contains { $0.hasSuffix(".svg") })
    try checkPages(sandbox)
  }

  /// Every page and picture that a run wrote: names are text in them, not markup.
  private func checkPages(_ sandbox: Sandbox) throws {
    for name in try sandbox.contents().keys
    where name.hasSuffix(".html") || name.hasSuffix(".svg") {
      let page = try sandbox.text(name)
      for dangerous in [
        "<script>alert", "<img src=x", "<b>price", "\u{1b}", "\u{202e}", "href=\"javascript:",
      ] {
        #expect(!page.contains(dangerous), "\(name) holds \(dangerous)")
      }
    }
  }

  @Test func rowsKeepTheirCells() throws {
    // Cells pass through as they are: what they mean is for whoever opens the file.
    let sandbox = try Sandbox()
    try sandbox.write(Self.table(target: "y"), to: "t.csv")
    try sandbox.runSuccessfully(
      ["fit", "t.csv", "--target", "y", "--kernel", "laplace", "--output", "m", "--quiet"])
    let run = try sandbox.run(
      ["predict", "m/model.safetensors", "t.csv", "--keep", "words", "--quiet"])
    #expect(run.output.contains("<script>alert(1)</script>") && run.status == 0)
  }

  @Test(
    .enabled(if: isOptimized),
    arguments: [
      "a\nb.csv", "\u{1b}[31mred.csv", "<b>.csv", "=1.csv", "a b'\"$(id)`.csv", "é.csv",
    ])
  func files(_ name: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(Sandbox.table(rows: 40), to: name)
    let fit = try sandbox.run(
      ["fit", name, "--target", "y", "--kernel", "laplace", "--output", "m \(name)"])
    #expect(fit.status == 0, "\(fit.errors)")
    expectHarmless(fit.output)
    expectHarmless(fit.errors)
    let absent = try sandbox.run(["fit", "no " + name, "--target", "y"])
    expectRefusal(absent, says: "no such file")
    expectHarmless(absent.errors)
    #expect(absent.errorLines.count == 3, "\(absent.errors)")
    try sandbox.write("a,b\n1,2\n3\n", to: name)
    let ragged = try sandbox.run(["fit", name, "--target", "b", "--output", "n"])
    expectRefusal(ragged, says: "line 3")
    let output = try sandbox.run(
      ["predict", "m \(name)/model.safetensors", "m \(name)/metrics.json", "--output", name + "/p"])
    #expect(output.status == 2)
    expectHarmless(output.errors)
    try checkPages(sandbox)
  }
}
