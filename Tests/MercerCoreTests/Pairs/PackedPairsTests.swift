import Foundation
import MercerCore
import MercerTestSupport
import Testing

/// Every way to use packed pairs against one pair at a time, at sizes around the blocks (4 or 8 rows)
/// and panels (4 to 48 columns) of all instruction sets.
@Suite struct PackedPairsTests {
  static let sums: [PairSum] = [
    .inner, .euclidean, .squared, .absolute, .power(1.5), .power(0.6), .differing,
  ]
  static let sizes = [(1, 1, 3), (3, 5, 1), (8, 48, 20), (9, 49, 17), (13, 130, 40)]

  /// Points of which some are equal, and some agree in a coordinate.
  static func points<E: Scalar>(
    _ rows: Int, _ columns: Int, _ d: Int, as: E.Type
  ) -> (x: Matrix<E>, z: Matrix<E>) {
    let x = Matrix<E>.random(rowCount: rows, columnCount: d, seed: 1)
    var z = Matrix<E>.random(rowCount: columns, columnCount: d, seed: 2)
    for k in 0..<d {
      z[columns - 1, k] = x[0, k]
      if k != 1 { z[columns / 2, k] = x[rows - 1, k] }
    }
    return (x, z)
  }

  static func sum<E: Scalar>(_ sum: PairSum, _ x: [E], _ z: [E]) -> Double {
    zip(x, z).map { x, z in
      let difference = Double(x) - Double(z)
      return switch sum {
      case .inner: Double(x) * Double(z)
      case .euclidean, .squared: difference * difference
      case .absolute: abs(difference)
      case .power(let q): pow(abs(difference), q)
      case .differing: difference == 0 ? 0 : 1
      // These are no sums of what single coordinates add: see DecaySumTests.
      case .decays, .decayPairs, .decayProduct, .decayProductSlope: .nan
      }
    }.reduce(0, +)
  }

  @Test(arguments: sums)
  func entriesInDouble(sum: PairSum) { checkEntries(sum, as: Double.self, tolerance: 1e-13) }

  @Test(arguments: sums)
  func entriesInFloat(sum: PairSum) { checkEntries(sum, as: Float.self, tolerance: 2e-5) }

  /// Sums of up to 40 terms of size 4.
  private func checkEntries<E: Scalar>(_ sum: PairSum, as: E.Type, tolerance: Double) {
    for (n, m, d) in Self.sizes {
      let (x, z) = Self.points(n, m, d, as: E.self)
      let pairs = PackedPairs(rows: x, columns: z, sum: sum)
      // A part that begins and ends inside of panels, and with memory beside it that must stay.
      for columns in [0..<m, m / 3..<m, 0..<(m + 1) / 2] {
        var memory = Matrix<E>(rowCount: n, columnCount: columns.count + 1, repeating: 7)
        memory.withTile { memory in
          pairs.fill(
            Tile(rows: 0..<n, columns: columns, stride: columns.count + 1, base: memory.base))
        }
        var worst = 0.0
        for i in 0..<n {
          for (place, j) in columns.enumerated() {
            let expected = Self.sum(sum, x.row(i), z.row(j))
            worst = max(worst, abs(Double(memory[i, place]) - expected))
          }
          #expect(memory[i, columns.count] == 7)
        }
        #expect(worst <= tolerance, "\(sum), \(n) × \(m), d = \(d)")
      }
    }
  }

  /// Coinciding points are at distance 0 exactly, whichever way distances are made.
  @Test func equalPointsAreAtDistanceZero() {
    for d in [1, 16, 17, 300] {
      let x = Matrix<Float>.random(rowCount: 50, columnCount: d, seed: 3)
      for sum in [PairSum.euclidean, .squared, .absolute, .power(1.3)] {
        let pairs = PackedPairs(rows: x, columns: x, sum: sum)
        var k = Matrix<Float>(rowCount: 50, columnCount: 50)
        k.withTile { pairs.fill($0) }
        #expect(k.diagonal.allSatisfy { $0 == 0 }, "\(sum), d = \(d)")
        #expect(k == k.transposed(), "\(sum), d = \(d)")
      }
    }
  }

