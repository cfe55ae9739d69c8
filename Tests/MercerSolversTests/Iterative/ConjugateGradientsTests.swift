import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import Synchronization
import Testing

/// The numbers of columns of products, in order.
private final class Widths: Sendable {
  private let list = Mutex<[Int]>([])
  var values: [Int] { list.withLock { $0 } }
  func append(_ width: Int) { list.withLock { $0.append(width) } }
}

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

  /// An operator that is not finite is an error, and no solution of NaN.
  @Test func whatIsNotFiniteIsAnError() throws {
    var k = Matrix<Double>.identity(4)
    k[2, 1] = .nan
    let error = #expect(throws: MercerError.self) {
      _ = try ConjugateGradients(onNonConvergence: .returnBest).solve(
        try DenseGram(k), Matrix(rowCount: 4, columnCount: 1, repeating: 1))
    }
    #expect(error?.code == .invalidData)
  }

  @Test func zeroAndMisshapenTargets() throws {
    let (gram, y) = try problem(20)
    let zero = Matrix<Double>(rowCount: 20, columnCount: 1)
    let solution = try ConjugateGradients().solve(gram, zero)
    #expect(solution.values == zero && solution.report.iterations == 0)
    #expect(throws: MercerError.self) { try ConjugateGradients().solve(gram, y.rows(0..<5)) }
  }

  /// Counts columns that are multiplied, as a product's cost.
  private struct Counting: SymmetricGramOperator {
    let base: any SymmetricGramOperator<Double>
    let widths: Widths
    var rowCount: Int { base.rowCount }
    var columnCount: Int { base.columnCount }
    func diagonal() throws(MercerError) -> [Double] { try base.diagonal() }
    func apply(
      _ v: Matrix<Double>, into y: inout Matrix<Double>, context: ExecutionContext
    ) throws(MercerError) {
      widths.append(v.columnCount)
      try base.apply(v, into: &y, context: context)
    }
  }

  /// Columns share each product, and one that is done is multiplied no more: an eigenvector of K is
  /// solved for in one step, while others go on.
  @Test func finishedColumnsCostNothing() throws {
    let (gram, y) = try problem(60, targets: 2)
    let eigen = try SymmetricEigen(try gram.densified(context: .default))
    var b = Matrix<Double>(rowCount: 60, columnCount: 3)
    for i in 0..<60 {
      (b[i, 0], b[i, 1], b[i, 2]) = (y[i, 0], eigen.vectors[59, i], y[i, 1])
    }
    let system = try gram.shifted(by: 0.1)
    let counting = Counting(base: system, widths: Widths())
    let solution = try ConjugateGradients(tolerance: 1e-10).solve(counting, b)
    let widths = counting.widths.values
    #expect(widths.first == 3 && widths[1] == 2)
    // The products of the iteration, and one with all columns for each true residual.
    #expect(widths.count == solution.report.iterations + widths.dropFirst().count { $0 == 3 })
    let exact = try ExactRidge(precision: .double).solve(
      gram, shifts: [Double](repeating: 0.1, count: 60), targets: b, context: .default)
    #expect(largestDifference(solution.values.elements, exact.coefficients.elements) < 1e-8)
  }
}
