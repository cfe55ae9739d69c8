import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct RandomlyPivotedCholeskyTests {
  /// K − F Fᵀ, and what was reported of it.
  private func remainder(
    _ n: Int, rank: Int, block: Int?, seed: UInt64 = 1
  ) throws -> (
    left: Matrix<Double>, factorisation: RandomlyPivotedCholesky.Factorisation<Double>
  ) {
    let (gram, _) = try problem(n)
    let k = try gram.densified(context: .default)
    let factorisation = try RandomlyPivotedCholesky(rank: rank, blockSize: block, seed: seed)
      .factorise(GramColumns(try DenseGram(k)))
    let f = factorisation.factor
    return (k.subtracting(try f.multiplied(by: f, transposingOther: true)), factorisation)
  }

  /// What is left of K is positive semi-definite, vanishes at the pivots, and has the trace that is
  /// reported; all to rounding, 1e-12 for entries of at most 1.
  @Test(arguments: [1, 7, nil])
  func leavesASemidefiniteMatrix(block: Int?) throws {
    let (left, factorisation) = try remainder(60, rank: 20, block: block)
    #expect(factorisation.pivots.count == 20 && Set(factorisation.pivots).count == 20)
    #expect(try #require(try SymmetricEigen.values(of: left).first) > -1e-12)
    for p in factorisation.pivots {
      #expect(left.row(p).map(abs).max() ?? 1 < 1e-12)
    }
    let trace = left.diagonal.reduce(0, +)
    #expect(abs(trace - factorisation.traceError) < 1e-11)
    #expect(abs(factorisation.trace - 60) < 1e-11)
  }

  @Test func theTraceErrorFallsWithTheRank() throws {
    var last = Double.infinity
    for rank in [5, 10, 20, 40] {
      // Blocks of one make the first pivots the same for every rank.
      let error = try remainder(60, rank: rank, block: 1).factorisation.traceError
      #expect(error < last)
      last = error
    }
  }

  /// A kernel matrix of rank 2 is found out, and nothing of rank beyond it is made up.
  @Test func stopsAtTheRankAndAtTheTolerance() throws {
    var stream = RandomStream(seed: 2, purpose: "pivot tests")
    let x = Points(
      Matrix(rowCount: 40, columnCount: 2, elements: (0..<80).map { _ in stream.normal() }))
    let linear = try RandomlyPivotedCholesky(rank: 10).factorise(
      GramColumns(try LinearKernel<Double>(), inputs: x))
    #expect(linear.pivots.count == 2 && linear.traceError < 1e-12 * linear.trace)
    let (gram, _) = try problem(60)
    let loose = try RandomlyPivotedCholesky(rank: 60, tolerance: 0.2, blockSize: 1).factorise(
      GramColumns(gram))
    #expect(loose.pivots.count < 60 && loose.traceError <= 0.2 * loose.trace)
  }

  /// Blocks change the work, not the distribution: pairs of pivots of a matrix of order 4 come as often
  /// as the definition says, p₁ = k₁₁ / tr K and p₂ from what the first leaves. χ² with 11 degrees of
  /// freedom is below 36 in all but 2 of 10,000 draws of the seed, and this one is fixed.
  @Test(arguments: [1, 2, 8])
  func pivotsHaveTheirDistribution(block: Int) throws {
    let a = Matrix<Double>(rows: [[2, 0.5, 0.1], [0, 1, 0.8], [1, 1, 0], [0.3, 0, 1.5]])
    let k = try a.multiplied(by: a, transposingOther: true)
    let gram = GramColumns(try DenseGram(k))
    let draws = isOptimized ? 4000 : 1500
    var counts = [Double](repeating: 0, count: 16)
    for seed in 0..<draws {
      let pivots = try RandomlyPivotedCholesky(rank: 2, blockSize: block, seed: UInt64(seed))
        .factorise(gram).pivots
      counts[pivots[0] * 4 + pivots[1]] += 1
    }
    let trace = k.diagonal.reduce(0, +)
    var statistic = 0.0
    for i in 0..<4 {
      let rest = (0..<4).map { k[$0, $0] - k[$0, i] * k[$0, i] / k[i, i] }
      for j in 0..<4 where j != i {
        let expected = Double(draws) * k[i, i] / trace * rest[j] / rest.reduce(0, +)
        statistic += (counts[i * 4 + j] - expected) * (counts[i * 4 + j] - expected) / expected
      }
    }
    #expect(statistic < 36, "\(counts)")
  }

  @Test func threadsChangeNothing() throws {
    let (gram, _) = try problem(isOptimized ? 2000 : 400)
    let one = try RandomlyPivotedCholesky(rank: 30).factorise(
      GramColumns(gram), context: ExecutionContext(threadCount: 1))
    let two = try RandomlyPivotedCholesky(rank: 30).factorise(
      GramColumns(gram), context: ExecutionContext(threadCount: 2))
    #expect(one.factor == two.factor && one.pivots == two.pivots)
  }

  @Test func refusesWhatMakesNoSense() throws {
    let (gram, _) = try problem(20)
    #expect(throws: MercerError.self) {
      try RandomlyPivotedCholesky(rank: 0).factorise(GramColumns(gram))
    }
    let limited = ExecutionContext(memoryLimit: 100)
    let error = #expect(throws: MercerError.self) {
      try RandomlyPivotedCholesky(rank: 10).factorise(GramColumns(gram), context: limited)
    }
    #expect(error?.code == .memoryLimit)
    let negative = GramColumns(try DenseGram(Matrix<Double>(rows: [[-1, 0], [0, 1]])))
    #expect(throws: MercerError.self) { try RandomlyPivotedCholesky(rank: 1).factorise(negative) }
  }
}
