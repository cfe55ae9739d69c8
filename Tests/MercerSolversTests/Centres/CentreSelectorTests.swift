import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct CentreSelectorTests {
  private static let methods: [CentreSelector.Method] = [
    .uniform, .kMeansPlusPlus, .ridgeLeverage(ridge: 0.1), .randomlyPivotedCholesky,
    .determinantal, .volumeRescaled(),
  ]

  /// Different rows, as many as asked for, the same for one and two threads, others for other seeds.
  @Test(arguments: methods)
  func choosesRows(method: CentreSelector.Method) throws {
    let n = isOptimized ? 3000 : 200
    let (gram, _) = try problem(n)
    let columns = GramColumns(gram)
    let selector = CentreSelector(method, seed: 3)
    let one = try selector.select(25, from: columns, context: ExecutionContext(threadCount: 1))
    let two = try selector.select(25, from: columns, context: ExecutionContext(threadCount: 2))
    #expect(one == two && one.count == 25 && Set(one).count == 25)
    #expect(one.allSatisfy { (0..<n).contains($0) })
    #expect(try CentreSelector(method, seed: 4).select(25, from: columns) != one)
    // A limit on factors makes candidates of a sample of rows.
    let limited = try CentreSelector(method, seed: 3, factorLimit: 8 * 100 * 120).select(
      25, from: columns)
    #expect(Set(limited).count == 25)
  }

  /// Sets of 2 and 3 of 6 rows come in proportion to their determinants. χ² with at most 19 degrees of
  /// freedom is below 50 in all but about one of 10,000 draws of the seeds, which are fixed.
  @Test(arguments: [2, 3])
  func determinantalSetsHaveTheirDistribution(size: Int) throws {
    var stream = RandomStream(seed: 9, purpose: "determinantal tests")
    let x = Matrix(rowCount: 6, columnCount: 2, elements: (0..<12).map { _ in stream.normal() })
    let kernel = try LaplaceKernel<Double>(lengthScale: 2)
    let columns = GramColumns(kernel, inputs: Points(x))
    let k = try kernel.matrix(rows: Points(x), columns: Points(x))
    let draws = isOptimized ? 3000 : 1000
    var counts: [Set<Int>: Double] = [:]
    for seed in 0..<draws {
      let rows = try CentreSelector(.determinantal, seed: UInt64(seed)).select(size, from: columns)
      counts[Set(rows), default: 0] += 1
    }
    var weights: [Set<Int>: Double] = [:]
    for bits in 0..<64 {
      let rows = (0..<6).filter { bits >> $0 & 1 == 1 }
      guard rows.count == size else { continue }
      weights[Set(rows)] = determinant(k.rows(at: rows).columns(at: rows))
    }
    let total = weights.values.reduce(0, +)
    let statistic = weights.reduce(0.0) {
      let expected = Double(draws) * $1.value / total
      let seen = counts[$1.key] ?? 0
      return $0 + (seen - expected) * (seen - expected) / expected
    }
    #expect(counts.keys.allSatisfy { weights[$0] != nil })
    #expect(statistic < 50, "\(statistic)")
    // The marginals as well: how often each row is in a set.
    for row in 0..<6 {
      let chance = weights.reduce(0.0) { $0 + ($1.key.contains(row) ? $1.value : 0) } / total
      let seen = counts.reduce(0.0) { $0 + ($1.key.contains(row) ? $1.value : 0) } / Double(draws)
      // Four standard errors of a frequency.
      #expect(abs(seen - chance) < 4 * (chance * (1 - chance) / Double(draws)).squareRoot())
    }
  }

  private func determinant(_ a: Matrix<Double>) -> Double {
    a.rowCount == 2
      ? a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
      : (0..<3).reduce(0.0) { sum, j in
        let (p, q) = ((j + 1) % 3, (j + 2) % 3)
        return sum + a[0, j] * (a[1, p] * a[2, q] - a[1, q] * a[2, p])
      }
  }

  /// The second centre of k-means++ has a chance proportional to its squared distance from the first;
  /// 4 rows give 12 ordered pairs, 11 degrees of freedom.
  @Test func distanceSeedingHasItsDistribution() throws {
    let x = Matrix<Double>(rows: [[0, 0], [1, 0], [0, 2], [3, 3]])
    let columns = GramColumns(try LinearKernel<Double>(), inputs: Points(x))
    let draws = isOptimized ? 3000 : 1000
    var counts = [Double](repeating: 0, count: 16)
    for seed in 0..<draws {
      let rows = try CentreSelector(.kMeansPlusPlus, seed: UInt64(seed)).select(2, from: columns)
      counts[rows[0] * 4 + rows[1]] += 1
    }
    var statistic = 0.0
    for i in 0..<4 {
      let squares = (0..<4).map { j in
        (0..<2).reduce(0.0) { $0 + (x[i, $1] - x[j, $1]) * (x[i, $1] - x[j, $1]) }
      }
      for j in 0..<4 where j != i {
        let expected = Double(draws) / 4 * squares[j] / squares.reduce(0, +)
        statistic += (counts[i * 4 + j] - expected) * (counts[i * 4 + j] - expected) / expected
      }
    }
    #expect(statistic < 36, "\(counts)")
  }

  /// Later centres come in blocks; rows that equal a centre are never chosen, and when only such are
  /// left there are no more.
  @Test func equalRowsAreChosenOnce() throws {
    let x = Matrix<Double>(rowCount: 60, columnCount: 1, elements: (0..<60).map { Double($0 % 12) })
    let columns = GramColumns(try GaussianKernel<Double>(lengthScale: 0.3), inputs: Points(x))
    for method: CentreSelector.Method in [
      .kMeansPlusPlus, .randomlyPivotedCholesky, .determinantal,
    ] {
      let rows = try CentreSelector(method).select(20, from: columns)
      #expect(Set(rows.map { $0 % 12 }).count == 12 && rows.count == 12, "\(method)")
    }
  }

  /// Against the diagonal of K (K + λ I)⁻¹. With all rows in the dictionary it is exact. With a third of
  /// them, six times the effective dimension, the sum is at most 1.6 times too large (a dictionary
  /// that misses something makes scores too large) and each score is within a factor of 3.
  @Test func leverageScoresAreThose() throws {
    let n = isOptimized ? 1500 : 200
    let (gram, _) = try problem(n)
    let ridge = 0.5
    var system = try gram.densified(context: .default)
    for i in 0..<n { system[i, i] += ridge }
    let exact = try Cholesky(system).inverseDiagonal().map { 1 - ridge * $0 }
    let all = try RidgeLeverageScores(ridge: ridge, dictionarySize: n).scores(of: GramColumns(gram))
    // Cancellation leaves rounding over λ.
    #expect(largestDifference(all, exact) < 1e-10)
    let wide = try TiledGram(
      LaplaceKernel<Double>(lengthScale: 30), inputs: Points(try points(of: n)))
    var wideSystem = try wide.densified(context: .default)
    for i in 0..<n { wideSystem[i, i] += ridge }
    let scores = try Cholesky(wideSystem).inverseDiagonal().map { 1 - ridge * $0 }
    let some = try RidgeLeverageScores(ridge: ridge, dictionarySize: n / 3).scores(
      of: GramColumns(wide))
    let (a, b) = (some.reduce(0, +), scores.reduce(0, +))
    #expect(a > 0.8 * b && a < 1.6 * b, "\(a) \(b)")
    #expect(zip(some, scores).allSatisfy { $0 < 3 * $1 && $1 < 3 * $0 })
  }

  private func points(of n: Int) throws -> Matrix<Double> {
    var stream = RandomStream(seed: 4, purpose: "solver tests")
    return Matrix(rowCount: n, columnCount: 2, elements: (0..<2 * n).map { _ in stream.normal() })
  }

  /// Pivots and volumes leave less of K than uniform rows do: where most rows are alike, those see
  /// the few others.
  @Test func betterCentresLeaveLess() throws {
    var stream = RandomStream(seed: 5, purpose: "centre tests")
    let n = 300
    let x = Matrix<Double>(rowCount: n, columnCount: 2) { buffer in
      for i in buffer.indices { buffer[i] = stream.normal() * (i < 40 ? 5 : 0.1) }
    }
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    let columns = GramColumns(kernel, inputs: Points(x))
    func left(_ method: CentreSelector.Method) throws -> Double {
      let rows = try CentreSelector(method, seed: 1).select(25, from: columns)
      let f = try kernel.matrix(rows: Points(x), columns: Points(x.rows(at: rows)))
      let corner = try Cholesky(f.rows(at: rows), jitter: .upTo(1e-9))
      let seen = try corner.solveFactor(f.transposed())
      return Double(n) - seen.elements.reduce(0.0) { $0 + $1 * $1 }
    }
    let uniform = try left(.uniform)
    for method in Self.methods.dropFirst() {
      let left = try left(method)
      #expect(left < uniform / 2, "\(method): \(left) against \(uniform)")
    }
  }

  @Test func rowNumbersAndRefusals() throws {
    let (gram, _) = try problem(20)
    let columns = GramColumns(gram)
    #expect(try CentreSelector(.rows([5, 2, 19])).select(3, from: columns) == [5, 2, 19])
    for rows in [[], [1, 1], [20], [-1]] {
      #expect(throws: MercerError.self) {
        try CentreSelector(.rows(rows)).select(1, from: columns)
      }
    }
    for count in [0, 21] {
      #expect(throws: MercerError.self) { try CentreSelector().select(count, from: columns) }
    }
    #expect(throws: MercerError.self) {
      try CentreSelector(.ridgeLeverage(ridge: 0)).select(3, from: columns)
    }
    #expect(throws: MercerError.self) {
      try CentreSelector(.volumeRescaled(dimension: 4)).select(3, from: columns)
    }
  }
}
