import Foundation
import Mercer
import MercerTestSupport
import Testing

/// What `explain` prints and writes.
@Suite(.enabled(if: isOptimized), .serialized) struct ExplainTests {
  private static let fitted: Result<Sandbox, any Error> = Result {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    for (target, output) in [("body_mass_g", "mass"), ("species", "species"), ("sex", "sex")] {
      // One kernel: a fit in less time, and explanations that are the same in kind.
      try sandbox.runSuccessfully([
        "fit", "penguins60.csv", "--target", target, "--output", output, "--quiet", "--kernel",
        "gaussian(lengthScale: 4)",
      ])
    }
    return sandbox
  }

  private func explain(_ model: String, _ more: [String]) throws -> Run {
    try Self.fitted.get().runSuccessfully(
      ["explain", "\(model)/model.safetensors", "penguins60.csv"] + more)
  }

  static let keys: Set<String> = [
    "task", "target", "rows", "unit", "importance", "permutation", "interactions", "predictions",
    "labels", "seconds", "seed", "version",
  ]

  private struct Parts: Decodable {
    struct Contribution: Decodable { var column: String, value: Double }
    struct Term: Decodable { var row: Int, term: Double }
    struct Prediction: Decodable {
      var row: Int, value: Double, baseline: Double, score: Double, offset: Double
      var contributions: [Contribution]
      var training_rows: [Term]
    }
    var predictions: [Prediction]
  }

  /// The contract of the object, and what it holds against what `predict` says.
  @Test(arguments: ["mass", "species", "sex"])
  func theObjectKeepsTheContract(_ model: String) throws {
    let sandbox = try Self.fitted.get()
    let run = try explain(
      model, ["--json", "--rows", "2,60,7-9,8", "--top", "60", "--output", "why.json"])
    #expect(run.errors == "")
    #expect(try sandbox.text("why.json") == run.output)
    let json = try run.json()
    #expect(Set(json.keys) == Self.keys)
    #expect(json["rows"] as? Int == 60)

    let importance = try #require(json["importance"] as? [[String: Any]])
    #expect(importance.count == 8)
    #expect(
      Set(importance[0].keys) == [
        "column", "gradient", "gradient_share", "permutation", "permutation_standard_error",
      ])
    let interactions = try #require(json["interactions"] as? [[String: Any]])
    #expect(interactions.count == 28)
    #expect(
      Set(interactions[0].keys) == [
        "columns", "strength", "standard_error", "additive_strength", "excess",
        "excess_standard_error", "is_clear",
      ])
    let labels = try #require(json["labels"] as? [String: Any])
    #expect(labels["is_training_table"] as? Bool == true)
    let doubted = try #require(labels["rows"] as? [[String: Any]])
    #expect(doubted.count == ["mass": 59, "species": 60, "sex": 55][model])
    #expect(doubted.allSatisfy { $0["is_left_out"] as? Bool == true })

    let parts = try JSONDecoder().decode(Parts.self, from: Data(run.output.utf8)).predictions
    #expect(parts.map(\.row) == [2, 60, 7, 8, 9])
    let predicted = try predictions(model)
    for part in parts {
      let value = predicted[part.row - 1]
      let sum = part.contributions.reduce(part.baseline) { $0 + $1.value }
      #expect(part.contributions.count == 8)
      #expect(abs(part.value - value) <= 1e-6 * max(abs(value), 1))
      #expect(abs(sum - value) <= 1e-6 * max(abs(value), 1))
      let terms = part.training_rows.reduce(part.offset) { $0 + $1.term }
      #expect(abs(terms - part.score) <= 1e-6 * max(abs(part.score), 1))
      // Numbers of the table's rows, of which 59 of mass and 55 of sex were fitted.
      #expect(part.training_rows.allSatisfy { (1...60).contains($0.row) })
      #expect(part.training_rows.count == doubted.count)
    }
  }

  /// From `predict`: the value, or the log-odds of the likeliest class.
  private func predictions(_ model: String) throws -> [Double] {
    let output = try Self.fitted.get().runSuccessfully([
      "predict", "\(model)/model.safetensors", "penguins60.csv", "--json",
    ]).output
    struct Predicted: Decodable { var predictions: [Double]?, probabilities: [[Double]]? }
    let json = try JSONDecoder().decode(Predicted.self, from: Data(output.utf8))
    if let values = json.predictions { return values }
    return try #require(json.probabilities).map { row in
      let likeliest = row.max() ?? 0
      return log(likeliest) - log(row.reduce(0, +) - likeliest)
    }
  }

  @Test(arguments: ["mass", "species", "sex"])
  func theTextNamesWhatWasFound(_ model: String) throws {
    let run = try explain(model, ["--top", "4"])
    // Of cells that were there in all rows with this target.
    #expect(run.errorLines.allSatisfy { $0.hasPrefix("note: 1 missing cell of ") })
    for title in [
      "importance:", "interactions:", "row 1", "row 3", ": contributions",
      "the training rows that carry it", "labels that the other rows contradict:",
      "each row left out of the fit", "… 4 more",
    ] { #expect(run.output.contains(title), "\(title)") }
    #expect(!run.output.contains("row 4"))
    for sign in ["nan", "inf", "Optional"] { #expect(!run.output.contains(sign)) }
    #expect(try explain(model, ["--quiet"]).output == "")
  }

  @Test func aTableWithoutTheTargetIsExplained() throws {
    let sandbox = try Self.fitted.get()
    let rows = try sandbox.text("penguins60.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    // Column 5 is body_mass_g; two rows are less than the default explains.
    let text = rows.prefix(3).map { row in
      row.enumerated().filter { $0.offset != 5 }.map { String($0.element) }.joined(separator: ",")
    }
    let run = try sandbox.runSuccessfully(
      ["explain", "mass/model.safetensors", "-", "--json"],
      input: text.joined(separator: "\n") + "\n")
    let json = try run.json()
    #expect(json["labels"] == nil)
    let permutation = try #require(json["permutation"] as? [String: Any])
    #expect(permutation["measure"] as? String == "change of prediction")
    #expect(permutation["error"] == nil)
    #expect((json["predictions"] as? [Any])?.count == 2)
  }

  @Test func theSameSeedSaysTheSame() throws {
    func parts(_ more: [String]) throws -> NSDictionary {
      var json = try explain("sex", ["--json"] + more).json()
      json["seconds"] = nil
      return json as NSDictionary
    }
    let first = try parts(["--threads", "1"])
    #expect(try parts(["--threads", "2"]) == first)
    #expect(try parts(["--seed", "1"]) != first)
  }
}
