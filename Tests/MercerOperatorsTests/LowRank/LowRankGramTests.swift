import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import RealModule
import Testing

@Suite struct LowRankGramTests {
  private func twin(_ z: Matrix<Double>, _ shifts: [Double]) -> Matrix<Double> {
    var matrix = z.multiplied(by: z.transposed())
    for (i, shift) in shifts.enumerated() { matrix[i, i] += shift }
    return matrix
  }

  @Test(arguments: [(1, 1), (9, 3), (26, 40)])
  func keepsTheLaws(n: Int, depth: Int) throws {
    let z = Matrix<Double>.random(rowCount: n, columnCount: depth, seed: 3)
    for shifts in [[], (0..<n).map { Double($0 % 3) }] {
      let gram = try LowRankGram(z, shifts: shifts)
      #expect(OperatorLaws.check(gram, twin: twin(z, shifts)) == [])
    }
    let narrow = try LowRankGram(Matrix<Float>(converting: z))
    #expect(OperatorLaws.check(narrow, twin: Matrix<Float>(converting: twin(z, []))) == [])
  }

  /// Against a factorisation of the whole matrix. The condition is ‖Z‖² / λ, 1e3 for 40 rows and 1e5
  /// for 2,000, and both are in Double: that times 1e-13 leaves three digits.
  @Test(arguments: [false, true])
  func solvesExactly(shifted: Bool) throws {
    let n = isOptimized ? 2000 : 40
    let margin = 1e-13 * Double(n) / 0.04
    let z = Matrix<Double>.random(rowCount: n, columnCount: 7, seed: 4)
    let y = Matrix<Double>.random(rowCount: n, columnCount: 2, seed: 5)
    let shifts = shifted ? (0..<n).map { 0.1 * Double($0 % 4) } : []
    let fit = try LowRankGram(z, shifts: shifts).solveRidge(0.05, targets: y)
    var matrix = twin(z, shifts)
    for i in 0..<n { matrix[i, i] += 0.05 }
    let factor = try Cholesky(matrix)
    let exact = try factor.solve(y)
    let largest = exact.elements.map(abs).max() ?? 0
    #expect(
      zip(fit.coefficients.elements, exact.elements).allSatisfy { abs($0 - $1) < margin * largest })
    #expect(abs(fit.logDeterminant - factor.logDeterminant) < margin)
    let residual = try #require(fit.report.relativeResidual)
    // Rounding of 1e-16 times the condition, which is what a solver that is stable leaves.
    #expect(residual < 1e-2 * margin, "\(residual)")
    let weights = z.transposed().multiplied(by: exact)
    #expect(
      zip(fit.featureWeights.elements, weights.elements).allSatisfy { abs($0 - $1) < 10 * margin })
  }

  /// The solver goes through rows in chunks of 4,096: a matrix with more of them.
  @Test func manyRows() throws {
    let n = 5000
    let z = Matrix<Double>.random(rowCount: n, columnCount: 3, seed: 6)
    let y = Matrix<Double>.random(rowCount: n, columnCount: 1, seed: 7)
    let gram = try LowRankGram(z)
    let fit = try gram.solveRidge(1, targets: y)
    let product = try gram.shifted(by: 1).applied(to: fit.coefficients)
    #expect(zip(product.elements, y.elements).allSatisfy { abs($0 - $1) < 1e-11 })
  }

  @Test func refusesWhatMakesNoSense() throws {
    let z = Matrix<Double>.random(rowCount: 4, columnCount: 2, seed: 8)
    #expect(throws: MercerError.self) { try LowRankGram(z, shifts: [1, 2]) }
    #expect(throws: MercerError.self) { try LowRankGram(z, shifts: [0, 0, 0, -1]) }
    #expect(throws: MercerError.self) {
      try LowRankGram(Matrix<Double>(rowCount: 4, columnCount: 0))
    }
    let gram = try LowRankGram(z)
    let y = Matrix<Double>(rowCount: 4, columnCount: 1)
    for ridge in [0, -1, Double.nan] {
      #expect(throws: MercerError.self) { try gram.solveRidge(ridge, targets: y) }
    }
    #expect(throws: MercerError.self) { try gram.solveRidge(1, targets: y.rows(0..<3)) }
  }
}
