import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

/// A diagonal operator turned by nothing: eigenvalues are known exactly.
private func diagonal(_ values: [Double]) throws -> DenseGram<Double> {
  var matrix = Matrix<Double>(rowCount: values.count, columnCount: values.count)
  for (i, value) in values.enumerated() { matrix[i, i] = value }
  return try DenseGram(matrix)
}

/// The largest |vᵢᵀ vⱼ − δᵢⱼ|.
private func departure<E: Scalar>(_ v: Matrix<E>) throws -> Double {
  let wide = Matrix<Double>(converting: v)
  let gram = try wide.multiplied(by: wide, transposed: true)
  return largestDifference(gram.elements, Matrix<Double>.identity(v.columnCount).elements)
}

@Suite struct BlockLanczosTests {
  /// Eigenvalues err by the square of residuals of 1e-9, or by LAPACK's own rounding: 1e-12 of the
  /// largest (about 100) is left as margin. With few vectors in the basis, it restarts.
  @Test(arguments: [nil, 20])
  func agreesWithLAPACK(basisLimit: Int?) throws {
    let n = isOptimized ? 2000 : 150
    let (gram, _) = try problem(n)
    let solver = BlockLanczos(count: 10, blockSize: 4, basisLimit: basisLimit)
    let pairs = try solver.leadingPairs(of: gram)
    let exact = try SymmetricEigen<Double>.values(of: gram.densified(context: .default))
    let leading = Array(exact.reversed().prefix(10))
    #expect(largestDifference(pairs.values, leading) < 1e-12 * leading[0])
    #expect(pairs.values == pairs.values.sorted(by: >))
    #expect(pairs.residuals.allSatisfy { $0 <= 1e-9 * leading[0] })
    #expect(try departure(pairs.vectors) < 1e-12)
    #expect(pairs.report.stopReason == .converged && pairs.report.products < n)
  }

  /// The residuals are those of the vectors that are returned.
  @Test func statesTrueResiduals() throws {
    let (gram, _) = try problem(80)
    let pairs = try BlockLanczos(
      count: 5, blockSize: 2, tolerance: 1e-3, onNonConvergence: .returnBest
    ).leadingPairs(of: gram)
    let image = try gram.applied(to: pairs.vectors)
    for j in 0..<5 {
      let rest = zip(image.column(j), pairs.vectors.column(j)).map { $0 - pairs.values[j] * $1 }
      let norm = rest.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - pairs.residuals[j]) < 1e-12)
    }
  }

  /// An eigenvalue of multiplicity 5 is found five times by blocks of 3; and an operator of rank 6
  /// has zeros for the seventh and eighth, though its Krylov space ends.
  @Test func multiplicityAndLowRank() throws {
    let values = [9, 9, 9, 9, 9, 4, 3.5] + (0..<33).map { 2 / Double($0 + 1) }
    let pairs = try BlockLanczos(count: 7, blockSize: 3).leadingPairs(of: try diagonal(values))
    #expect(largestDifference(pairs.values, Array(values.prefix(7))) < 1e-12)
    let low = [5, 4, 3, 2, 1, 0.5] + [Double](repeating: 0, count: 24)
    let few = try BlockLanczos(count: 8, blockSize: 4).leadingPairs(of: try diagonal(low))
    #expect(largestDifference(few.values, Array(low.prefix(8))) < 1e-12)
    #expect(try departure(few.vectors) < 1e-12)
  }

  @Test func allPairsAndOne() throws {
    let values = [3.0, 2, 1]
    let all = try BlockLanczos(count: 3).leadingPairs(of: try diagonal(values))
    #expect(largestDifference(all.values, values) < 1e-14)
    let one = try BlockLanczos(count: 1).leadingPairs(of: try diagonal([7]))
    #expect(one.values == [7])
  }

  @Test func theLimitIsAnErrorUnlessAskedOtherwise() throws {
    let (gram, _) = try problem(120)
    var solver = BlockLanczos(count: 10, blockSize: 2, blockProductLimit: 6)
    do {
      _ = try solver.leadingPairs(of: gram)
      Issue.record("six products were enough")
    } catch {
      #expect(error.code == .didNotConverge)
    }
    solver.onNonConvergence = .returnBest
    let report = try solver.leadingPairs(of: gram).report
    #expect(report.stopReason == .iterationLimit && report.relativeResidual > 1e-9)
    #expect(throws: MercerError.self) { try BlockLanczos(count: 121).leadingPairs(of: gram) }
    #expect(throws: MercerError.self) { try BlockLanczos(count: 0).leadingPairs(of: gram) }
  }

  /// Products in Float leave residuals near 1e-6 of the largest eigenvalue; the target is 1e-5.
  @Test func floatReachesItsTarget() throws {
    let n = isOptimized ? 2000 : 120
    var stream = RandomStream(seed: 8, purpose: "solver tests")
    let x = Matrix<Float>(
      rowCount: n, columnCount: 3, elements: (0..<3 * n).map { _ in Float(stream.normal()) })
    let gram = try TiledGram(GaussianKernel<Float>(lengthScale: 1), inputs: Points(x))
    let pairs = try BlockLanczos(count: 12, blockSize: 6).leadingPairs(of: gram)
    let exact = try SymmetricEigen(
      Matrix<Double>(converting: gram.densified(context: .default))
    ).values.reversed().prefix(12)
    #expect(largestDifference(pairs.values, Array(exact)) < 1e-5 * pairs.values[0])
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let (gram, _) = try problem(100)
    let solver = BlockLanczos(count: 6, blockSize: 3)
    let one = try solver.leadingPairs(of: gram, context: ExecutionContext(threadCount: 1))
    let three = try solver.leadingPairs(of: gram, context: ExecutionContext(threadCount: 3))
    #expect(one.vectors == three.vectors && one.values == three.values)
  }
}

