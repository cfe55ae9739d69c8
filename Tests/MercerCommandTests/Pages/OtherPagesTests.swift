import Foundation
import MercerTestSupport
import Testing

/// The pages of `predict`, `explain`, `forecast` and `compare-runs`.
@Suite(.enabled(if: isOptimized), .serialized) struct OtherPagesTests {
  /// A directory with runs on numbers (`numbers`), and on classes (`classes`).
  private static func fitted() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(FitPageTests.table(rows: 50, classes: 1), to: "numbers.csv")
    try sandbox.write(FitPageTests.table(rows: 50, classes: 3), to: "classes.csv")
    for name in ["numbers", "classes"] {
      try sandbox.runSuccessfully([
        "fit", "\(name).csv", "--target", "y", "--output", name, "--quiet", "--kernel",
        "laplace(lengthScale: 2)",
      ])
    }
    return sandbox
  }

  private static let shared = Result { try fitted() }

  private func page(_ arguments: [String]) throws -> PageCheck {
    let sandbox = try Self.shared.get()
    try sandbox.runSuccessfully(arguments + ["--report", "page.html"])
    let page = PageCheck(try sandbox.text("page.html"))
    try FileManager.default.removeItem(atPath: sandbox.path("page.html"))
    #expect(page.faults.isEmpty, "\(page.faults.prefix(5))")
    #expect(page.html.contains("SHA-256"))
    return page
  }

  @Test(arguments: ["numbers", "classes"]) func predictions(_ name: String) throws {
    let page = try page([
      "predict", "\(name)/model.safetensors", "\(name).csv", "--output", "p.csv",
    ])
    #expect(page.sections == ["predictions", "rows", "warnings", "reproduce"])
    // One line a row.
    #expect(page.html.matches(of: #/<td class="n">[0-9]+<\/td>/#).count >= 50)
  }

  @Test(arguments: ["numbers", "classes"]) func explanations(_ name: String) throws {
    let page = try page(["explain", "\(name)/model.safetensors", "\(name).csv", "--quiet"])
    #expect(page.sections == ["columns", "interactions", "rows", "labels", "reproduce"])
    #expect(page.html.contains("Row 3"))
  }

  @Test func forecasts() throws {
    let page = try page([
      "forecast", "numbers.csv", "--target", "y", "--kernel", "laplace(lengthScale: 2)", "--quiet",
    ])
    #expect(page.sections == ["answer", "curve", "spectrum", "reproduce"])
    #expect(page.html.contains("rows now"))
  }

  /// Runs side by side: the same numbers as each has by itself.
  @Test func runsSideBySide() throws {
    let sandbox = try Self.shared.get()
    try sandbox.runSuccessfully([
      "fit", "numbers.csv", "--target", "y", "--output", "other", "--quiet", "--ignore", "a",
      "--kernel", "laplace(lengthScale: 2)",
    ])
    let page = try page(["compare-runs", "numbers", "other"])
    #expect(page.sections == ["errors", "columns", "runs", "reproduce"])
    let run = try sandbox.runSuccessfully(["compare-runs", "other", "numbers", "--json"])
    let json = try run.json()
    // Without column a there is nothing to learn most of the target from.
    #expect(json["best"] as? String == "numbers")
    #expect(json["compared_by"] as? String == "validation")
    let runs = try #require(json["runs"] as? [[String: Any]])
    #expect(runs.map { $0["directory"] as? String } == ["other", "numbers"])
    for run in runs {
      let own = try jsonObject(
        try sandbox.text("\(try #require(run["directory"] as? String))/metrics.json"))
      let (left, right) = (
        run["validation"] as? [String: Any], own["validation"] as? [String: Any]
      )
      #expect(left?["rmse"] as? Double == right?["rmse"] as? Double)
    }
    let text = try sandbox.runSuccessfully(["compare-runs", "other", "numbers"]).output
    #expect(text.contains("least error in validation: numbers"))
    #expect(text.contains("rmse"))
  }

  /// One clear line, and no page.
  @Test(arguments: [
    (["numbers", "classes"], "their errors do not compare"),
    (["numbers", "nowhere"], "there is no such directory"),
    (["numbers"], "at least two directories"),
    (["numbers", "."], "there is no metrics.json in it"),
    (["numbers", "broken"], "is not the metrics.json of a fit"),
  ]) func refusals(_ directories: [String], _ message: String) throws {
    let sandbox = try Self.shared.get()
    try FileManager.default.createDirectory(
      atPath: sandbox.path("broken"), withIntermediateDirectories: true)
    try sandbox.write("{}", to: "broken/metrics.json")
    let run = try sandbox.run(["compare-runs"] + directories + ["--report", "never.html"])
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: sandbox.path("never.html")))
  }

  /// A page that cannot be written is told of before the work.
  @Test func pageWithNowhereToGo() throws {
    let sandbox = try Self.shared.get()
    let run = try sandbox.run([
      "predict", "numbers/model.safetensors", "numbers.csv", "--output", "early.csv", "--report",
      "nowhere/page.html",
    ])
    #expect(run.status == 2)
    #expect(run.errors.contains("nowhere"))
    #expect(!FileManager.default.fileExists(atPath: sandbox.path("early.csv")))
  }
}
