import Foundation
import MercerCore
import MercerTestSupport
import Testing

/// Reductions of packed pairs and of stored tiles against the same entries one by one, at sizes
/// around the blocks and panels of all instruction sets.
@Suite struct PairReductionTests {
  static let sizes = [(1, 1, 3), (3, 5, 1), (8, 48, 20), (9, 49, 17), (13, 130, 5)]

  /// Pairs of some size with their entries.
  private func pairs<E: Scalar>(
    _ n: Int, _ m: Int, _ d: Int, as: E.Type
  ) -> (pairs: PackedPairs<E>, entries: Matrix<E>) {
    let (x, z) = PackedPairsTests.points(n, m, d, as: E.self)
    let pairs = PackedPairs(rows: x, columns: z, sum: .squared, map: PairMap(.affine, a: -1, c: 1))
    var entries = Matrix<E>(rowCount: n, columnCount: m)
    entries.withTile { pairs.fill($0) }
    return (pairs, entries)
  }

  /// Calls the body with the values in registers, and with a stored tile in the middle of memory.
  private func forBoth<E: Scalar>(
    _ pairs: PackedPairs<E>, _ entries: Matrix<E>, _ body: (RowValues<E>) -> Void
  ) {
    body(.pairs(pairs))
    stored(entries, body)
  }

  private func stored<E: Scalar>(_ entries: Matrix<E>, _ body: (RowValues<E>) -> Void) {
    let (n, m) = (entries.rowCount, entries.columnCount)
    var memory = Matrix<E>(rowCount: n, columnCount: m + 3, repeating: .nan)
    for i in 0..<n { for j in 0..<m { memory[i, j] = entries[i, j] } }
    memory.withTile { memory in
      body(.stored(Tile(rows: 0..<n, columns: 0..<m, stride: m + 3, base: memory.base)))
    }
  }

  private func maxima<E: Scalar>(_ values: RowValues<E>, rows: Range<Int>) -> [E] {
    var maxima = [E](repeating: -.infinity, count: rows.count)
    // Panel by panel, so that each call goes on from the last one.
    for panel in 0..<values.panelCount {
      values.accumulateMaxima(rows: rows, panels: panel..<panel + 1, into: &maxima)
    }
    return maxima
  }

  private func logSums<E: Scalar>(
    _ values: RowValues<E>, rows: Range<Int>, logWeights: [E]? = nil
  ) -> [Double] {
    var (maxima, sums) = (
      [Double](repeating: -.infinity, count: rows.count), [Double](repeating: 0, count: rows.count)
    )
    let padded = logWeights.map { $0 + [E](repeating: -.infinity, count: E.loops.panel) }
    let half = values.panelCount / 2
    for panels in [0..<half, half..<values.panelCount] {
      if let padded {
        padded.withUnsafeBufferPointer {
          values.accumulateLogSums(
            rows: rows, panels: panels, logWeights: $0.baseAddress, maxima: &maxima, sums: &sums)
        }
      } else {
        values.accumulateLogSums(
          rows: rows, panels: panels, logWeights: nil, maxima: &maxima, sums: &sums)
      }
    }
    return zip(maxima, sums).map { $1 == 0 ? -.infinity : $0 + log($1) }
  }

  @Test func maximaAreThoseOfTheEntries() {
    for (n, m, d) in Self.sizes {
      let (pairs, entries) = pairs(n, m, d, as: Float.self)
      let expected = (0..<n).map { entries.row($0).max() ?? 0 }
      forBoth(pairs, entries) { values in
        #expect(maxima(values, rows: 0..<n) == expected)
        #expect(maxima(values, rows: n - 1..<n) == [expected[n - 1]])
      }
    }
  }

  @Test func logSumsAreThoseOfTheEntries() {
    for (n, m, d) in Self.sizes {
      let (pairs, entries) = pairs(n, m, d, as: Double.self)
      let weights = (0..<m).map { $0 % 3 == 1 ? 0.0 : 0.5 + Double($0 % 7) }
      forBoth(pairs, entries) { values in
        let plain = logSums(values, rows: 0..<n)
        let weighted = logSums(values, rows: 0..<n, logWeights: weights.map { log($0) })
        for i in 0..<n {
          let terms = entries.row(i).map { exp($0) }
          // Entries above −100; each of the at most 130 terms is off by some units.
          #expect(abs(plain[i] - log(terms.reduce(0, +))) <= 1e-13)
          let sum = zip(terms, weights).map { $0 * $1 }.reduce(0, +)
          #expect(abs(weighted[i] - log(sum)) <= 1e-13)
        }
      }
    }
  }