  /// Points 10⁴ units from the origin and about 10⁻⁴ (Float: 10⁻²) apart, without centring: norms and
  /// inner products cancel in all digits, and are summed anew.
  @Test func closePointsFarFromTheOrigin() {
    checkClose(as: Double.self, apart: 1e-4)
    checkClose(as: Float.self, apart: 1e-1)
  }

  private func checkClose<E: Scalar>(as: E.Type, apart: Double) {
    let d = 24
    var x = Matrix<E>.random(rowCount: 60, columnCount: d, seed: 4)
    for i in 0..<60 { for k in 0..<d { x[i, k] = E(1e4 + apart * Double(x[i, k])) } }
    let pairs = PackedPairs(rows: x, columns: x, sum: .euclidean)
    var s = Matrix<E>(rowCount: 60, columnCount: 60)
    s.withTile { pairs.fill($0) }
    for i in 0..<60 {
      for j in 0..<60 {
        let exact = Self.sum(.squared, x.row(i), x.row(j))
        // The differences are exact, so only the sum of 24 squares is rounded.
        #expect(abs(Double(s[i, j]) - exact) <= 16 * Double(E.ulpOfOne) * exact)
      }
    }
  }

  /// Products, transposed products and symmetric ones, from entries that the tests above check.
  @Test(arguments: [1, 3, 16])
  func products(outputs: Int) {
    for (n, m, d) in Self.sizes {
      let (x, z) = Self.points(n, m, d, as: Double.self)
      let pairs = PackedPairs(
        rows: x, columns: z, sum: .squared, map: PairMap(.expLinear, c: -0.5))
      var k = Matrix<Double>(rowCount: n, columnCount: m)
      k.withTile { pairs.fill($0) }
      let v = Matrix<Double>.random(rowCount: m, columnCount: outputs, seed: 5)
      var y = Matrix<Double>(rowCount: n, columnCount: outputs, repeating: .nan)
      y.withTile {
        pairs.multiply(
          rows: 0..<n, panels: 0..<pairs.panelCount, by: PackedVectors(v), into: $0.base)
      }
      #expect(distance(y, k.multiplied(by: v)) <= 1e-13)

      let w = Matrix<Double>.random(rowCount: n, columnCount: outputs, seed: 6)
      let width = pairs.panelCount * pairs.panelSize
      var mirrored = Matrix<Double>(rowCount: outputs, columnCount: width, repeating: 1)
      mirrored.withTile {
        pairs.multiplyTransposed(
          rows: 0..<n, panels: 0..<pairs.panelCount, by: PackedVectors(w), addingTo: $0.base,
          stride: width)
      }
      let expected = k.transposed().multiplied(by: w)
      for o in 0..<outputs {
        for j in 0..<m { #expect(abs(mirrored[o, j] - 1 - expected[j, o]) <= 1e-13) }
      }
    }
  }

  /// Every row of a block of rows has the bits it has alone: results cannot depend on the blocking.
  @Test(arguments: sums)
  func rowsAreIndependentOfTheirBlock(sum: PairSum) {
    let (x, z) = Self.points(13, 70, 19, as: Float.self)
    let pairs = PackedPairs(rows: x, columns: z, sum: sum)
    var whole = Matrix<Float>(rowCount: 13, columnCount: 70)
    whole.withTile { pairs.fill($0) }
    for rows in (0..<13).map({ $0..<$0 + 1 }) + [3..<8, 5..<13] {
      var part = Matrix<Float>(rowCount: rows.count, columnCount: 70)
      part.withTile { pairs.fill($0.moved(rows: rows, columns: 0..<70)) }
      #expect(part == whole.rows(rows), "\(sum) \(rows)")
    }
  }

  private func distance(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
  }
}
