import Foundation
import MercerCore
import MercerData
import MercerLearning
import Testing

/// Which pairs of columns act together.
@Suite struct InteractionTests {
  /// A function with one pair that does more than the sum of its columns, x1 and x2, or with none.
  struct Shape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let isAdditive: Bool
    let function: @Sendable ([Double]) -> Double

    init(
      _ name: String, additive: Bool = false, _ function: @escaping @Sendable ([Double]) -> Double
    ) {
      testDescription = name
      isAdditive = additive
      self.function = function
    }
  }

  static let shapes = [
    Shape("product") { $0[0] * $0[1] + $0[2] },
    Shape("product beside its columns") {
      $0[0] + $0[1] + 0.7 * $0[0] * $0[1] + 2 * $0[2] + sin(2 * $0[3])
    },
    Shape("signs") { ($0[0] > 0) == ($0[1] > 0) ? 1 + $0[2] : $0[2] - 1 },
    Shape("larger of two") { max($0[0], $0[1]) + $0[2] + abs($0[3]) },
    Shape("switch") { 3 * $0[0] / (1 + exp(-2 * $0[1])) + 2 * $0[2] },
    Shape("line", additive: true) { $0[0] + $0[1] + $0[2] },
    Shape("curves", additive: true) { sin(2 * $0[0]) + $0[1] * $0[1] + exp($0[2] / 2) },
    Shape("steps", additive: true) { ($0[0] > 0 ? 2 : 0) + ($0[1] > 0.3 ? 2 : 0) + $0[2] },
  ]

  #if !DEBUG
    /// As fits without flags see them, with noise of 0.3 deviations and columns that do nothing: the
    /// planted pair is first, and clear; of additive functions nothing is.
    @Test(arguments: shapes, [1, 2, 3] as [UInt64])
    func plantedPairsComeFirst(_ shape: Shape, seed: UInt64) throws {
      let planted = PlantedTable(
        rows: 400, columns: 8, noise: 0.3, seed: seed, function: shape.function)
      let model = try fittedModel(of: planted.table)
      let found = try TableExplainer(model, table: planted.table).interactions()
      let clear = found.pairs.filter(\.isClear)
      #expect(
        clear.map(\.columns) == (shape.isAdditive ? [] : [["x1", "x2"]]), "\(found.pairs[0])")
      if !shape.isAdditive { #expect(found.pairs[0].columns == ["x1", "x2"]) }
    }
  #endif

  /// The same where a debug build can do it: one kernel, and few rows.
  @Test func aProductIsFound() throws {
    let planted = PlantedTable(rows: 80, columns: 4, noise: 0.05, seed: 4) { $0[0] * $0[2] + $0[1] }
    let model = try fittedModel(
      of: planted.table, kernel: "gaussian(lengthScale: 2)", ridge: 0.01)
    let found = try TableExplainer(model, table: planted.table).interactions()
    #expect(found.pairs.count == 6)
    #expect(found.pairs[0].columns == ["x1", "x3"] && found.pairs[0].isClear)
    #expect(found.pairs.dropFirst().allSatisfy { !$0.isClear })
  }

  /// A kernel that is a sum over columns makes functions without interactions, exactly.
  @Test func additiveKernelsHaveNone() throws {
    let planted = PlantedTable(rows: 40, columns: 3, noise: 0.1, seed: 5) { $0[0] + $0[1] * $0[1] }
    let model = try fittedModel(
      of: planted.table, kernel: "gaussian(on: [0]) + gaussian(on: [1]) + laplace(on: [2])",
      ridge: 0.1)
    let found = try TableExplainer(model, table: planted.table).interactions()
    // Differences of values of order one, rounded.
    #expect(found.pairs.allSatisfy { $0.strength.value < 1e-12 && !$0.isClear })
  }

  /// A file without the fitted rows' targets and residuals has the same explanations, the additive
  /// reference from the model itself.
  @Test func olderModelsAreExplainedToo() throws {
    let planted = PlantedTable(rows: 80, columns: 3, noise: 0.05, seed: 6) { $0[0] * $0[2] + $0[1] }
    let model = try fittedModel(
      of: planted.table, kernel: "gaussian(lengthScale: 2)", ridge: 0.01)
    let old = TableModel(
      encoder: model.encoder, target: model.target, regression: model.regression,
      calibration: nil, spread: model.spread, history: model.history)
    let found = try TableExplainer(old, table: planted.table).interactions()
    #expect(found.pairs[0].columns == ["x1", "x3"] && found.pairs[0].isClear)
  }

  @Test func oneColumnHasNoPairs() throws {
    let planted = PlantedTable(rows: 30, columns: 1, noise: 0.1, seed: 7) { $0[0] }
    let model = try fittedModel(of: planted.table, kernel: "gaussian", ridge: 0.1)
    let found = try TableExplainer(model, table: planted.table).interactions()
    #expect(found.pairs.isEmpty && found.draws == 0)
  }
}