@Suite struct RandomisedSubspaceIterationTests {
  /// Ritz values lie below the eigenvalues, rise with power iterations, and the bound of the range's
  /// error holds: it is at least ‖K − Q QᵀK‖, which is at least σ of the first value left out.
  @Test func boundsItsError() throws {
    let n = isOptimized ? 2000 : 100
    let (gram, _) = try problem(n)
    let exact = Array(
      try SymmetricEigen<Double>.values(of: gram.densified(context: .default)).reversed())
    var before = 0.0
    for powers in [0, 1, 3] {
      let solver = RandomisedSubspaceIteration(count: 8, oversampling: 4, powerIterations: powers)
      let pairs = try solver.leadingPairs(of: gram)
      let sum = pairs.values.reduce(0, +)
      #expect(zip(pairs.values, exact).allSatisfy { $0 <= $1 * (1 + 1e-12) } && sum > before)
      before = sum
      let bound = try #require(pairs.report.rangeError)
      #expect(bound >= exact[12] && bound < 10 * exact[0])
      #expect(pairs.report.blockProducts == powers + 2)
    }
    #expect(before > 0.99 * exact.prefix(8).reduce(0, +))
  }

  /// An operator of rank 5 is found exactly, its range error is rounding, and what is asked beyond
  /// its rank is zero.
  @Test func lowRankIsExact() throws {
    let values = [5.0, 4, 3, 2, 1] + [Double](repeating: 0, count: 35)
    let pairs = try RandomisedSubspaceIteration(count: 7, oversampling: 3)
      .leadingPairs(of: try diagonal(values))
    #expect(largestDifference(pairs.values, Array(values.prefix(7))) < 1e-12)
    #expect(try #require(pairs.report.rangeError) < 1e-11)
    #expect(try departure(pairs.vectors) < 1e-12)
  }

  @Test func aMissedTargetIsAnError() throws {
    let (gram, _) = try problem(60)
    #expect(throws: MercerError.self) {
      try RandomisedSubspaceIteration(count: 10, powerIterations: 0, tolerance: 1e-10)
        .leadingPairs(of: gram)
    }
  }
}
