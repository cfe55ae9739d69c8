import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import Testing

/// n points in two dimensions and k targets, from a fixed stream.
func problem(_ n: Int, targets k: Int = 1) throws -> (gram: TiledGram<Double>, y: Matrix<Double>) {
  var stream = RandomStream(seed: 4, purpose: "solver tests")
  let x = Matrix(
    rowCount: n, columnCount: 2, elements: (0..<2 * n).map { _ in stream.normal() })
  let y = Matrix(rowCount: n, columnCount: k, elements: (0..<n * k).map { _ in stream.normal() })
  return (try TiledGram(LaplaceKernel<Double>(lengthScale: 1), inputs: Points(x)), y)
}

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).map { abs($0 - $1) }.max() ?? 0
}

@Suite struct RidgePathTests {
  /// One eigendecomposition gives what a factorisation for each ridge gives; 1e-9 absolute, as the
  /// smallest ridge makes the condition 1e5.
  @Test(arguments: [false, true])
  func agreesWithFactorisations(weighted: Bool) throws {
    let (gram, y) = try problem(30, targets: 2)
    let weights = weighted ? (0..<30).map { 0.5 + Double($0 % 4) } : nil
    let path = try RidgePath(
      gram: gram.densified(context: .default), targets: y, weights: weights)
    for ridge in [1e-3, 0.1, 10] {
      let fit = try path.fit(ridge: ridge)
      let shifts = (0..<30).map { ridge / (weights?[$0] ?? 1) }
      let exact = try ExactRidge(precision: .double).solve(
        gram, shifts: shifts, targets: y, context: .default)
      #expect(largestDifference(fit.coefficients.elements, exact.coefficients.elements) < 1e-9)
      let diagonal = try #require(exact.inverseDiagonal)
      let residuals = (0..<60).map { exact.coefficients.elements[$0] / diagonal[$0 / 2] }
      #expect(largestDifference(fit.leaveOneOutResiduals.elements, residuals) < 1e-9)
    }
    #expect(path.count == 30 && path.eigenvalues == path.eigenvalues.sorted())
  }

  @Test func refusesWhatMakesNoSense() throws {
    let (gram, y) = try problem(10)
    let stored = try gram.densified(context: .default)
    let path = try RidgePath(gram: stored, targets: y)
    for ridge in [0, -1, Double.nan] {
      #expect(throws: MercerError.self) { try path.fit(ridge: ridge) }
    }
    #expect(throws: MercerError.self) { try RidgePath(gram: stored, targets: y.rows(0..<5)) }
  }
}
