import Foundation
import Mercer
import MercerTestSupport
import Testing

/// `predict` and `evaluate` on tables in every dress.
@Suite(.serialized) struct PredictTests {
  private static let fitted: Result<Sandbox, any Error> = Result {
    let sandbox = try Sandbox()
    try sandbox.copyResource("penguins60.csv")
    try sandbox.copyResource("penguins60.csv.gz")
    for (target, output) in [("body_mass_g", "mass"), ("species", "species"), ("sex", "sex")] {
      try sandbox.runSuccessfully([
        "fit", "penguins60.csv", "--target", target, "--output", output, "--quiet",
      ])
    }
    return sandbox
  }

  private func predict(
    _ model: String, _ table: String, _ more: [String] = [], input: String? = nil
  ) throws -> Run {
    try Self.fitted.get().runSuccessfully(
      ["predict", "\(model)/model.safetensors", table] + more, input: input)
  }

  private func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func csv(_ rows: [[String]]) -> String {
    rows.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
  }

  /// Whether lines of predictions agree: text exactly, numbers to 1e-9 relative, since a product
  /// of other sizes may be summed in another order.
  private func agree(_ a: [String], _ b: [String]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { left, right in
        if left == right { return true }
        guard let x = Double(left), let y = Double(right) else { return false }
        return abs(x - y) <= 1e-9 * max(abs(x), 1)
      }
  }

  @Test(.enabled(if: isOptimized), arguments: ["mass", "species", "sex"])
  func theDressOfTheTableDoesNotMatter(_ model: String) throws {
    let sandbox = try Self.fitted.get()
    let text = try sandbox.text("penguins60.csv")
    let plain = try predict(model, "penguins60.csv", ["--quiet"]).output
    #expect(rows(plain).count == 61)
    #expect(try predict(model, "penguins60.csv.gz", ["--quiet"]).output == plain)
    #expect(try predict(model, "-", ["--quiet"], input: text).output == plain)
    let dressed = csv(rows(text).map { Array(($0 + ["7"]).reversed()) })
      .replacingOccurrences(of: "7,split", with: "extra,split")
    let run = try predict(model, "-", input: dressed)
    #expect(run.output == plain)
    #expect(run.errors.contains("does not use: extra"))
    let semicolons = text.replacingOccurrences(of: ",", with: ";")
    #expect(try predict(model, "-", ["--quiet"], input: semicolons).output == plain)
  }

  /// What a row is predicted as does not depend on the rows beside it, whether it looks constant,
  /// has missing cells, or is all missing.
  @Test(arguments: ["mass", "species", "sex"])
  func oneRowAlone(_ model: String) throws {
    let text = rows(try Self.fitted.get().text("penguins60.csv"))
    let all = rows(try predict(model, "penguins60.csv", ["--quiet"]).output)
    for row in [1, 2, 17, 40, 60] {
      let alone = rows(
        try predict(model, "-", ["--quiet"], input: csv([text[0], text[row]])).output)
      #expect(alone.count == 2)
      #expect(alone.first == all[0])
      #expect(agree(alone[1], all[row]), "row \(row): \(alone[1]) and \(all[row])")
    }
    // The target's column is not needed, and empty cells are filled.
    let empty = [text[0], text[0].map { _ in "" }]
    let predicted = rows(try predict(model, "-", ["--quiet"], input: csv(empty)).output)
    #expect(predicted.count == 2)
    #expect(!predicted[1].contains("nan"))
  }

