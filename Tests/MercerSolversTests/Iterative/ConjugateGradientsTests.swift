import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import Testing

@Suite struct ConjugateGradientsTests {
  /// The error is at most the condition (about 500) times the residual of 1e-12.
  @Test(arguments: [1, 3])
  func agreesWithAFactorisation(targets: Int) throws {
    let (gram, y) = try problem(60, targets: targets)
    let system = try gram.shifted(by: 0.1)
    let solution = try ConjugateGradients(tolerance: 1e-12).solve(system, y)
    let exact = try ExactRidge(precision: .double).solve(
      gram, shifts: [Double](repeating: 0.1, count: 60), targets: y, context: .default)
    #expect(
      largestDifference(solution.values.elements, exact.coefficients.elements) < 1e-9)
    #expect(solution.report.stopReason == .converged)
    #expect(try #require(solution.report.relativeResidual) <= 1e-12)
  }

  @Test func reportsTheTrueResidual() throws {
    let (gram, y) = try problem(50)
    let system = try gram.shifted(by: 0.01)
    let solution = try ConjugateGradients(tolerance: 1e-6).solve(system, y)
    let product = try system.applied(to: solution.values)
    let residual = zip(y.elements, product.elements).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    let norm = y.elements.map { $0 * $0 }.reduce(0, +)
    let reported = try #require(solution.report.relativeResidual)
    #expect(abs((residual / norm).squareRoot() - reported) < 1e-12)
  }

  @Test func theLimitIsAnErrorUnlessAskedOtherwise() throws {
    let (gram, y) = try problem(80)
    let system = try gram.shifted(by: 1e-6)
    var solver = ConjugateGradients(tolerance: 1e-10, iterationLimit: 3)
    do {
      _ = try solver.solve(system, y)
      Issue.record("three products were enough")
    } catch {
      #expect(error.code == .didNotConverge)
    }
    solver.onNonConvergence = .returnBest
    let report = try solver.solve(system, y).report
    #expect(report.stopReason == .iterationLimit && report.iterations == 3)
    #expect(try #require(report.relativeResidual) > 1e-10)
  }

  /// Products in Float leave a residual of about 1e-4 at a condition of 4e4; with the true residual
  /// from products in Double the same iteration reaches 1e-9.
  @Test func residualsInDoubleRefineProductsInFloat() throws {
    let x = Matrix<Double>(rowCount: 40, columnCount: 1, elements: (0..<40).map { Double($0) / 10 })
    let narrow = try TiledGram(
      GaussianKernel<Float>(lengthScale: 1), inputs: Points(Matrix(converting: x)))
    let exact = try TiledGram(GaussianKernel<Double>(lengthScale: 1), inputs: Points(x))
    let y = Matrix<Float>(column: (0..<40).map { Float($0 % 3) - 1 })
    let solution = try ConjugateGradients(tolerance: 1e-9, iterationLimit: 10_000).solveInDouble(
      try narrow.shifted(by: 1e-3), exact: try exact.shifted(by: 1e-3), y, preconditioner: nil)
    #expect(solution.report.stopReason == .converged)
    let direct = try ExactRidge(precision: .double).solve(
      exact, shifts: [Double](repeating: 1e-3, count: 40), targets: Matrix(converting: y),
      context: .default)
    let scale = direct.coefficients.elements.map(abs).max() ?? 0
    #expect(
      largestDifference(solution.values.elements, direct.coefficients.elements) < 1e-5 * scale)
  }

  /// Float products cannot reach 1e-14: the solver says so and does not go on for ever.
  @Test func stagnationIsSeen() throws {
    let x = Matrix<Float>(rowCount: 40, columnCount: 1, elements: (0..<40).map { Float($0) / 10 })
    let gram = try TiledGram(GaussianKernel<Float>(lengthScale: 1), inputs: Points(x))
    let y = Matrix<Float>(column: (0..<40).map { Float($0 % 3) - 1 })
    let solver = ConjugateGradients(
      tolerance: 1e-14, iterationLimit: 10_000, onNonConvergence: .returnBest)
    let report = try solver.solve(try gram.shifted(by: 1e-3), y).report
    #expect(report.stopReason == .stagnated && report.iterations < 2000)
  }

  @Test func zeroAndMisshapenTargets() throws {
    let (gram, y) = try problem(20)
    let zero = Matrix<Double>(rowCount: 20, columnCount: 1)
    let solution = try ConjugateGradients().solve(gram, zero)
    #expect(solution.values == zero && solution.report.iterations == 0)
    #expect(throws: MercerError.self) { try ConjugateGradients().solve(gram, y.rows(0..<5)) }
  }
}

@Suite struct NystromPreconditionerTests {
  /// The formula of the paper, formed densely from the same columns; both in Double, so rounding
  /// times the condition of the core (about 1e3) is all that may differ.
  @Test func matchesItsFormula() throws {
    let (n, ridge) = (25, 0.05)
    let (gram, y) = try problem(n, targets: 2)
    let k = try gram.densified(context: .default)
    let centres = [1, 4, 9, 16, 20]
    let columns = k.columns(at: centres)
    let preconditioner = try NystromPreconditioner(
      columns: columns, centres: centres, ridge: ridge, context: .default)
    // M = (θᵣ + λ)⁻¹ … inverted: M⁻¹ K̂-eigenvectors scale by (θᵣ + λ)/(θ + λ); check M M⁻¹ y = y with
    // M = (U (Θ + λ) Uᵀ)/(θᵣ + λ) + (I − U Uᵀ).
    let u = preconditioner.vectors
    let theta = preconditioner.eigenvalues
    let identity = try u.multiplied(by: u, transposed: true)
    #expect(largestDifference(identity.elements, Matrix<Double>.identity(5).elements) < 1e-10)
    let solved = try preconditioner.solve(y, context: .default)
    var inside = try u.multiplied(by: solved, transposed: true)
    let level = try #require(theta.last) + ridge
    for r in 0..<5 { for c in 0..<2 { inside[r, c] *= (theta[r] + ridge) / level - 1 } }
    let correction = try u.multiplied(by: inside)
    let back = zip(solved.elements, correction.elements).map { $0 + $1 }
    #expect(largestDifference(back, y.elements) < 1e-10)
    // U Θ Uᵀ is the Nyström approximation, which is exact on its own columns.
    var scaled = u.transposed()
    for r in 0..<5 { for j in 0..<n { scaled[r, j] *= theta[r] } }
    let approximation = try u.multiplied(by: scaled).columns(at: centres)
    #expect(largestDifference(approximation.elements, columns.elements) < 1e-10)
  }

  @Test func savesProducts() throws {
    let (gram, y) = try problem(150)
    let system = try gram.shifted(by: 1e-3)
    let solver = ConjugateGradients(tolerance: 1e-8)
    let plain = try solver.solve(system, y).report.iterations
    let centres = Array(stride(from: 0, to: 150, by: 2))
    let columns = try gram.densified(context: .default).columns(at: centres)
    let preconditioner = try NystromPreconditioner(
      columns: columns, centres: centres, ridge: 1e-3, context: .default)
    let better = try solver.solve(system, y, preconditioner: preconditioner).report.iterations
    #expect(better < plain)
  }
}
