import MercerCore
import RealModule
import Testing

/// n × n, positive definite: B Bᵀ + n I with the entries of B uniform in (−1, 1).
private func definite<E: Scalar>(_ n: Int, seed: UInt64 = 1, as: E.Type) throws -> Matrix<E> {
  let b = random(n, n, seed: seed, as: E.self)
  var a = try b.multiplied(by: b, transposingOther: true)
  for i in 0..<n { a[i, i] += E(n) }
  return a
}

private func random<E: Scalar>(_ m: Int, _ n: Int, seed: UInt64, as: E.Type) -> Matrix<E> {
  var stream = RandomStream(seed: seed, purpose: "test matrix")
  return Matrix(
    rowCount: m, columnCount: n, elements: (0..<m * n).map { _ in E(stream.uniform() * 2 - 1) })
}

private func distance<E: Scalar>(_ a: Matrix<E>, _ b: Matrix<E>) -> Double {
  zip(a.elements, b.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
}

private func lower<E: Scalar>(_ a: Matrix<E>) -> Matrix<E> {
  var l = a
  for i in 0..<a.rowCount { for j in (i + 1)..<max(a.rowCount, i + 1) { l[i, j] = 0 } }
  return l
}

@Suite struct LinearAlgebraTests {
  /// The slow triple loop is the reference; entries are sums of k products of numbers below 1, so
  /// they agree to k units in the last place.
  @Test(arguments: [(1, 1, 1), (3, 5, 2), (17, 9, 33), (0, 3, 2), (4, 0, 3)])
  func productsMatchTheDefinition(m: Int, k: Int, n: Int) throws {
    let a = random(m, k, seed: 1, as: Double.self)
    let b = random(k, n, seed: 2, as: Double.self)
    var expected = Matrix<Double>(rowCount: m, columnCount: n)
    for i in 0..<m { for j in 0..<n { for l in 0..<k { expected[i, j] += a[i, l] * b[l, j] } } }
    let tolerance = Double(k + 1) * 1e-15
    #expect(distance(try a.multiplied(by: b), expected) <= tolerance)
    #expect(distance(try a.transposed().multiplied(by: b, transposed: true), expected) <= tolerance)
    #expect(
      distance(try a.multiplied(by: b.transposed(), transposingOther: true), expected) <= tolerance)
  }

  /// Orders around the block (256) and band (128) sizes; ‖LLᵀ − A‖ is bounded by n ε ‖A‖.
  @Test(arguments: [1, 2, 127, 129, 257, 300])
  func choleskyRebuildsTheMatrix(n: Int) throws {
    let a = try definite(n, as: Double.self)
    let factor = try Cholesky(a)
    let l = lower(factor.factor)
    let rebuilt = try l.multiplied(by: l, transposingOther: true)
    #expect(distance(rebuilt, a) < Double(n) * 2.3e-16 * Double(2 * n))
    #expect(factor.jitter == 0)
    let identity = try a.multiplied(by: try factor.inverse())
    #expect(distance(identity, .identity(n)) < 1e-12)
    let diagonal = try factor.inverseDiagonal()
    let inverse = try factor.inverse().diagonal
    #expect(zip(diagonal, inverse).allSatisfy { abs($0 - $1) < 1e-13 * $1 + 1e-15 })
  }

  @Test func choleskyInFloat() throws {
    let a = try definite(150, as: Float.self)
    let b = random(150, 70, seed: 5, as: Float.self)
    let x = try Cholesky(a).solve(b)
    // cond(A) is about 3, so the solution is good to a few dozen units in the last place.
    #expect(distance(try a.multiplied(by: x), b) < 2e-5)
  }

  @Test func logDeterminantIsTheSumOfLogEigenvalues() throws {
    let a = try definite(40, as: Double.self)
    let values = try SymmetricEigen.values(of: a)
    let expected = values.map { Double.log($0) }.reduce(0, +)
    #expect(abs(try Cholesky(a).logDeterminant - expected) < 1e-11 * abs(expected))
  }

  /// The same bits whatever the number of threads.
  @Test func choleskyDoesNotDependOnThreads() throws {
    let a = try definite(300, as: Double.self)
    let one = try Cholesky(a, context: ExecutionContext(threadCount: 1))
    let three = try Cholesky(a, context: ExecutionContext(threadCount: 3))
    #expect(lower(one.factor) == lower(three.factor))
    #expect(
      try one.inverseDiagonal(context: ExecutionContext(threadCount: 1))
        == three.inverseDiagonal(context: ExecutionContext(threadCount: 3)))
  }

  @Test func aFailedPivotIsNamed() throws {
    var a = try definite(20, as: Double.self)
    a[12, 12] = -1
    do {
      _ = try Cholesky(a)
      Issue.record("an indefinite matrix was factorised")
    } catch {
      #expect(error.code == .notPositiveDefinite)
      #expect(error.message.contains("pivot 13 is -"))
    }
  }

  @Test func jitterIsBoundedAndReported() throws {
    // Rank one: definite only with something added.
    let ones = Matrix<Double>(rowCount: 30, columnCount: 30, repeating: 1)
    #expect(throws: MercerError.self) { try Cholesky(ones) }
    let repaired = try Cholesky(ones, jitter: .upTo(1e-8))
    #expect(repaired.jitter > 0 && repaired.jitter <= 1e-8)
    let l = lower(repaired.factor)
    let rebuilt = try l.multiplied(by: l, transposingOther: true)
    #expect(distance(rebuilt, ones) < 2e-8)
    var indefinite = ones
    for i in 0..<30 { indefinite[i, i] = 0.5 }
    #expect(throws: MercerError.self) { try Cholesky(indefinite, jitter: .upTo(1e-8)) }
  }

  @Test func jitterStartsAnewFromTheMatrix() throws {
    // Larger than one block of the factorisation, which fails first in a later one.
    let n = 300
    let factor = random(n, 280, seed: 8, as: Double.self)
    let singular = try factor.multiplied(by: factor, transposingOther: true)
    let repaired = try Cholesky(singular, jitter: .upTo(1e-8))
    #expect(repaired.jitter > 0)
    let l = lower(repaired.factor)
    let rebuilt = try l.multiplied(by: l, transposingOther: true)
    // The jitter, and rounding of sums of up to 300 terms of magnitude 100 or less.
    #expect(distance(rebuilt, singular) < repaired.jitter + 1e-10)
  }

  @Test func eigenvectorsDiagonalise() throws {
    let a = try definite(35, as: Double.self)
    let eigen = try SymmetricEigen(a)
    #expect(eigen.values == eigen.values.sorted())
    let q = eigen.vectors
    #expect(distance(try q.multiplied(by: q, transposingOther: true), .identity(35)) < 1e-13)
    var scaled = q
    for k in 0..<35 { for j in 0..<35 { scaled[k, j] *= eigen.values[k] } }
    #expect(distance(try q.multiplied(by: scaled, transposed: true), a) < 1e-11)
    let alone = try SymmetricEigen.values(of: a)
    #expect(zip(alone, eigen.values).allSatisfy { abs($0 - $1) < 1e-11 })
  }

  @Test(arguments: [(7, 4), (4, 7), (5, 5), (1, 6)])
  func singularValuesRebuild(m: Int, n: Int) throws {
    let a = random(m, n, seed: 9, as: Double.self)
    let svd = try SingularValueDecomposition(a)
    var scaled = svd.right
    for k in 0..<min(m, n) { for j in 0..<n { scaled[k, j] *= svd.values[k] } }
    #expect(distance(try svd.left.multiplied(by: scaled), a) < 1e-14)
    #expect(svd.values == svd.values.sorted(by: >))
  }

  @Test(arguments: [(6, 3), (5, 5), (9, 1)])
  func qrRebuilds(m: Int, n: Int) throws {
    let a = random(m, n, seed: 4, as: Double.self)
    let qr = try QR(a)
    #expect(distance(try qr.q.multiplied(by: qr.r), a) < 1e-14)
    #expect(distance(try qr.q.multiplied(by: qr.q, transposed: true), .identity(n)) < 1e-14)
    for i in 0..<n { for j in 0..<i { #expect(qr.r[i, j] == 0) } }
    #expect(throws: MercerError.self) { try QR(Matrix<Double>(rowCount: 2, columnCount: 3)) }
  }

  @Test func emptyAndMisshapen() throws {
    let empty = Matrix<Double>(rowCount: 0, columnCount: 0)
    #expect(try Cholesky(empty).order == 0)
    #expect(try SymmetricEigen(empty).values.isEmpty)
    let wide = Matrix<Double>(rowCount: 2, columnCount: 3)
    #expect(throws: MercerError.self) { try Cholesky(wide) }
    #expect(throws: MercerError.self) { try SymmetricEigen(wide) }
  }
}
