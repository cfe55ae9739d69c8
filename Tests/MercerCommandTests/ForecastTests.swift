import Foundation
import Mercer
import MercerTestSupport
import Testing

/// What `forecast` prints.
@Suite(.enabled(if: isOptimized), .serialized) struct ForecastTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    return sandbox
  }

  /// The contract of `--json`, key for key.
  @Test func jsonKeepsTheContract() throws {
    let sandbox = try sandbox()
    let run = try sandbox.runSuccessfully([
      "forecast", "penguins60.csv", "--target", "body_mass_g", "--kernel",
      "laplace(lengthScale: 4)",
      "--rows", "90,2x, 4x", "--json", "--seed", "3",
    ])
    #expect(run.errors == "")
    #expect(Set(try sandbox.contents().keys) == ["penguins60.csv"])
    let report = try run.json()
    #expect(
      Set(report.keys) == [
        "task", "rows", "runs", "kernel", "spectrum", "measures", "seconds", "seed", "version",
      ])
    #expect(report["task"] as? String == "regression")
    #expect(report["rows"] as? Int == 59)
    #expect(report["seed"] as? Int == 3)
    #expect(report["version"] as? String == MercerVersion.current)
    let spectrum = try #require(report["spectrum"] as? [String: Any])
    #expect(Set(spectrum.keys) == ["rows", "learned_modes", "unlearned_share", "noise_share"])
    let measures = try #require(report["measures"] as? [String: Any])
    #expect(Set(measures.keys) == ["rmse"])
    let rmse = try #require(measures["rmse"] as? [String: Any])
    #expect(
      Set(rmse.keys).subtracting(["tenth_less"])
        == ["measured", "forecasts", "doubling", "words"])
    let measured = try #require(rmse["measured"] as? [[String: Any]])
    #expect(measured.count >= 2)
    #expect(
      measured.allSatisfy { Set($0.keys) == ["rows", "runs", "error", "standard_error"] })
    let forecasts = try #require(rmse["forecasts"] as? [[String: Any]])
    #expect(
      forecasts.allSatisfy {
        Set($0.keys) == ["rows", "error", "lower", "upper", "eigenlearning"]
      })
    #expect(Set([59, 90, 118, 236]).isSubset(of: forecasts.compactMap { $0["rows"] as? Int }))
    let doubling = try #require(rmse["doubling"] as? [String: Double])
    #expect(Set(doubling.keys) == ["error", "lower", "upper"])
    let words = try #require(rmse["words"] as? String)
    #expect(words.hasPrefix("Twice the rows (118) would "))
  }

  /// The tables and the sentences for people; where searches are fast, without a flag.
  @Test func summaryOfClasses() throws {
    let sandbox = try sandbox()
    #if DEBUG
      let kernel = ["--kernel", "laplace(lengthScale: 4)"]
    #else
      let kernel: [String] = []
    #endif
    let run = try sandbox.runSuccessfully(
      ["forecast", "penguins60.csv", "--target", "species"] + kernel)
    #expect(run.errors == "")
    for part in [
      "penguins60.csv: 60 rows", "fits of parts", "error", "log loss", "eigenlearning", "forecast",
      "90 % interval", "60 (all)", "120", "240", "480", "Twice the rows (120)",
    ] {
      #expect(run.output.contains(part), "\(part): \(run.output)")
    }
    #expect(!run.output.contains("nan") && !run.output.contains("inf"))
    let quiet = try sandbox.runSuccessfully([
      "forecast", "penguins60.csv", "--target", "body_mass_g", "--kernel", "laplace", "--quiet",
    ])
    #expect(quiet.output == "" && quiet.errors == "")
  }
}