  @Test(arguments: [1, 2, 5])
  func smallestAreThoseOfTheEntries(count: Int) {
    for (n, m, d) in Self.sizes where m >= count {
      let (pairs, exact) = pairs(n, m, d, as: Float.self)
      for rounding in [Float(0), 2] {
        // Rounded to few values there are many ties.
        var entries = exact
        if rounding > 0 {
          for i in 0..<n { for j in 0..<m { entries[i, j] = (exact[i, j] / rounding).rounded() } }
        }
        let check = { (values: RowValues<Float>) in
          var (kept, columns) = (
            [Float](repeating: .infinity, count: n * count), [Int](repeating: -1, count: n * count)
          )
          for panel in 0..<values.panelCount {
            values.keepSmallest(
              count, rows: 0..<n, panels: panel..<panel + 1, values: &kept, columns: &columns)
          }
          RowValues<Float>.sortSmallest(count, rows: n, values: &kept, columns: &columns)
          for i in 0..<n {
            let row = entries.row(i)
            let order = (0..<m).sorted { (row[$0], $0) < (row[$1], $1) }.prefix(count)
            #expect(Array(columns[i * count..<(i + 1) * count]) == Array(order))
            #expect(Array(kept[i * count..<(i + 1) * count]) == order.map { row[$0] })
          }
        }
        if rounding == 0 { forBoth(pairs, entries, check) } else { stored(entries, check) }
      }
    }
  }

  /// Infinite and undefined entries, at places of whole vectors and of the rest.
  @Test func strangeEntries() {
    checkStrange(as: Float.self)
    checkStrange(as: Double.self)
  }

  private func checkStrange<E: Scalar>(as: E.Type) {
    let m = 101
    for place in [0, 3, 47, 96, 100] {
      var entries = Matrix<E>.random(rowCount: 6, columnCount: m, seed: 7)
      let plain = entries
      entries[1, place] = .infinity
      entries[2, place] = -.infinity
      entries[3, place] = .nan
      for j in 0..<m { (entries[4, j], entries[5, j]) = (-.infinity, .infinity) }
      var logWeights = [E](repeating: 0, count: m)
      stored(entries) { values in
        let most = maxima(values, rows: 0..<6)
        let others = (0..<m).filter { $0 != place }
        #expect(most[0] == plain.row(0).max() && most[1] == .infinity)
        #expect(most[2] == others.map { plain[2, $0] }.max() && most[3].isNaN)
        #expect(most[4] == -.infinity && most[5] == .infinity)

        let sums = logSums(values, rows: 0..<6)
        let expected = log(others.map { exp(Double(plain[2, $0])) }.reduce(0, +))
        #expect(sums[1] == .infinity && abs(sums[2] - expected) <= 8 * Double(E.ulpOfOne))
        #expect(sums[3].isNaN && sums[4] == -.infinity && sums[5] == .infinity)
        // A column of weight 0 takes no part.
        logWeights[place] = -.infinity
        let without = logSums(values, rows: 0..<5, logWeights: logWeights)
        #expect(without[1].isFinite && without[3].isFinite)
        #expect(abs(without[2] - expected) <= 8 * Double(E.ulpOfOne))
        let none = [E](repeating: -.infinity, count: m)
        #expect(logSums(values, rows: 0..<6, logWeights: none).allSatisfy { $0 == -.infinity })

        var (kept, columns) = ([E](repeating: .infinity, count: 6), [Int](repeating: -1, count: 6))
        values.keepSmallest(
          1, rows: 0..<6, panels: 0..<values.panelCount, values: &kept, columns: &columns)
        #expect(columns[2] == place && kept[2] == -.infinity && columns[4] == 0)
        #expect(kept[3] == others.map { plain[3, $0] }.min() && kept[3].isFinite)
        #expect(columns[5] == -1 && kept[5] == .infinity)
      }
    }
  }

  /// Exponents whose exponentials overflow or vanish, with the largest first, last and in the middle.
  @Test func exponentsFarApart() {
    for peak in [0, 50, 99] {
      var entries = Matrix<Float>(rowCount: 3, columnCount: 100)
      for j in 0..<100 {
        entries[0, j] = 1e4 - 100 * abs(Float(j - peak))
        entries[1, j] = -1e4 - 100 * abs(Float(j - peak))
        entries[2, j] = -3e38
      }
      stored(entries) { values in
        // Only the peak counts.
        let sums = logSums(values, rows: 0..<3)
        #expect(sums[0] == 1e4 && sums[1] == -1e4)
        #expect(sums[2] == Double(Float(-3e38)) + log(100))
      }
    }
  }
}