  /// Columns whose kind a few rows hide: levels that are numbers or dates beside text, a level with
  /// zeros in front, dates, booleans, and a column of numbers that is empty here.
  @Test(.enabled(if: isOptimized)) func kindsComeFromTheModel() throws {
    let sandbox = try Sandbox()
    let codes = ["007", "7", "x", "2020-01-01", "1.0", "1"]
    var table = [["code", "day", "flag", "x", "y"]]
    for i in 0..<48 {
      let code = i % codes.count
      table.append([
        codes[code], "2024-\(i % 12 < 9 ? "0" : "")\(i % 12 + 1)-15", i % 5 < 2 ? "yes" : "no",
        i % 11 == 3 ? "" : "\(i % 8)",
        "\(Double(code * code) + 0.3 * Double(i % 8) + 0.1 * Double(i % 5))",
      ])
    }
    try sandbox.write(csv(table), to: "t.csv")
    try sandbox.runSuccessfully(["fit", "t.csv", "--target", "y", "--quiet"])
    func predict(_ text: String) throws -> Run {
      try sandbox.runSuccessfully(["predict", "mercer-out/model.safetensors", "-"], input: text)
    }
    let all = rows(try predict(csv(table)).output)
    for row in 1...12 {
      let alone = try predict(csv([table[0], table[row]]))
      #expect(agree(rows(alone.output)[1], all[row]), "row \(row) alone: \(table[row])")
      #expect(alone.errors == "", "\(alone.errors)")
    }
    // Two levels that would be one number.
    #expect(all[1] != all[2])
    let unseen = try predict(csv([table[0], ["8", "2024-03-15", "perhaps", "3", ""]]))
    #expect(unseen.errors.contains("1 cell of code hold"), "\(unseen.errors)")
    #expect(unseen.errors.contains("8"))
    #expect(rows(unseen.output).count == 2)
    // Evaluation and the test table of a fit read by the same kinds.
    try sandbox.write(csv([table[0], table[1], table[4]]), to: "two.csv")
    let evaluated = try sandbox.runSuccessfully([
      "evaluate", "mercer-out/model.safetensors", "two.csv", "--json",
    ]).json()
    let tested = try sandbox.runSuccessfully([
      "fit", "t.csv", "--target", "y", "--test", "two.csv", "--json",
    ]).json()
    let metrics = try [evaluated, tested].map {
      try #require(($0["test"] as? [String: Any])?["rmse"] as? Double)
    }
    #expect(metrics[0] == metrics[1])
    let errors = [1, 4].map { (Double(all[$0][0]) ?? .nan) - (Double(table[$0][4]) ?? .nan) }
    let rmse = (errors.reduce(0) { $0 + $1 * $1 } / 2).squareRoot()
    #expect(abs(metrics[0] - rmse) < 1e-9)
  }

  @Test func predictionsAndEvaluationAgree() throws {
    let sandbox = try Self.fitted.get()
    let table = rows(try sandbox.text("penguins60.csv"))
    func evaluate(_ model: String) throws -> [String: Any] {
      let run = try sandbox.runSuccessfully([
        "evaluate", "\(model)/model.safetensors", "penguins60.csv", "--json",
      ])
      #expect(run.errors == "")
      return try #require(try run.json()["test"] as? [String: Any])
    }
    let mass = rows(try predict("mass", "penguins60.csv", ["--quiet"]).output)
    #expect(mass[0] == ["prediction", "lower", "upper"])
    let pairs = zip(table, mass).dropFirst().compactMap { row, prediction in
      Double(row[5]).map { (truth: $0, line: prediction.compactMap { Double($0) }) }
    }
    #expect(pairs.count == 59)
    let squares = pairs.map { ($0.truth - $0.line[0]) * ($0.truth - $0.line[0]) }
    let rmse = (squares.reduce(0, +) / Double(pairs.count)).squareRoot()
    let regression = try evaluate("mass")
    #expect(abs(try #require(regression["rmse"] as? Double) / rmse - 1) < 1e-9)
    let inside = pairs.count { $0.line[1] <= $0.truth && $0.truth <= $0.line[2] }
    let coverage = try #require(regression["interval_coverage"] as? [String: Double])
    #expect(abs(try #require(coverage["0.9"]) - Double(inside) / 59) < 0.5 / 59)

    let species = rows(try predict("species", "penguins60.csv", ["--quiet"]).output)
    #expect(
      species[0]
        == [
          "prediction", "probability_Adelie", "probability_Chinstrap", "probability_Gentoo", "set",
        ])
    let wrong = zip(table, species).dropFirst().count { $0[0] != $1[0] }
    let classes = try evaluate("species")
    #expect(abs(try #require(classes["error"] as? Double) - Double(wrong) / 60) < 1e-12)
    for line in species.dropFirst() {
      let probabilities = line.dropFirst().compactMap { Double($0) }
      #expect(probabilities.count == 3)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test func jsonAndFilesHoldTheSame() throws {
    let sandbox = try Self.fitted.get()
    let plain = try predict("mass", "penguins60.csv", ["--quiet"]).output
    let run = try predict("mass", "penguins60.csv", ["--json", "--output", "p.csv"])
    #expect(run.errors == "")
    #expect(try sandbox.text("p.csv") == plain)
    let json = try run.json()
    #expect(json["target"] as? String == "body_mass_g")
    #expect(json["rows"] as? Int == 60)
    struct Predictions: Decodable { var predictions: [Double] }
    let predictions = try JSONDecoder().decode(Predictions.self, from: Data(run.output.utf8))
    #expect(predictions.predictions == rows(plain).dropFirst().compactMap { Double($0[0]) })
    // A wider level gives a wider interval.
    func width(_ level: String) throws -> Double {
      let line = rows(
        try predict("mass", "penguins60.csv", ["--quiet", "--level", level]).output)[1]
      return (Double(line[2]) ?? 0) - (Double(line[1]) ?? 0)
    }
    #expect(try width("0.5") < width("0.95"))
  }
}
