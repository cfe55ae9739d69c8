import Foundation
import Testing

/// Headless Chromium, which loads pages and says what it finds wrong.
enum Browser {
  /// The program; nil when there is none.
  static let program: URL? = {
    let environment = ProcessInfo.processInfo.environment
    let named = environment["MERCER_CHROMIUM"].map { [$0] } ?? []
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    let candidates = named + names.flatMap { name in folders.map { "\($0)/\(name)" } }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
      .map { URL(fileURLWithPath: $0) }
  }()

  static let advice: Comment =
    "Chromium is not on the PATH: run scripts/setup-tests.sh, or name it in MERCER_CHROMIUM"

  /// A page in a frame of some width, and what must be true of it.
  struct Frame {
    var name: String
    var html: String
    var width: Int
    var drawings: Int
    var background: String?
    var isPage = true
  }

  /// Loads the frames side by side and returns what is wrong with each, by its name.
  ///
  /// Frames are as wide as they are asked to be, whereas a window has a least width.
  static func findings(in frames: [Frame], isDark: Bool = false) throws -> [String: [String]] {
    let checks = try #require(
      Bundle.module.url(forResource: "Resources/page-check", withExtension: "js"))
    var html = "<!DOCTYPE html><meta charset=\"utf-8\"><body>\n"
    for frame in frames {
      html +=
        "<iframe style=\"border:0;width:\(frame.width)px;height:900px\" srcdoc=\"\(escaped(watched(frame.html)))\"></iframe>\n"
    }
    let expectations = frames.map { frame in
      "{name:\"\(frame.name)\",drawings:\(frame.drawings),isPage:\(frame.isPage),"
        + "background:\(frame.background.map { "\"\($0)\"" } ?? "null")}"
    }
    html += """
      <pre id="findings"></pre>
      <script>\(try String(contentsOf: checks, encoding: .utf8))
      addEventListener("load", () => setTimeout(() => {
        const expected = [\(expectations.joined(separator: ","))], result = {};
        [...document.querySelectorAll("iframe")].forEach((frame, i) => {
          try { result[expected[i].name] = checkPage(frame, expected[i]); }
          catch (error) { result[expected[i].name] = ["the check failed: " + error.stack]; }
        });
        document.getElementById("findings").textContent = encodeURIComponent(JSON.stringify(result));
      }, 200));
      </script>
      """
    let dump = try load(html, isDark: isDark)
    let start = try #require(dump.range(of: "<pre id=\"findings\">"), "the page did not load")
    let end = try #require(dump.range(of: "</pre>", range: start.upperBound..<dump.endIndex))
    let text = try #require(String(dump[start.upperBound..<end.lowerBound]).removingPercentEncoding)
    try #require(!text.isEmpty, "the checks did not finish")
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(object as? [String: [String]])
  }

  /// A copy of a page that notes errors from its first line on.
  private static func watched(_ html: String) -> String {
    let watcher = """
      <script>window.__errors=[];const note=t=>window.__errors.push(String(t));
      addEventListener("error",e=>note(e.message));addEventListener("unhandledrejection",e=>note(e.reason));
      addEventListener("securitypolicyviolation",e=>note("blocked "+e.blockedURI));
      console.error=note;console.warn=note;window.alert=t=>note("alert "+t);</script>
      """
    guard let head = html.range(of: "<head>") else { return html }
    return html.replacingCharacters(in: head, with: "<head>" + watcher)
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "\"", with: "&quot;")
  }

  /// The document after its scripts have run.
  private static func load(_ html: String, isDark: Bool) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appendingPathComponent("page.html")
    try Data(html.utf8).write(to: page)
    let output = folder.appendingPathComponent("output")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let process = Process()
    process.executableURL = try #require(program)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
      "--disable-extensions", "--user-data-dir=\(folder.path)/profile",
      // 0 is dark and 1 is light.
      "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--window-size=1400,1000",
      "--virtual-time-budget=10000", "--dump-dom", page.absoluteString,
    ]
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    if ended.wait(timeout: .now() + 120) == .timedOut {
      process.terminate()
      Issue.record("Chromium did not end in two minutes")
    }
    return String(decoding: try Data(contentsOf: output), as: UTF8.self)
  }
}
