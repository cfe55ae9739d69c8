import Foundation
import MercerCore
import MercerTestSupport
import Testing

/// Sums of decays, their gradients and moments against their definitions, one pair at a time: with
/// factors (columns near each other) and without (columns a thousand decay lengths apart).
@Suite struct DecaySumTests {
  static let rate = 0.7
  static let sums: [PairSum] = [
    .decays(rate: rate), .decayPairs(rate: rate, single: 2.5),
    .decayProduct(rate: rate, constant: 0.3), .decayProductSlope(rate: rate, constant: 0.3),
  ]

  /// Points of which some are equal, and some agree in a coordinate; with `spread`, the last column
  /// but one is too far from the others for factors.
  private func points<E: Scalar>(
    _ n: Int, _ m: Int, _ d: Int, spread: Bool, as: E.Type
  ) -> (x: Matrix<E>, z: Matrix<E>) {
    var (x, z) = PackedPairsTests.points(n, m, d, as: E.self)
    if spread {
      for k in 0..<d { z[max(m - 2, 0), k] += 2000 }
      // A row beside it.
      for k in 0..<d { x[n / 2, k] = z[max(m - 2, 0), k] + 0.5 }
    }
    return (x, z)
  }

  private func decays<E: Scalar>(_ x: [E], _ z: [E]) -> [Double] {
    zip(x, z).map { exp(-Self.rate * abs(Double($0) - Double($1))) }
  }

  /// The product of all but one, by loops.
  private func product(_ factors: [Double], without k: Int) -> Double {
    factors.indices.filter { $0 != k }.map { factors[$0] }.reduce(1, *)
  }

  private func value(_ sum: PairSum, _ e: [Double]) -> Double {
    switch sum {
    case .decayPairs(_, let single):
      single * e.reduce(0, +) + e.indices.flatMap { k in e[..<k].map { $0 * e[k] } }.reduce(0, +)
    case .decayProduct(_, let q): e.map { q + (1 - q) * $0 }.reduce(1, *)
    case .decayProductSlope(_, let q):
      e.indices.map { (1 - e[$0]) * product(e.map { q + (1 - q) * $0 }, without: $0) }.reduce(0, +)
    default: e.reduce(0, +)
    }
  }

  /// The derivative by each decay.
  private func slopes(_ sum: PairSum, _ e: [Double]) -> [Double] {
    switch sum {
    case .decayPairs(_, let single): e.map { single + e.reduce(0, +) - $0 }
    case .decayProduct(_, let q):
      e.indices.map { (1 - q) * product(e.map { q + (1 - q) * $0 }, without: $0) }
    default: e.map { _ in 1 }
    }
  }

  @Test(arguments: sums, [false, true])
  func entries(sum: PairSum, spread: Bool) {
    // Each decay is off by about 4 roundings, and a sum of 60 terms of size 60 by some more.
    checkEntries(sum, spread, as: Double.self, tolerance: 3e-14)
    checkEntries(sum, spread, as: Float.self, tolerance: 1.5e-5)
  }

  private func checkEntries<E: Scalar>(
    _ sum: PairSum, _ spread: Bool, as: E.Type, tolerance: Double
  ) {
    for (n, m, d) in [(1, 1, 3), (3, 5, 1), (9, 49, 17), isOptimized ? (13, 130, 60) : (3, 33, 20)]
    {
      let (x, z) = points(n, m, d, spread: spread, as: E.self)
      let pairs = PackedPairs(rows: x, columns: z, sum: sum)
      for columns in [0..<m, m / 3..<m] {
        var memory = Matrix<E>(rowCount: n, columnCount: columns.count + 1, repeating: 7)
        memory.withTile {
          pairs.fill(Tile(rows: 0..<n, columns: columns, stride: columns.count + 1, base: $0.base))
        }
        var worst = 0.0
        for i in 0..<n {
          for (place, j) in columns.enumerated() {
            let expected = value(sum, decays(x.row(i), z.row(j)))
            worst = max(worst, abs(Double(memory[i, place]) - expected) / max(1, expected))
          }
          #expect(memory[i, columns.count] == 7)
        }
        #expect(worst <= tolerance, "\(sum), \(n) × \(m), d = \(d)")
      }
    }
  }

  /// The slope of the product has none.
  @Test(arguments: sums.dropLast(), [false, true])
  func gradients(sum: PairSum, spread: Bool) {
    checkGradients(sum, spread, as: Double.self, tolerance: 1e-12)
    // Up to 130 weighted terms, each of size 20 at most.
    checkGradients(sum, spread, as: Float.self, tolerance: 2e-3)
  }

