import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct EigenProTests {
  /// ‖α − α*‖ ≤ ‖residual‖ / λ: with a residual of 1e-4 ‖y‖ and λ = 1 that is 1e-4 ‖y‖, and
  /// ‖α*‖ ≥ ‖y‖ / (‖K‖ + λ) is far larger than that; 2e-3 of ‖α*‖ is what it comes to here.
  @Test func reachesTheRidgeSolution() throws {
    let n = isOptimized ? 2000 : 120
    let problem = try StochasticProblem<Double>(n, targets: 2)
    let solver = EigenPro(ridge: 1, sampleSize: n / 4, batchSize: n / 8, tolerance: 1e-4)
    let solution = try solver.fit(problem.kernel, inputs: problem.inputs, targets: problem.targets)
    let exact = try problem.ridgeSolution(1)
    let difference = zip(solution.coefficients.elements, exact.elements).map { $0 - $1 }
    #expect(norm(difference) < 2e-3 * norm(exact.elements))
    let report = solution.report
    #expect(report.stopReason == .converged && report.relativeResidual <= 1e-4)
    // The true residual, computed by other means.
    let truth = try problem.relativeResidual(solution.coefficients, ridge: 1)
    #expect(abs(truth - report.relativeResidual) < 1e-10)
    #expect(report.products > Double(report.epochs))
  }

  /// Sizes left to the solver; and in Float, where 1e-3 is far above rounding.
  @Test func choosesItsSizes() throws {
    let problem = try StochasticProblem<Float>(isOptimized ? 3000 : 150)
    let solution = try EigenPro(ridge: 1).fit(
      problem.kernel, inputs: problem.inputs, targets: problem.targets)
    let report = solution.report
    #expect(report.stopReason == .converged && report.rank >= 1 && report.batchSize >= 1)
    #expect(try problem.relativeResidual(solution.coefficients, ridge: 1) < 1.1e-3)
  }

  /// The preconditioner is what makes large batches useful: with the same batches, it needs fewer
  /// epochs than plain stochastic gradient descent.
  @Test func dampingSavesEpochs() throws {
    let n = isOptimized ? 1000 : 120
    let problem = try StochasticProblem<Double>(n)
    func epochs(rank: Int) throws -> Int {
      try EigenPro(
        ridge: 1, sampleSize: n / 3, rank: rank, batchSize: n / 6, epochLimit: 2000,
        tolerance: 1e-2
      ).fit(problem.kernel, inputs: problem.inputs, targets: problem.targets).report.epochs
    }
    #expect(try 2 * epochs(rank: 10) < epochs(rank: 0))
  }

  /// Without a ridge, errors of held-out rows end the iteration, and the coefficients are the best.
  @Test func stopsByHeldOutRows() throws {
    let n = isOptimized ? 1000 : 100
    let problem = try StochasticProblem<Double>(n, noise: 2)
    let other = try StochasticProblem<Double>(n, noise: 2, seed: 6)
    let heldOut = try HeldOutRows(inputs: other.inputs, targets: other.targets)
    let solution = try EigenPro(epochLimit: 500, tolerance: 1e-8).fit(
      problem.kernel, inputs: problem.inputs, targets: problem.targets, heldOut: heldOut)
    let errors = solution.report.heldOutErrors
    #expect(solution.report.stopReason == .heldOutError && errors.count == solution.report.epochs)
    let predictions = try TiledCrossGram(
      problem.kernel, rows: other.inputs, columns: problem.inputs
    )
    .applied(to: solution.coefficients)
    let best = try #require(errors.min())
    #expect(abs(meanSquare(predictions, other.targets) - best) < 1e-9 * best)
    #expect(errors.suffix(4).first == best)
  }

  @Test func theLimitIsAnErrorUnlessAskedOtherwise() throws {
    let problem = try StochasticProblem<Double>(60)
    var solver = EigenPro(ridge: 1e-3, epochLimit: 2, tolerance: 1e-6)
    do {
      _ = try solver.fit(problem.kernel, inputs: problem.inputs, targets: problem.targets)
      Issue.record("two epochs were enough")
    } catch {
      #expect(error.code == .didNotConverge)
    }
    solver.onNonConvergence = .returnBest
    let report = try solver.fit(
      problem.kernel, inputs: problem.inputs, targets: problem.targets
    ).report
    #expect(report.stopReason == .epochLimit && report.epochs == 2)
  }

  @Test func sameBitsForAnyNumberOfThreadsAndOneSeed() throws {
    let problem = try StochasticProblem<Float>(90)
    func fit(_ threads: Int, seed: UInt64) throws -> Matrix<Float> {
      try EigenPro(epochLimit: 3, onNonConvergence: .returnBest, seed: seed).fit(
        problem.kernel, inputs: problem.inputs, targets: problem.targets,
        context: ExecutionContext(threadCount: threads)
      ).coefficients
    }
    let one = try fit(1, seed: 1)
    #expect(try one == fit(3, seed: 1) && one != fit(1, seed: 2))
  }

  @Test func badInputIsRefused() throws {
    let problem = try StochasticProblem<Double>(10)
    #expect(throws: MercerError.self) {
      try EigenPro(ridge: -1).fit(problem.kernel, inputs: problem.inputs, targets: problem.targets)
    }
    #expect(throws: MercerError.self) {
      try EigenPro().fit(
        problem.kernel, inputs: problem.inputs, targets: problem.targets.rows(0..<9))
    }
    let nan = Matrix<Double>(rowCount: 10, columnCount: 1, repeating: .nan)
    #expect(throws: MercerError.self) {
      try EigenPro().fit(problem.kernel, inputs: problem.inputs, targets: nan)
    }
  }
}
