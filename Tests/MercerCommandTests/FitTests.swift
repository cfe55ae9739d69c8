import Foundation
import Mercer
import MercerTestSupport
import Testing

/// What `fit` writes and prints.
@Suite(.serialized) struct FitTests {
  static let keys: Set<String> = [
    "task", "rows", "features", "kernel", "ridge", "solver", "members", "validation", "test",
    "forecast", "seconds", "target", "source", "naive", "importance",
    "peak_memory_bytes", "seed", "version",
  ]
  static let regressionKeys: Set<String> = [
    "rmse", "mae", "r2", "rmse_over_std", "negative_log_likelihood", "interval_coverage",
  ]
  static let binaryKeys: Set<String> = [
    "accuracy", "error", "log_loss", "auc", "calibration_error",
  ]

  /// The contract of `metrics.json`, key for key.
  @Test(
    .enabled(if: isOptimized),
    arguments: [
      ("body_mass_g", "regression", regressionKeys), ("sex", "binary", binaryKeys),
      ("species", "multiclass", binaryKeys),
    ])
  func metricsKeepTheContract(
    _ target: String, _ task: String, _ metricKeys: Set<String>
  ) throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    let run = try sandbox.runSuccessfully([
      "fit", "penguins60.csv", "--target", target, "--test", "penguins60.csv", "--output", "out",
      "--json", "--seed", "5",
    ])
    #expect(run.errors == "")
    #expect(
      Set(try sandbox.contents().keys)
        == [
          "penguins60.csv", "out", "out/metrics.json", "out/model.safetensors", "out/report.html",
        ])
    #expect(try sandbox.text("out/metrics.json") == run.output)

    let metrics = try run.json()
    let more: Set<String> =
      task == "regression"
      ? [] : task == "binary" ? ["calibrations", "thresholds"] : ["calibrations"]
    #expect(Set(metrics.keys) == Self.keys.union(more))
    #expect(metrics["task"] as? String == task)
    // Rows without the target are left out.
    let filled = ["body_mass_g": 59, "sex": 55, "species": 60][target]
    #expect(metrics["rows"] as? Int == filled)
    #expect(metrics["seed"] as? Int == 5)
    #expect(metrics["version"] as? String == MercerVersion.current)
    let seconds = try #require(metrics["seconds"] as? [String: Double])
    #expect(Set(seconds.keys) == ["read", "search", "fit", "predict", "report"])
    #expect(seconds.values.allSatisfy { $0 >= 0 && $0.isFinite })
    #expect(try #require(metrics["peak_memory_bytes"] as? Int) > 1_000_000)
    #expect(try #require(metrics["ridge"] as? Double) > 0)
    #expect(
      try makeKernel(parsing: #require(metrics["kernel"] as? String), of: Double.self)
        .description == metrics["kernel"] as? String)
    #expect(metrics["target"] as? String == target)
    #expect(metrics["source"] as? String == "penguins60.csv")
    let naive = try #require(metrics["naive"] as? [String: Any])
    #expect(metricKeys.isSubset(of: naive.keys))
    let importance = try #require(metrics["importance"] as? [String: Any])
    #expect(Set(importance.keys) == ["measure", "table", "columns"])
    #expect(importance["table"] as? String == "test")
    let columns = try #require(importance["columns"] as? [[String: Any]])
    #expect(
      Set(columns[0].keys)
        == ["column", "gradient_share", "permutation", "permutation_standard_error"])
    let members = try #require(metrics["members"] as? [[String: Any]])
    #expect(
      (1...8).contains(members.count) && Set(members[0].keys) == ["kernel", "ridge", "weight"])
    #expect(members[0]["kernel"] as? String == metrics["kernel"] as? String)
    #expect(members[0]["ridge"] as? Double == metrics["ridge"] as? Double)
    let validation = try #require(metrics["validation"] as? [String: Any])
    let part: Set<String> =
      task == "regression"
      ? ["interval_coverage_by_size", "interval_width"]
      : ["set_coverage", "set_size", "set_coverage_by_class", "set_coverage_by_confidence"]
    #expect(Set(validation.keys) == metricKeys.union(part).union(["method"]))
    #expect(validation["method"] as? String == "\(filled ?? 0) rows the search held out")
    let forecast = try #require(metrics["forecast"] as? [String: Any])
    #expect(Set(forecast.keys) == ["runs", "measures"])
    let measures = try #require(forecast["measures"] as? [String: [String: Any]])
    #expect(Set(measures.keys) == (task == "regression" ? ["rmse"] : ["error", "log_loss"]))
    for curve in measures.values {
      let rows = try #require(curve["forecasts"] as? [[String: Any]]).map { $0["rows"] as? Int }
      #expect(rows.suffix(3) == [2, 4, 8].map { $0 * (filled ?? 0) })
    }
    let test = try #require(metrics["test"] as? [String: Any])
    #expect(Set(test.keys) == metricKeys.union(part))
    for part in [validation, test] {
      if task == "regression" {
        #expect(try #require(part["rmse_over_std"] as? Double) < 0.6)
        let coverage = try #require(part["interval_coverage"] as? [String: Double])
        #expect(Array(coverage.keys) == ["0.9"])
        #expect(try #require(coverage["0.9"]) > 0.8)
      } else {
        #expect(try #require(part["error"] as? Double) < 0.25)
        #expect(try #require(part["auc"] as? Double) > 0.85)
      }
    }
  }

  @Test(.enabled(if: isOptimized)) func metricsWithoutATestTable() throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    let run = try sandbox.runSuccessfully([
      "fit", "penguins60.csv", "--target", "body_mass_g", "--json",
    ])
    #expect(Set(try run.json().keys) == Self.keys.subtracting(["test"]))
    // The directory that the contract names.
    #expect(try sandbox.text("mercer-out/metrics.json") == run.output)
  }

  /// The same seed gives the same bytes, whatever the number of threads.
  @Test(.enabled(if: isOptimized), arguments: ["body_mass_g", "species"])
  func threadsDoNotMatter(_ target: String) throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    for (name, threads) in [("one", "1"), ("two", "2"), ("again", "2")] {
      try sandbox.runSuccessfully(
        [
          "fit", "penguins60.csv", "--target", target, "--output", name, "--threads", threads,
          "--test", "penguins60.csv", "--seed", "3", "--quiet",
        ], environment: ["SOURCE_DATE_EPOCH": "0"])
    }
    func metrics(_ name: String) throws -> String {
      let text = try sandbox.text("\(name)/metrics.json")
        .replacing(#/"seconds" : {[^}]*}/#, with: "").replacing(
          #/"peak_memory_bytes" : [0-9]+/#, with: "")
      #expect(!text.contains("seconds") && !text.contains("peak"))
      return text
    }
    for name in ["two", "again"] {
      #expect(try metrics("one") == metrics(name))
      #expect(
        try sandbox.bytes("one/model.safetensors") == sandbox.bytes("\(name)/model.safetensors"))
    }
  }

  /// A column without any value, and one that names the rows, are left out and named.
  @Test func summaryTellsWhatWasLeftOut() throws {
    let sandbox = try Sandbox()
    let rows = (0..<40).map { "row\($0),,\($0 % 7),\(Double($0 % 7) + 0.01 * Double($0))" }
    try sandbox.write("id,nothing,x,y\n" + rows.joined(separator: "\n"), to: "t.csv")
    let run = try sandbox.runSuccessfully(["fit", "t.csv", "--target", "y"])
    #expect(run.output.contains("nothing (empty)"))
    #expect(run.output.contains("id (identifier)"))
    // Of its value, rank, normal score and density integral those that a kernel of the blend sees.
    #expect(run.output.contains(#/ [1-4] features?;/#))
    for word in [
      "40 rows", "4 columns", "y (regression)", "kernel", "ridge", "held out",
      "the mean", "rmse", "mercer-out/model.safetensors", "twice the rows: rmse ",
    ] {
      #expect(run.output.contains(word), "\(word)")
    }
    // What it will do, before it does.
    for word in ["40 rows", "y (regression)", "candidates", "time", "memory"] {
      #expect(run.errors.contains(word), "\(word)")
    }
    let quiet = try sandbox.runSuccessfully(["fit", "t.csv", "--target", "y", "--quiet"])
    #expect(quiet.output == "" && quiet.errors == "")
  }

  @Test func ignoredColumnsKernelAndRidgeAreKept() throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    let run = try sandbox.runSuccessfully([
      "fit", "penguins60.csv", "--target", "body_mass_g", "--ignore", "species", "--ignore",
      "island", "--ignore", "split", "--kernel", "matern(smoothness: 2.5, lengthScale: 3)",
      "--ridge", "0.125", "--json",
    ])
    let metrics = try run.json()
    #expect(metrics["kernel"] as? String == "matern(smoothness: 2.5, lengthScale: 3)")
    #expect(metrics["ridge"] as? Double == 0.125)
    // bill length and depth, flipper (each with an indicator), sex with one, year.
    #expect(try #require(metrics["features"] as? Int) <= 11)
  }

  /// Names and paths of directories of all kinds, some of which Foundation does not survive.
  @Test(arguments: ["o", "o/", "./o", "a/b/c", "o//p/"])
  func outputDirectories(_ name: String) throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    try sandbox.runSuccessfully([
      "fit", "penguins60.csv", "--target", "body_mass_g", "--kernel", "laplace", "--ridge", "1",
      "--output", name, "--quiet",
    ])
    #expect(try sandbox.contents().keys.contains { $0.hasSuffix("model.safetensors") })
  }

  /// 3 MB do not hold a factorisation of 700 rows; the fit iterates, and keeps rows aside.
  @Test func littleMemoryStillFits() throws {
    let sandbox = try Sandbox()
    let rows = (0..<700).map { "\($0 % 37),\($0 % 11),\(($0 % 37) * ($0 % 11))" }
    try sandbox.write("a,b,y\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    let run = try sandbox.run([
      "fit", "t.csv", "--target", "y", "--memory", "3MB", "--json", "--kernel",
      "laplace(lengthScale: 2)", "--ridge", "0.1",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let solver = try #require(try run.json()["solver"] as? String)
    #expect(solver.hasPrefix("conjugate gradients"))
  }

  @Test func tooLittleMemoryIsAFailureNotAMistake() throws {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    let before = try sandbox.contents()
    let run = try sandbox.run([
      "fit", "penguins60.csv", "--target", "body_mass_g", "--memory", "2kB",
    ])
    #expect(run.status == 1)
    #expect(run.output == "")
    #expect(run.errorLines.count == 2)
    #expect(run.errors.contains("more than the limit of 2.0 kB"), "\(run.errors)")
    #expect(run.errors.contains("raise --memory"))
    #expect(try sandbox.contents() == before)
  }

  #if !DEBUG
    /// Ctrl-C ends a longer fit soon, with its status and nothing written.
    @Test func interruption() throws {
      let sandbox = try Sandbox()
      var stream = RandomStream(seed: 1, purpose: "test table")
      let rows = (0..<12_000).map { _ in
        (0..<6).map { _ in "\(stream.normal())" }.joined(separator: ",")
      }
      try sandbox.write("a,b,c,d,e,y\n" + rows.joined(separator: "\n"), to: "t.csv")
      let before = try sandbox.contents()
      let run = try sandbox.run(
        ["fit", "t.csv", "--target", "y", "--budget", "600"],
        interruptedWhen: { $0.contains("candidates") })
      #expect(run.status == 130)
      #expect(run.output == "")
      #expect(run.errorLines.last?.hasPrefix("  to do: the same command") == true)
      #expect(run.errors.contains("mercer: stopped at the user's request; nothing was written"))
      #expect(try sandbox.contents() == before)
    }
  #endif
}