  private func checkGradients<E: Scalar>(
    _ sum: PairSum, _ spread: Bool, as: E.Type, tolerance: Double
  ) {
    for (n, m, d) in [(1, 1, 3), (9, 49, 17), isOptimized ? (13, 130, 35) : (3, 33, 18)] {
      let (x, z) = points(n, m, d, spread: spread, as: E.self)
      // A map that is no constant, so that sums and shared factors are both needed.
      let pairs = PackedPairs(rows: x, columns: z, sum: sum, map: PairMap(.affine, a: 0.1, c: 0.5))
      var map = Matrix<E>(rowCount: n, columnCount: m)
      map.withTile { pairs.fill($0) }
      let weights = Matrix<E>.random(rowCount: n, columnCount: m, seed: 7)
      for columns in [0..<m, m / 3..<m] {
        var gradient = Matrix<E>(rowCount: n, columnCount: d, repeating: 1)
        var moments = [Double](repeating: 1, count: d)
        var part = weights
        part.withTile { memory in
          let tile = memory.part(rows: 0..<n, columns: columns)
          gradient.withTile { pairs.accumulateInputGradient(weights: tile, into: $0) }
          pairs.accumulateScaleMoments(weights: tile, into: &moments)
        }
        var (slope, moment) = (
          [Double](repeating: 1, count: n * d), [Double](repeating: 1, count: d)
        )
        for i in 0..<n {
          for j in columns {
            let e = decays(x.row(i), z.row(j))
            let weight = Double(weights[i, j]) * Double(map[i, j])
            for (k, byDecay) in slopes(sum, e).enumerated() {
              let difference = Double(x[i, k]) - Double(z[j, k])
              let term = weight * byDecay * e[k]
              slope[i * d + k] += difference == 0 ? 0 : difference > 0 ? term : -term
              moment[k] += term * Self.rate * abs(difference)
            }
          }
        }
        for (found, expected) in zip(gradient.elements, slope) {
          #expect(abs(Double(found) - expected) <= tolerance * max(1, abs(expected)), "\(sum)")
        }
        for (found, expected) in zip(moments, moment) {
          #expect(abs(found - expected) <= 10 * tolerance * max(1, abs(expected)), "\(sum)")
        }
      }
    }
  }

  /// Points that agree have decays of 1 exactly, with factors too, in every coordinate.
  @Test func equalPointsHaveDecaysOfOne() {
    checkEqual(as: Float.self)
    checkEqual(as: Double.self)
  }

  private func checkEqual<E: Scalar>(as: E.Type) {
    for scale in [E(1), 40, 3000] {
      let x = Matrix<E>.random(rowCount: 200, columnCount: 9, seed: 3).scaled(by: scale)
      let sum = PackedPairs(rows: x, columns: x, sum: .decays(rate: 1))
      let product = PackedPairs(rows: x, columns: x, sum: .decayProduct(rate: 1, constant: 0.3))
      var (s, p) = (
        Matrix<E>(rowCount: 200, columnCount: 200), Matrix<E>(rowCount: 200, columnCount: 200)
      )
      s.withTile { sum.fill($0) }
      p.withTile { product.fill($0) }
      #expect(s.diagonal.allSatisfy { $0 == 9 } && p.diagonal.allSatisfy { $0 == 1 })
      #expect(s == s.transposed() && p == p.transposed())
    }
  }

  /// The value of a pair does not depend on the rows beside it, however far those are, and rows far out
  /// have decays of 0, or what is left of them.
  @Test func rowsAnywhere() {
    checkRows(as: Float.self)
    checkRows(as: Double.self)
  }

  private func checkRows<E: Scalar>(as: E.Type) {
    let z = Matrix<E>.random(rowCount: 60, columnCount: 1, seed: 4).scaled(by: 50)
    let far: [E] = [0, 49, -60, 70, -85, 87, 90, -100, 400, 720, 1e6, -1e30, .infinity]
    let x = Matrix(column: far)
    let pairs = PackedPairs(rows: x, columns: z, sum: .decays(rate: 1))
    var values = Matrix<E>(rowCount: far.count, columnCount: 60)
    values.withTile { pairs.fill($0) }
    for i in far.indices {
      let alone = PackedPairs(rows: x.rows(i..<i + 1), columns: z, sum: .decays(rate: 1))
      var row = Matrix<E>(rowCount: 1, columnCount: 60)
      row.withTile { alone.fill($0) }
      #expect(row == values.rows(i..<i + 1))
      for j in 0..<60 {
        let expected = exp(-abs(Double(far[i]) - Double(z[j, 0])))
        // e⁻²⁵, from where on rows far out have decays of 0.
        let tolerance = 8 * Double(E.ulpOfOne) * expected + 1.4e-11
        #expect(abs(Double(values[i, j]) - expected) <= tolerance, "\(far[i]), \(z[j, 0])")
      }
    }
  }

  /// A number that is none shows, whichever side it is on.
  @Test func undefinedCoordinatesShow() {
    for size in [Double(1), 1e4] {
      var x = Matrix<Double>.random(rowCount: 10, columnCount: 2, seed: 5).scaled(by: size)
      let z = x
      x[3, 1] = .nan
      for (rows, columns) in [(x, z), (z, x)] {
        let pairs = PackedPairs(rows: rows, columns: columns, sum: .decays(rate: 1))
        var values = Matrix<Double>(rowCount: 10, columnCount: 10)
        values.withTile { pairs.fill($0) }
        for i in 0..<10 {
          for j in 0..<10 {
            let isOdd = rows[i, 1].isNaN || columns[j, 1].isNaN
            #expect(values[i, j].isNaN == isOdd)
          }
        }
      }
    }
  }
}
