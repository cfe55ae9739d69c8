import Foundation
import MercerCore
import MercerData
import MercerLearning
import Testing

/// Which columns matter.
@Suite struct ImportanceTests {
  private static func planted(rows: Int, seed: UInt64) -> Table {
    PlantedTable(rows: rows, columns: 5, noise: 0.1, seed: seed) { 2 * $0[3] + $0[1] * $0[1] }.table
  }

  private static let model = Result {
    try fittedModel(
      of: planted(rows: 120, seed: 1), kernel: "gaussian(lengthScale: 3)", ridge: 0.01)
  }

  /// On rows that the model has not seen both measures set the columns of the function before those
  /// of noise.
  @Test func columnsOfTheFunctionComeFirst() throws {
    let table = Self.planted(rows: 80, seed: 2)
    let explainer = try TableExplainer(Self.model.get(), table: table)
    let importance = try explainer.featureImportance()
    #expect(importance.measure == .rootMeanSquareError && importance.rows == 80)
    #expect(Set(importance.columns.prefix(2).map(\.name)) == ["x2", "x4"])
    let byGradient = importance.columns.sorted { $0.gradient > $1.gradient }
    #expect(Set(byGradient.prefix(2).map(\.name)) == ["x2", "x4"])
    #expect(abs(importance.columns.reduce(0) { $0 + $1.gradientShare } - 1) < 1e-12)
    for column in importance.columns {
      let rise = try #require(column.permutation)
      let matters = ["x2", "x4"].contains(column.name)
      #expect(matters ? rise.value > 5 * rise.standardError : rise.value < 0.1, "\(column)")
    }
  }

  /// The gradient of a linear model is its slope, for each column times the column's deviation.
  @Test func gradientsAreInDeviations() throws {
    let table = PlantedTable(rows: 60, columns: 2, noise: 0, seed: 3) { 3 * $0[0] - $0[1] }.table
    let model = try fittedModel(of: table, kernel: "linear", ridge: 1e-6)
    let explainer = try TableExplainer(model, table: table)
    let importance = try explainer.featureImportance()
    for (name, slope) in [("x1", 3.0), ("x2", 1.0)] {
      guard case .numbers(let values)? = table.column(named: name)?.values else {
        Issue.record("no numbers")
        return
      }
      let mean = values.reduce(0, +) / 60
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 60).squareRoot()
      let found = try #require(importance.columns.first { $0.name == name }).gradient
      // The ridge of 1e-6 for 60 rows shrinks slopes by about 1e-8.
      #expect(abs(found - slope * deviation) < 1e-6 * slope)
    }
  }

  /// Without a target the change of the prediction is measured, and it is 0 for a column that the
  /// model does not look at.
  @Test(arguments: ["y", "sold"])
  func withoutATargetPredictionsAreCompared(_ target: String) throws {
    let table = target == "y" ? Self.planted(rows: 40, seed: 4) : exampleTable(40)
    let model = try fittedModel(
      of: table, target: target, ignoring: target == "y" ? [] : ["price"],
      kernel: "gaussian(on: [0])", ridge: 0.1)
    let rest = Table(
      columns: table.columns.filter { $0.name != target }, rowCount: 40, source: "rest.csv")
    let explainer = try TableExplainer(model, table: rest)
    #expect(explainer.truth == nil)
    let importance = try explainer.featureImportance()
    #expect(importance.error == nil)
    #expect(importance.measure == (target == "y" ? .predictionChange : .probabilityChange))
    for column in importance.columns {
      let isUsed = column.name == (target == "y" ? "x1" : "age")
      let change = try #require(column.permutation).value
      #expect(
        isUsed ? change > 0.01 && column.gradient > 0.01 : change == 0 && column.gradient == 0)
    }
    #expect(try explainer.labelDoubts() == nil)
  }

  @Test func threadsDoNotChangeAnything() throws {
    let table = Self.planted(rows: 60, seed: 6)
    let explainer = try TableExplainer(Self.model.get(), table: table, seed: 9)
    let (one, two) = (ExecutionContext(threadCount: 1), ExecutionContext(threadCount: 2))
    #expect(
      try explainer.featureImportance(context: one).columns
        == explainer.featureImportance(context: two).columns)
    #expect(
      try explainer.interactions(context: one).pairs
        == explainer.interactions(context: two).pairs)
    let (a, b) = try (
      explainer.contributions(of: [1, 5], context: one),
      explainer.contributions(of: [1, 5], context: two)
    )
    #expect(a.map(\.contributions) == b.map(\.contributions))
    #expect(
      try explainer.carryingRows(of: [2], count: 7, context: one)[0].terms
        == explainer.carryingRows(of: [2], count: 7, context: two)[0].terms)
    #expect(
      try explainer.labelDoubts(context: one)?.rows
        == explainer.labelDoubts(context: two)?.rows)
  }
}
