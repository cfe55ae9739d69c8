import Foundation
import MercerCore
import MercerTestSupport
import Testing

/// Gradients and moments against their definitions, one pair at a time.
@Suite struct PairGradientTests {
  static let sums: [PairSum] = [.inner, .euclidean, .squared, .absolute, .power(1.5), .power(1.2)]

  private func direction(_ sum: PairSum, _ x: Double, _ z: Double) -> Double {
    let difference = x - z
    return switch sum {
    case .inner: z
    case .absolute: difference == 0 ? 0 : difference > 0 ? 1 : -1
    case .power(let q):
      difference == 0 ? 0 : (difference > 0 ? 1 : -1) * pow(abs(difference), q - 1)
    default: difference
    }
  }

  private func size(_ sum: PairSum, _ difference: Double) -> Double {
    switch sum {
    case .absolute: abs(difference)
    case .power(let q): pow(abs(difference), q)
    default: difference * difference
    }
  }

  @Test(arguments: sums)
  func inDouble(sum: PairSum) { check(sum, as: Double.self, tolerance: 1e-12) }

  /// Up to 130 weighted terms of size 2.
  @Test(arguments: sums)
  func inFloat(sum: PairSum) { check(sum, as: Float.self, tolerance: 1e-3) }

  private func check<E: Scalar>(_ sum: PairSum, as: E.Type, tolerance: Double) {
    for (n, m, d) in [(1, 1, 3), (9, 49, 17), (13, 130, 60)] {
      let (x, z) = PackedPairsTests.points(n, m, d, as: E.self)
      let map = sum == .inner ? PairMap(.affine, a: 0.5, c: 1) : PairMap(.expLinear, c: -0.1)
      let pairs = PackedPairs(rows: x, columns: z, sum: sum, map: map)
      var values = Matrix<E>(rowCount: n, columnCount: m)
      values.withTile { pairs.fill($0) }
      let weights = Matrix<E>.random(rowCount: n, columnCount: m, seed: 7)

      for columns in [0..<m, m / 3..<m] {
        var gradient = Matrix<E>(rowCount: n, columnCount: d, repeating: 1)
        var moments = [Double](repeating: 1, count: d)
        var part = weights
        part.withTile { memory in
          let tile = memory.part(rows: 0..<n, columns: columns)
          gradient.withTile { pairs.accumulateInputGradient(weights: tile, into: $0) }
          if sum != .inner { pairs.accumulateScaleMoments(weights: tile, into: &moments) }
        }
        for k in 0..<d {
          var moment = 1.0
          for i in 0..<n {
            var slope = 1.0
            for j in columns {
              let (a, b) = (Double(x[i, k]), Double(z[j, k]))
              let weight = Double(weights[i, j]) * Double(values[i, j])
              slope += weight * direction(sum, a, b)
              moment += weight * size(sum, a - b)
            }
            #expect(abs(Double(gradient[i, k]) - slope) <= tolerance, "\(sum) \(n) × \(m)")
          }
          if sum != .inner { #expect(abs(moments[k] - moment) <= 10 * tolerance, "\(sum)") }
        }
      }
    }
  }

  /// All outputs at once are the outputs one by one.
  @Test(arguments: sums)
  func allOutputsAtOnce(sum: PairSum) {
    let (n, m, d, k) = (13, 101, 18, 3)
    let (x, z) = PackedPairsTests.points(n, m, d, as: Double.self)
    let map = sum == .inner ? PairMap(.affine) : PairMap(.expLinear, c: -0.1)
    let pairs = PackedPairs(rows: x, columns: z, sum: sum, map: map)
    let v = Matrix<Double>.random(rowCount: m, columnCount: k, seed: 8)
    var together = Matrix<Double>(rowCount: n, columnCount: k * d)
    together.withTile {
      pairs.accumulateInputGradient(
        rows: 0..<n, panels: 0..<pairs.panelCount, of: PackedVectors(v), into: $0.base,
        stride: k * d)
    }
    for o in 0..<k {
      var weights = Matrix<Double>(rowCount: n, columnCount: m)
      for i in 0..<n { for j in 0..<m { weights[i, j] = v[j, o] } }
      var alone = Matrix<Double>(rowCount: n, columnCount: d)
      weights.withTile { weights in
        alone.withTile { pairs.accumulateInputGradient(weights: weights, into: $0) }
      }
      for i in 0..<n {
        for c in 0..<d { #expect(abs(together[i, o * d + c] - alone[i, c]) <= 1e-13) }
      }
    }
  }
}
