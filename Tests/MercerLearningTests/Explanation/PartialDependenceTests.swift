import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import Testing

@Suite struct PartialDependenceTests {
  /// A model of an additive function and of one with an interaction, fitted with a fixed kernel.
  private static func explainer(
    rows: Int = 80, function: ([Double]) -> Double
  ) throws -> TableExplainer {
    let planted = PlantedTable(rows: rows, columns: 3, noise: 0.01, seed: 5, function: function)
    var learner = TableLearner(target: "y")
    learner.kernel = try GaussianKernel<Double>(lengthScale: 2)
    learner.ridge = 1e-4
    return try TableExplainer(learner.fit(planted.table).model, table: planted.table)
  }

  @Test func curveOfALinearColumnIsItsLine() throws {
    let explainer = try Self.explainer { 3 * $0[0] - $0[1] }
    let curve = try explainer.partialDependence(of: ["x1"])
    guard case .numbers(let grid, let isDate) = curve.grids[0] else {
      Issue.record("numbers have a grid of numbers")
      return
    }
    #expect(!isDate && grid == grid.sorted() && grid.count == curve.means.rowCount)
    // In the middle half, where rows are; a smooth kernel bends at the ends.
    let middle = grid.count / 4..<3 * grid.count / 4
    let (first, last) = (middle.lowerBound, middle.upperBound - 1)
    let slope =
      (curve.means[last, 0] - curve.means[first, 0]) / (grid[last] - grid[first])
    #expect(abs(slope - 3) < 0.3)
    let idle = try explainer.partialDependence(of: ["x3"])
    #expect(idle.range < 0.1 * curve.range)
    #expect(curve.rows == 80)
  }

  @Test func rowsDifferWhereColumnsActTogether() throws {
    let additive = try Self.explainer { 2 * $0[0] + $0[1] }.partialDependence(of: ["x1"])
    let joint = try Self.explainer { 2 * $0[0] * $0[1] }.partialDependence(of: ["x1"])
    let spread = { (curve: PartialDependence) in curve.deviations.elements.max() ?? 0 }
    #expect(spread(joint) > 5 * spread(additive))
  }

  @Test func mapOfTwoColumnsHoldsTheirProduct() throws {
    let map = try Self.explainer { $0[0] * $0[1] }.partialDependence(of: ["x1", "x2"])
    let (a, b) = (map.grids[0].count, map.grids[1].count)
    #expect(map.means.rowCount == a * b)
    // The corners of a product: high where signs agree.
    #expect(map.means[0, 0] > 0.5 && map.means[a * b - 1, 0] > 0.5)
    #expect(map.means[b - 1, 0] < -0.5 && map.means[(a - 1) * b, 0] < -0.5)
  }

  @Test func levelsAndProbabilities() throws {
    var stream = RandomStream(seed: 9, purpose: "levels")
    let codes = (0..<60).map { _ in Int32(stream.integer(below: 3)) }
    let labels = codes.map { $0 == 1 ? Int32(1) : 0 }
    let table = Table(
      columns: [
        Column(
          name: "colour", kind: .categorical,
          values: .levels(codes: codes, names: ["blue", "green", "red"])),
        Column(
          name: "y", kind: .categorical, values: .levels(codes: labels, names: ["no", "yes"])),
      ], rowCount: 60, source: "levels")
    var learner = TableLearner(target: "y")
    learner.kernel = try GaussianKernel<Double>(lengthScale: 1)
    learner.ridge = 0.1
    let model = try learner.fit(table).model
    let curve = try TableExplainer(model, table: table).partialDependence(of: ["colour"])
    guard case .levels(let names) = curve.grids[0] else {
      Issue.record("levels have a grid of levels")
      return
    }
    let green = try #require(names.firstIndex(of: "green"))
    #expect(curve.means.columnCount == 2)
    for place in names.indices {
      #expect((curve.means[place, 1] > 0.5) == (place == green))
      #expect(abs(curve.means[place, 0] + curve.means[place, 1] - 1) < 1e-12)
    }
  }

  @Test func wrongColumnsAreNamed() throws {
    let explainer = try Self.explainer { $0[0] }
    #expect(throws: MercerError.self) { try explainer.partialDependence(of: ["x9"]) }
    #expect(throws: MercerError.self) { try explainer.partialDependence(of: ["x1", "x1"]) }
    #expect(throws: MercerError.self) { try explainer.partialDependence(of: []) }
  }
}
