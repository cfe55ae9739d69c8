import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

@Suite struct ASkotchTests {
  /// ‖α − α*‖ ≤ ‖residual‖ / λ; with 1e-8 ‖y‖ and λ = 0.1 far below 1e-5 ‖α*‖.
  @Test(arguments: [true, false])
  func reachesTheRidgeSolution(accelerated: Bool) throws {
    let (n, b) = isOptimized ? (2000, 200) : (120, 30)
    let problem = try StochasticProblem<Double>(n, targets: 2)
    let solution = try ASkotch(
      ridge: 0.1, blockSize: b, rank: b / 3, isAccelerated: accelerated, epochLimit: 500,
      tolerance: 1e-8
    ).fit(problem.kernel, inputs: problem.inputs, targets: problem.targets)
    let exact = try problem.ridgeSolution(0.1)
    let difference = zip(solution.coefficients.elements, exact.elements).map { $0 - $1 }
    #expect(norm(difference) < 1e-5 * norm(exact.elements))
    #expect(solution.report.stopReason == .converged && solution.report.relativeResidual <= 1e-8)
    let truth = try problem.relativeResidual(solution.coefficients, ridge: 0.1)
    #expect(abs(truth - solution.report.relativeResidual) < 1e-10)
  }

  /// With a small ridge the condition is large, and momentum takes fewer passes.
  @Test(.enabled(if: isOptimized)) func momentumSavesPasses() throws {
    let problem = try StochasticProblem<Double>(1500)
    func epochs(_ accelerated: Bool) throws -> Int {
      try ASkotch(
        ridge: 1e-2, blockSize: 100, rank: 30, isAccelerated: accelerated, epochLimit: 3000,
        tolerance: 1e-5
      ).fit(problem.kernel, inputs: problem.inputs, targets: problem.targets).report.epochs
    }
    let (with, without) = (try epochs(true), try epochs(false))
    #expect(with < without, "\(with) against \(without)")
  }

  /// A block of all rows with a full sketch is a direct solver but for rounding and the margin of the
  /// step: it takes few steps.
  @Test func oneBlockOfAllRows() throws {
    let problem = try StochasticProblem<Double>(60)
    let solution = try ASkotch(
      ridge: 0.5, blockSize: 60, rank: 60, isAccelerated: false, epochLimit: 20, tolerance: 1e-8
    ).fit(problem.kernel, inputs: problem.inputs, targets: problem.targets)
    #expect(solution.report.epochs <= 20)
  }

  /// In Float 1e-4 is well above rounding.
  @Test func floatAndThreads() throws {
    let problem = try StochasticProblem<Float>(isOptimized ? 2000 : 120)
    func fit(_ threads: Int) throws -> StochasticSolution<Float> {
      try ASkotch(ridge: 1, blockSize: isOptimized ? 256 : 40).fit(
        problem.kernel, inputs: problem.inputs, targets: problem.targets,
        context: ExecutionContext(threadCount: threads))
    }
    let one = try fit(1)
    #expect(try problem.relativeResidual(one.coefficients, ridge: 1) < 1.1e-4)
    #expect(try fit(3).coefficients == one.coefficients)
  }

  @Test func saysWhatIsWrong() throws {
    let problem = try StochasticProblem<Double>(40)
    do {
      _ = try ASkotch(ridge: 1e-4, blockSize: 5, epochLimit: 1, tolerance: 1e-9).fit(
        problem.kernel, inputs: problem.inputs, targets: problem.targets)
      Issue.record("one epoch was enough")
    } catch {
      #expect(error.code == .didNotConverge)
    }
    #expect(throws: MercerError.self) {
      try ASkotch(ridge: 0).fit(
        problem.kernel, inputs: problem.inputs, targets: problem.targets)
    }
  }
}
