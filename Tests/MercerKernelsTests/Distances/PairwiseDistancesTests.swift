import Foundation
import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import Testing

/// Distances against their formula, their gradients against central differences, and the nearest
/// neighbours against sorting.
@Suite struct PairwiseDistancesTests {
  static let metrics: [Metric] = [
    .identity, .scales([0.5, 2, 0]), .transform(Matrix(rows: [[1, 2, 0], [0, 1, -1]])),
  ]

  private func mapped(_ metric: Metric, _ x: [Double]) -> [Double] {
    switch metric {
    case .identity: x
    case .scales(let scales): zip(x, scales).map { $0 * $1 }
    case .transform(let a): (0..<a.rowCount).map { zip(a.row($0), x).map { $0 * $1 }.reduce(0, +) }
    }
  }

  private func distance(_ metric: Metric, _ q: Double, _ x: [Double], _ z: [Double]) -> Double {
    mapped(metric, zip(x, z).map { $0 - $1 }).map { pow(abs($0), q) }.reduce(0, +)
  }

  @Test(arguments: metrics, [2.0, 1, 1.5])
  func entries(metric: Metric, exponent: Double) throws {
    let x = Points<Double>.random(count: 9, dimension: 3, seed: 1)
    let z = Points<Double>.random(count: 53, dimension: 3, seed: 2)
    let distances = try PairwiseDistances(rows: x, columns: z, metric: metric, exponent: exponent)
    let gram = TiledCrossGram(distances)
    let s = try gram.densified(context: .default)
    for i in 0..<9 {
      for j in 0..<53 {
        let expected = distance(metric, exponent, x.coordinates.row(i), z.coordinates.row(j))
        // Centring rounds coordinates by a unit.
        #expect(abs(s[i, j] - expected) <= 1e-14 * (1 + expected))
      }
    }
    let nearest = try gram.smallestEntries(4)
    for i in 0..<9 {
      let row = (0..<53).map { s[i, $0] }
      #expect(nearest.columns(ofRow: i) == Array((0..<53).sorted { row[$0] < row[$1] }.prefix(4)))
    }
  }

  @Test(arguments: metrics, [2.0, 1.5])
  func gradients(metric: Metric, exponent: Double) throws {
    let x = Points<Double>.random(count: 4, dimension: 3, seed: 3)
    let z = Points<Double>.random(count: 7, dimension: 3, seed: 4)
    var weights = Matrix<Double>.random(rowCount: 4, columnCount: 7, seed: 5)
    let total = { (x: Points<Double>, metric: Metric) throws -> Double in
      let distances = try PairwiseDistances(
        rows: x, columns: z, metric: metric, exponent: exponent)
      var s = Matrix<Double>(rowCount: 4, columnCount: 7)
      s.withTile { distances.fill($0) }
      return zip(s.elements, weights.elements).map { $0 * $1 }.reduce(0, +)
    }
    let distances = try PairwiseDistances(rows: x, columns: z, metric: metric, exponent: exponent)
    var gradient = Matrix<Double>(rowCount: 4, columnCount: 3)
    var parameters = [Double](repeating: 0, count: metric.parameters.count)
    let step = 1e-5
    var byInputs = Matrix<Double>(rowCount: 4, columnCount: 3)
    for i in 0..<4 {
      for k in 0..<3 {
        var (up, down) = (x, x)
        up.coordinates[i, k] += step
        down.coordinates[i, k] -= step
        byInputs[i, k] = try (total(up, metric) - total(down, metric)) / (2 * step)
      }
    }
    var byParameters: [Double] = []
    let values = metric.parameters.map(\.value)
    for index in values.indices {
      var (up, down) = (values, values)
      up[index] += step
      down[index] -= step
      byParameters.append(
        try (total(x, metric.withParameters(up)) - total(x, metric.withParameters(down)))
          / (2 * step))
    }
    weights.withTile { weights in
      gradient.withTile { distances.accumulateInputGradient(weights: weights, into: $0) }
      distances.accumulateParameterGradient(weights: weights, into: &parameters)
    }
    // Central differences with this step are good to about 1e-9, at a kink of |v|^1.5 to 1e-5.
    #expect(maximumRelativeError(gradient, byInputs) <= 1e-5)
    #expect(maximumRelativeError(parameters, byParameters) <= 1e-5)
    let v = Matrix<Double>.random(rowCount: 7, columnCount: 2, seed: 6)
    let all = try TiledCrossGram(distances).inputGradient(of: v)
    var one = Matrix<Double>(rowCount: 4, columnCount: 7)
    for i in 0..<4 { for j in 0..<7 { one[i, j] = v[j, 1] } }
    var second = Matrix<Double>(rowCount: 4, columnCount: 3)
    one.withTile { one in
      second.withTile { distances.accumulateInputGradient(weights: one, into: $0) }
    }
    #expect(maximumRelativeError(all.columns(at: [3, 4, 5]), second) <= 1e-14)
  }

  @Test func refusals() throws {
    let x = Points<Float>.random(count: 2, dimension: 3, seed: 1)
    let other = Points<Float>.random(count: 2, dimension: 2, seed: 1)
    #expect(throws: MercerError.self) { try PairwiseDistances(rows: x, columns: other) }
    #expect(throws: MercerError.self) { try PairwiseDistances(rows: x, columns: x, exponent: 0) }
    #expect(throws: MercerError.self) {
      try PairwiseDistances(rows: x, columns: x, metric: .scales([1, 2]))
    }
  }
}
