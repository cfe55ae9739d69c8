import Foundation
import MercerTestSupport
import Testing

/// The page of a real fit in a browser: what holds for the parts holds for them together.
@Suite(.enabled(if: isOptimized), .enabled(if: Browser.program != nil, Browser.advice), .serialized)
struct FitPageBrowserTests {
  private static let paper = [false: "rgb(255, 255, 255)", true: "rgb(20, 23, 27)"]

  /// A table with a number, levels with awkward names, a missing cell and a target of some classes.
  private static func table(classes: Int) -> String {
    var lines = ["size,\"a <b> & \"\"c\"\"\",shade,\"target, with a comma\""]
    for row in 0..<60 {
      let (a, b) = (Gallery.noise(2 * row), Gallery.noise(2 * row + 1))
      let shade = ["light", "dark & deep", "a very long name of a level that has no end"][row % 3]
      let value = 3 * a + b
      let target =
        classes == 1
        ? "\(value)" : "class \(min(max(Int((value + 2) / 4 * Double(classes)), 0), classes - 1))"
      lines.append("\(row == 7 ? "" : "\(a)"),\(b),\(shade),\(target)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func page(classes: Int) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-fit-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(Self.table(classes: classes).utf8).write(to: folder.appendingPathComponent("t.csv"))
    let process = Process()
    process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent()
      .appendingPathComponent("mercer")
    process.arguments = ["fit", "t.csv", "--target", "target, with a comma", "--quiet"]
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try String(
      contentsOf: folder.appendingPathComponent("mercer-out/report.html"), encoding: .utf8)
  }

  @Test(arguments: [1, 2, 4]) func holdsAtEveryWidthInBothThemes(classes: Int) throws {
    let html = try page(classes: classes)
    let drawings = html.matches(of: #/<figure /#).count
    #expect(drawings >= 8)
    var frames: [Browser.Frame] = []
    for (width, isDark) in [(375, true), (768, false), (1280, true), (1280, false)] {
      let theme = isDark ? "dark" : "light"
      frames.append(
        Browser.Frame(
          name: "\(width) \(theme)",
          html: html.replacingOccurrences(
            of: "let choice = \"automatic\";", with: "let choice = \"\(theme)\";"), width: width,
          drawings: drawings, background: Self.paper[isDark]))
    }
    for (frame, found) in try Browser.findings(in: frames) {
      #expect(found.isEmpty, "\(frame): \(found.prefix(8).joined(separator: "\n"))")
    }
  }
}
