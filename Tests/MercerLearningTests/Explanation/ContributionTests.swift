import Foundation
import MercerCore
import MercerData
import MercerLearning
import Testing

/// Contributions of columns to single predictions, and terms of training rows.
@Suite struct ContributionTests {
  private static let table = exampleTable(40)

  private func model(_ target: String) throws -> TableModel {
    try fittedModel(
      of: Self.table, target: target, ignoring: [target == "price" ? "sold" : "price"],
      kernel: "laplace(lengthScale: 3) + 0.1 * gaussian(lengthScale: 2)", ridge: 0.1)
  }

  /// What is explained, from the public predictions: the value, or log p/(1 − p) of the likeliest
  /// class.
  private func explained(_ model: TableModel) throws -> [(value: Double, classIndex: Int?)] {
    switch try model.predict(Self.table).predictions {
    case .numbers(let values, _, _, _): return values.map { ($0, nil) }
    case .classes(let probabilities, _, _, _):
      return (0..<probabilities.rowCount).map { row in
        let p = probabilities.row(row)
        let best = p.indices.max { p[$0] < p[$1] } ?? 0
        return (logOdds(p[best]), best)
      }
    }
  }

  private func logOdds(_ p: Double) -> Double { log(p) - log(1 - p) }

  /// Sums of differences of values near 1e4 lose some ten digits of sixteen at most; 1e-9 of the size
  /// of the values is far below what is asked for, 1e-6.
  @Test(arguments: ["price", "sold", "city"])
  func contributionsSumToThePrediction(_ target: String) throws {
    let model = try model(target)
    let explainer = try TableExplainer(model, table: Self.table, seed: 3)
    let expected = try explained(model)
    let found = try explainer.contributions(of: Array(0..<40))
    #expect(found.map(\.row) == Array(0..<40))
    for parts in found {
      let (value, classIndex) = expected[parts.row]
      let sum = parts.contributions.reduce(parts.baseline) { $0 + $1.value }
      #expect(parts.contributions.count == explainer.columnNames.count)
      #expect(parts.classIndex == classIndex)
      #expect(abs(sum - value) <= 1e-9 * max(abs(value), abs(parts.baseline), 1))
      #expect(abs(parts.value - value) <= 1e-9 * max(abs(value), 1))
    }
  }

  /// For a sum of functions of one column each, what a column adds is known without sampling: its own
  /// function less the mean of that over the background.
  @Test func contributionsOfAnAdditiveModelAreItsTerms() throws {
    let planted = PlantedTable(rows: 50, columns: 3, noise: 0, seed: 5) {
      2 * $0[0] - $0[1] + $0[0] * $0[0]
    }
    let model = try fittedModel(
      of: planted.table, kernel: "gaussian(on: [0]) + gaussian(on: [1]) + gaussian(on: [2])",
      ridge: 0.01)
    let explainer = try TableExplainer(model, table: planted.table)
    let inputs = explainer.inputs
    // f with one column from row 7 and the others from each row, less f of the row: a constant plus
    // what the column adds.
    let parts = try explainer.contributions(of: [7])[0]
    for column in 0..<3 {
      var moved = inputs.coordinates
      for row in 0..<50 { moved[row, column] = inputs.coordinates[7, column] }
      let before = try model.regression.predict(inputs)
      let after = try model.regression.predict(Points(moved))
      let mean = (0..<50).reduce(0) { $0 + (after[$1, 0] - before[$1, 0]) / 50 }
      // The background is the fitted rows, whose coordinates have single precision.
      #expect(abs(parts.contributions[column].value - mean) < 1e-6, "column \(column)")
    }
  }

  /// All terms and the offset are the prediction: asked for as many terms as there are rows, their
  /// sum shows it.
  @Test(arguments: ["price", "sold", "city"])
  func termsSumToTheScore(_ target: String) throws {
    let model = try model(target)
    let explainer = try TableExplainer(model, table: Self.table)
    let scores = try model.regression.predict(explainer.inputs)
    let n = model.regression.inputs.count
    for carrying in try explainer.carryingRows(of: Array(0..<40), count: n) {
      let sum = carrying.terms.reduce(carrying.offset) { $0 + $1.value }
      // Of two classes there is one score, of the second.
      let isNegated = target == "sold" && carrying.classIndex == 0
      let output = target == "city" ? carrying.classIndex ?? 0 : 0
      let score = scores[carrying.row, output] * (isNegated ? -1 : 1)
      #expect(abs(sum - score) <= 1e-9 * max(abs(score), 1))
      #expect(abs(carrying.score - score) <= 1e-9 * max(abs(score), 1))
      #expect(abs(carrying.share - 1) < 1e-12)
      #expect(
        zip(carrying.terms, carrying.terms.dropFirst()).allSatisfy {
          abs($0.value) >= abs($1.value)
        })
    }
  }

  /// With a short length scale a training row carries its own prediction.
  @Test func aRowIsCarriedByItself() throws {
    let planted = PlantedTable(rows: 40, columns: 3, noise: 0, seed: 8) { 5 + $0[0] }
    let model = try fittedModel(
      of: planted.table, kernel: "gaussian(lengthScale: 0.05)", ridge: 0.01)
    let explainer = try TableExplainer(model, table: planted.table)
    for carrying in try explainer.carryingRows(of: [0, 5, 39], count: 1) {
      #expect(carrying.terms.first?.trainingRow == carrying.row)
      #expect(carrying.share > 0.5)
    }
  }
}
