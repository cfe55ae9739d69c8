import MercerCore
import MercerKernels
import MercerLearning
import Testing

@Suite struct RidgeSolverTests {
  private func fit(_ solver: RidgeSolver, rows: Int = 120) throws -> TableLearner.Outcome {
    var learner = TableLearner(target: "price")
    learner.ignoredColumns = ["sold"]
    learner.kernel = try LaplaceKernel<Double>(lengthScale: 3)
    learner.ridge = 0.5
    learner.solver = solver
    return try learner.fit(exampleTable(rows))
  }

  private func predictions(_ outcome: TableLearner.Outcome) throws -> [Double] {
    guard
      case .numbers(let values, _, _, _) = try outcome.model.predict(exampleTable(40)).predictions
    else { throw MercerError(.internalFailure, "a regression did not predict numbers") }
    return values
  }

  /// 24 of 120 rows are held out by the iterative solvers, so their solutions are those of fewer rows;
  /// among each other they solve the same system, to residuals of 1e-3 (EigenPro) or less.
  @Test func solversThatAreAskedForAreTaken() throws {
    let methods: [RidgeSolver: RidgePlan.Method] = [
      .exact: .exact, .conjugateGradients: .iterativeStored, .centres: .centres,
      .falkon: .centres, .asketch: .sketchAndProject, .eigenpro: .eigenPro,
    ]
    var found: [RidgeSolver: [Double]] = [:]
    for (solver, method) in methods {
      let outcome = try fit(solver)
      #expect(outcome.plan.method == method)
      #expect(outcome.plan.reason.contains("--solver \(solver.rawValue)"))
      let report = try #require(outcome.model.regression.members.first?.report)
      #expect((report.relativeResidual ?? 0) <= 0.01)
      found[solver] = try predictions(outcome)
    }
    let reference = try #require(found[.conjugateGradients])
    let spread = (reference.map { $0 * $0 }.reduce(0, +) / 40).squareRoot()
    for solver in [RidgeSolver.asketch, .eigenpro] {
      let values = try #require(found[solver])
      let largest = zip(values, reference).map { abs($0 - $1) }.max() ?? .infinity
      #expect(largest <= 0.01 * spread, "\(solver)")
    }
    // Half of the rows as centres say nearly as much.
    for solver in [RidgeSolver.centres, .falkon, .exact] {
      let values = try #require(found[solver])
      let rest = zip(values, reference).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / 40
      #expect(rest.squareRoot() <= 0.1 * spread, "\(solver)")
    }
  }

  @Test func aFactorThatDoesNotFitIsRefused() throws {
    let context = ExecutionContext(memoryLimit: 1_000_000)
    let error = #expect(throws: MercerError.self) {
      _ = try RidgePlan.plan(
        rowCount: 10_000, targetCount: 1, featureCount: 3, solver: .exact, context: context)
    }
    #expect(error?.code == .memoryLimit)
  }
}
