import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct EigenProCentresTests {
  /// min ‖K(X, Z) α − Y‖² by a QR factorisation, in Double.
  private func direct(
    _ problem: StochasticProblem<Double>, _ centres: Points<Double>
  ) throws -> Matrix<Double> {
    let cross = try TiledCrossGram(problem.kernel, rows: problem.inputs, columns: centres)
      .densified()
    let factors = try QR(cross)
    var x = try factors.q.multiplied(by: problem.targets, transposed: true)
    for c in 0..<x.columnCount {
      for i in (0..<x.rowCount).reversed() {
        for j in i + 1..<max(x.rowCount, i + 1) { x[i, c] -= factors.r[i, j] * x[j, c] }
        x[i, c] /= factors.r[i, i]
      }
    }
    return x
  }

  /// The test error of the iteration and that of the direct solution over the same centres, which are
  /// no rows of the data: within 1 %, the goal of the method.
  @Test func reachesTheLeastSquaresSolution() throws {
    let (n, p) = isOptimized ? (4000, 100) : (200, 12)
    let problem = try StochasticProblem<Double>(n, targets: 2)
    let test = try StochasticProblem<Double>(isOptimized ? 2000 : 200, targets: 2, seed: 77)
    let centres = try StochasticProblem<Double>(p, seed: 9).inputs
    let solution = try EigenProCentres(epochLimit: 200, tolerance: 1e-3, errorTolerance: 1e-4).fit(
      problem.kernel, inputs: problem.inputs, centres: centres, targets: problem.targets)
    let cross = try TiledCrossGram(problem.kernel, rows: test.inputs, columns: centres)
    let exact = try meanSquare(cross.applied(to: direct(problem, centres)), test.targets)
    let found = try meanSquare(cross.applied(to: solution.coefficients), test.targets)
    #expect(abs(found / exact - 1) < 0.01, "\(found) against \(exact)")
    #expect(solution.report.stopReason == .converged)
    // The residual of the normal equations, by other means.
    let all = try TiledCrossGram(problem.kernel, rows: problem.inputs, columns: centres).densified()
    let fitted = try all.multiplied(by: solution.coefficients)
    var worst = 0.0
    for c in 0..<2 {
      let rest = Matrix(
        column: zip(fitted.column(c), problem.targets.column(c)).map { $0 - $1 })
      let right = try all.multiplied(
        by: Matrix(column: problem.targets.column(c)), transposed: true)
      worst = max(
        worst, norm(try all.multiplied(by: rest, transposed: true).elements) / norm(right.elements))
    }
    #expect(abs(worst - solution.report.relativeResidual) < 1e-9)
  }

  /// The noise of steps keeps the published form away from the solution; the full gradient takes it
  /// there.
  @Test func varianceReductionLowersTheResidual() throws {
    let problem = try StochasticProblem<Double>(isOptimized ? 2000 : 150, noise: 1)
    let centres = problem.inputs.subset(at: Array(0..<(isOptimized ? 80 : 10)))
    func residual(_ reduces: Bool) throws -> Double {
      try EigenProCentres(
        reducesVariance: reduces, epochLimit: 12, tolerance: 1e-12, onNonConvergence: .returnBest
      ).fit(
        problem.kernel, inputs: problem.inputs, centres: centres, targets: problem.targets
      ).report.relativeResidual
    }
    #expect(try residual(true) < residual(false) / 2)
  }

  /// More centres on the same rows are better, well beyond the noise of a test set.
  @Test(.enabled(if: isOptimized)) func improvesWithCentres() throws {
    let problem = try StochasticProblem<Float>(10_000, noise: 0.1)
    let test = try StochasticProblem<Float>(2000, noise: 0.1, seed: 77)
    var before = Double.infinity
    for p in [50, 200, 800] {
      let centres = problem.inputs.subset(at: Array(0..<p))
      let solution = try EigenProCentres(epochLimit: 15, onNonConvergence: .returnBest).fit(
        problem.kernel, inputs: problem.inputs, centres: centres, targets: problem.targets)
      let error = try meanSquare(
        TiledCrossGram(problem.kernel, rows: test.inputs, columns: centres)
          .applied(to: solution.coefficients), test.targets)
      #expect(error < 0.8 * before, "\(p) centres: \(error) after \(before)")
      before = error
    }
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let problem = try StochasticProblem<Float>(100)
    let centres = problem.inputs.subset(at: Array(0..<9))
    func fit(_ threads: Int) throws -> Matrix<Float> {
      try EigenProCentres(epochLimit: 2, onNonConvergence: .returnBest).fit(
        problem.kernel, inputs: problem.inputs, centres: centres, targets: problem.targets,
        context: ExecutionContext(threadCount: threads)
      ).coefficients
    }
    #expect(try fit(1) == fit(3))
  }

  @Test func saysWhatIsWrong() throws {
    let problem = try StochasticProblem<Double>(50)
    let centres = problem.inputs.subset(at: [1, 7, 20])
    do {
      _ = try EigenProCentres(epochLimit: 1, tolerance: 1e-12).fit(
        problem.kernel, inputs: problem.inputs, centres: centres, targets: problem.targets)
      Issue.record("one epoch was enough")
    } catch {
      #expect(error.code == .didNotConverge)
    }
    #expect(throws: MercerError.self) {
      try EigenProCentres().fit(
        problem.kernel, inputs: problem.inputs, centres: problem.inputs.subset(at: []),
        targets: problem.targets)
    }
  }
}
