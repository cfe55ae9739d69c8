import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import RealModule
import Testing

/// K and its sum K + λ I on random points.
private func system(
  _ n: Int, ridge: Double
) throws -> (gram: DenseGram<Double>, shifted: any SymmetricGramOperator<Double>) {
  let gram = try DenseGram(try problem(n).gram.densified(context: .default))
  return (gram, try gram.shifted(by: ridge))
}

/// How often an interval of level 0.95 holds the truth may, in `trials` trials, differ from 0.95 by
/// four standard deviations of that count, and by what the normal approximation is off.
private func checkCoverage(_ hits: Int, of trials: Int) {
  let share = Double(hits) / Double(trials)
  let deviation = (0.95 * 0.05 / Double(trials)).squareRoot()
  #expect(abs(share - 0.95) < 4 * deviation + 0.01, "\(share) of \(trials)")
}

@Suite struct StochasticTraceTests {
  @Test(arguments: [StochasticTrace.Method.hutchinson, .hutchPlusPlus])
  func intervalsCover(method: StochasticTrace.Method) throws {
    let (trials, n) = isOptimized ? (600, 150) : (150, 60)
    let (gram, _) = try system(n, ridge: 1)
    let context = ExecutionContext(threadCount: 1)
    // One eigenvalue is a good part of the trace here (0.28), so the spread is skewed, and with few
    // probes an interval that is symmetric covers less (0.92 with 30, over 4,000 seeds).
    let truth = gram.diagonal().reduce(0, +)
    var hits = 0
    for seed in 0..<trials {
      let estimate = try StochasticTrace(method: method, products: 120, seed: UInt64(seed))
        .trace(of: gram, context: context)
      if estimate.interval.contains(truth) { hits += 1 }
    }
    checkCoverage(hits, of: trials)
  }

  /// With many products Hutch++ has the smaller error, as the spectrum falls; and a matrix of rank
  /// below its sketch it knows exactly.
  @Test func hutchPlusPlusIsSharper() throws {
    let (gram, _) = try system(isOptimized ? 400 : 80, ridge: 1)
    let plain = try StochasticTrace(method: .hutchinson, products: 60).trace(of: gram)
    let sharp = try StochasticTrace(method: .hutchPlusPlus, products: 60).trace(of: gram)
    #expect(sharp.standardError < plain.standardError)
    let z = Matrix<Double>(
      rowCount: 50, columnCount: 3, elements: (0..<150).map { Double(($0 * 7) % 11) - 5 })
    let low = try LowRankGram(z)
    let exact = low.diagonal().reduce(0, +)
    let estimate = try StochasticTrace(products: 15).trace(of: low)
    #expect(abs(estimate.value - exact) < 1e-9 * exact)
  }

  /// Beside the diagonal; the interval is at the level of one in 10⁹.
  @Test(arguments: [StochasticTrace.Method.hutchinson, .hutchPlusPlus])
  func holdsTheTrace(method: StochasticTrace.Method) throws {
    let (gram, _) = try system(isOptimized ? 2000 : 80, ridge: 1)
    let truth = gram.diagonal().reduce(0, +)
    let estimate = try StochasticTrace(method: method, products: 90, level: 1 - 1e-9).trace(
      of: gram)
    #expect(estimate.interval.contains(truth))
    #expect(estimate.standardError < 0.1 * truth)
  }

  @Test func refusesTooFewProbes() throws {
    let (gram, _) = try system(10, ridge: 1)
    #expect(throws: MercerError.self) { try StochasticTrace(products: 1).trace(of: gram) }
    #expect(throws: MercerError.self) { try StochasticTrace(level: 1).trace(of: gram) }
  }
}

@Suite struct LanczosQuadratureTests {
  @Test func intervalsCoverTheLogDeterminant() throws {
    let (trials, n) = isOptimized ? (400, 100) : (60, 40)
    let (_, shifted) = try system(n, ridge: 0.1)
    let context = ExecutionContext(threadCount: 1)
    let truth = try exactLogDeterminant(n, ridge: 0.1)
    var hits = 0
    for seed in 0..<trials {
      let estimate = try LanczosQuadrature(probes: 12, seed: UInt64(seed))
        .logDeterminant(of: shifted, context: context)
      if estimate.interval.contains(truth) { hits += 1 }
    }
    checkCoverage(hits, of: trials)
  }

  /// Beside a factorisation; the interval is at the level of one in 10⁹.
  @Test func holdsTheLogDeterminant() throws {
    let n = isOptimized ? 2000 : 60
    let (_, shifted) = try system(n, ridge: 0.1)
    let truth = try exactLogDeterminant(n, ridge: 0.1)
    let estimate = try LanczosQuadrature(probes: 20, level: 1 - 1e-9).logDeterminant(of: shifted)
    #expect(estimate.interval.contains(truth))
    // Of fewer rows the logarithm of the determinant is smaller beside its chance.
    #expect(estimate.standardError < (isOptimized ? 0.05 : 0.1) * abs(truth))
  }

  private func exactLogDeterminant(_ n: Int, ridge: Double) throws -> Double {
    var matrix = try problem(n).gram.densified(context: .default)
    for i in 0..<n { matrix[i, i] += ridge }
    return try Cholesky(matrix).logDeterminant
  }

  /// Where the whole Krylov space is taken, a diagonal operator gives its trace of any function
  /// exactly, whatever the signs: zᵀ f(D) z = tr f(D).
  @Test func diagonalsAreExact() throws {
    let values = (1...12).map { Double($0) }
    var matrix = Matrix<Double>(rowCount: 12, columnCount: 12)
    for i in 0..<12 { matrix[i, i] = values[i] }
    let estimate = try LanczosQuadrature(probes: 3, tolerance: 1e-13)
      .logDeterminant(of: try DenseGram(matrix))
    let truth = values.reduce(0.0) { $0 + Double.log($1) }
    #expect(abs(estimate.value - truth) < 1e-9 && estimate.standardError < 1e-9)
  }

  /// tr (K + λ)⁻¹ from an eigendecomposition; the interval is at the level of one in 10⁹.
  @Test func otherFunctions() throws {
    let n = isOptimized ? 2000 : 60
    let (gram, shifted) = try system(n, ridge: 0.5)
    let truth = try SymmetricEigen<Double>.values(of: gram.matrix).reduce(0.0) {
      $0 + 1 / ($1 + 0.5)
    }
    let estimate = try LanczosQuadrature(probes: 20, level: 1 - 1e-9)
      .trace(of: shifted) { (x) throws(MercerError) in 1 / x }
    #expect(estimate.interval.contains(truth))
    #expect(estimate.standardError < 0.1 * truth && estimate.products >= 80)
  }

  @Test func saysWhatIsWrong() throws {
    let (_, shifted) = try system(60, ridge: 1e-3)
    do {
      _ = try LanczosQuadrature(stepLimit: 4, tolerance: 1e-6).logDeterminant(of: shifted)
      Issue.record("four steps were enough")
    } catch {
      #expect(error.code == .didNotConverge)
    }
    var matrix = Matrix<Double>.identity(6)
    matrix[2, 2] = -1
    do {
      _ = try LanczosQuadrature().logDeterminant(of: try DenseGram(matrix))
      Issue.record("a logarithm of −1")
    } catch {
      #expect(error.code == .notPositiveDefinite)
    }
  }
}
