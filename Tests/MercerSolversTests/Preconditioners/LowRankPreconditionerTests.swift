import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct LowRankPreconditionerTests {
  /// The formula of the paper, formed densely from the same columns; both in Double, so rounding
  /// times the condition of the core (about 1e3) is all that may differ.
  @Test func matchesItsFormula() throws {
    let (n, ridge) = (25, 0.05)
    let (gram, y) = try problem(n, targets: 2)
    let k = try gram.densified(context: .default)
    let centres = [1, 4, 9, 16, 20]
    let columns = k.columns(at: centres)
    let preconditioner = try LowRankPreconditioner(
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
    let preconditioner = try LowRankPreconditioner(
      columns: columns, centres: centres, ridge: 1e-3, context: .default)
    let better = try solver.solve(system, y, preconditioner: preconditioner).report.iterations
    #expect(better < plain)
  }

  /// With the rest taken as negligible it is λ (F Fᵀ + λ I)⁻¹, whatever the rank of F.
  @Test func aFactorGivesTheInverse() throws {
    let (gram, y) = try problem(40, targets: 3)
    let f = try RandomlyPivotedCholesky(rank: 12).factorise(GramColumns(gram)).factor
    // Columns that repeat make the factor rank deficient.
    let doubled = f.columns(at: Array(0..<12) + [0, 5])
    let solved = try LowRankPreconditioner(
      factor: doubled, ridge: 0.3, remainder: .negligible, context: .default
    ).solve(y, context: .default)
    var system = try doubled.multiplied(by: doubled, transposingOther: true)
    for i in 0..<40 { system[i, i] += 0.3 }
    let exact = try Cholesky(system).solve(y).scaled(by: 0.3)
    #expect(largestDifference(solved.elements, exact.elements) < 1e-12)
  }

  /// A sketch of a matrix of rank 10 with 15 columns is that matrix, up to the shift.
  @Test func aSketchFindsALowRankMatrix() throws {
    var stream = RandomStream(seed: 6, purpose: "sketch tests")
    let a = Matrix<Double>(rowCount: 50, columnCount: 10) { buffer in
      for i in buffer.indices { buffer[i] = stream.normal() }
    }
    let k = try a.multiplied(by: a, transposingOther: true)
    let values = try SymmetricEigen.values(of: k)
    let sketch = try LowRankPreconditioner(
      sketching: try DenseGram(k), rank: 15, ridge: 1e-3, seed: 0, context: .default)
    #expect(sketch.eigenvalues.count == 10)
    for (found, value) in zip(sketch.eigenvalues, values.reversed()) {
      #expect(abs(found - value) < 1e-9 * value)
    }
  }

  /// Every preconditioner gives the solution; all of them save products.
  @Test(arguments: RidgePreconditioner.allCases)
  func iterativeRidgeChooses(preconditioner: RidgePreconditioner) throws {
    let n = isOptimized ? 2000 : 150
    let (gram, y) = try problem(n, targets: 2)
    let shifts = [Double](repeating: 1e-2, count: n)
    func solve(_ preconditioner: RidgePreconditioner) throws -> Solution<Double> {
      try IterativeRidge(
        preconditioner: preconditioner, rank: n / 4, tolerance: 1e-9, iterationLimit: 2000
      ).solve(gram, columns: GramColumns(gram), shifts: shifts, targets: y, context: .default)
    }
    let solution = try solve(preconditioner)
    let exact = try ExactRidge(precision: .double).solve(
      gram, shifts: shifts, targets: y, context: .default)
    let scale = exact.coefficients.elements.map(abs).max() ?? 0
    // The condition, below 1e6, times the residual; coefficients are large.
    #expect(
      largestDifference(solution.values.elements, exact.coefficients.elements) < 1e-5 * scale)
    #expect(try #require(solution.report.relativeResidual) <= 1e-9)
    if preconditioner != .none {
      let plain = try solve(.none)
      #expect(solution.report.iterations < plain.report.iterations)
      #expect(solution.report.method.contains("rank \(n / 4)"))
    }
  }
}
