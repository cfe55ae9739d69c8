import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import MercerTestSupport
import Testing

/// n rows, m of them centres, k targets, and the exact minimiser.
private struct CentreProblem {
  let cross: TiledCrossGram<Double>
  let narrow: TiledCrossGram<Float>
  let core: TiledCrossGram<Double>
  let targets: Matrix<Double>

  init(_ n: Int, centres m: Int, targets k: Int = 1) throws {
    var stream = RandomStream(seed: 8, purpose: "centre ridge tests")
    let x = Matrix(rowCount: n, columnCount: 3, elements: (0..<3 * n).map { _ in stream.normal() })
    let centres = Points(x.rows(at: stream.sample(m, of: n)))
    let kernel = try LaplaceKernel<Double>(lengthScale: 2)
    cross = try TiledCrossGram(kernel, rows: Points(x), columns: centres)
    core = try TiledCrossGram(kernel, rows: centres, columns: centres)
    narrow = try TiledCrossGram(
      LaplaceKernel<Float>(lengthScale: 2), rows: Points(Matrix(converting: x)),
      columns: Points(Matrix(converting: centres.coordinates)))
    targets = Matrix(
      rowCount: n, columnCount: k, elements: (0..<n * k).map { _ in stream.normal() })
  }

  /// (K_mn W K_nm + λ K_mm)⁻¹ K_mn W Y, formed and factorised densely.
  func exact(ridge: Double, weights: [Double]? = nil) throws -> Matrix<Double> {
    let k = try cross.densified(context: .default)
    let weighted = weights.map { k.scalingRows(by: $0) } ?? k
    var system = try k.multiplied(by: weighted, transposed: true)
    let core = try core.densified(context: .default)
    for i in 0..<core.rowCount {
      for j in 0..<core.rowCount { system[i, j] += ridge * core[i, j] }
    }
    return try Cholesky(system).solve(try weighted.multiplied(by: targets, transposed: true))
  }

  /// The largest difference of the two functions on the rows.
  func distance(_ a: Matrix<Double>, _ b: Matrix<Double>) throws -> Double {
    largestDifference(
      try cross.applied(to: a).elements, try cross.applied(to: b).elements)
  }
}

private let methods: [CentreRidge.Method] = [.direct, .sampled, .falkon]

@Suite struct CentreRidgeTests {
  /// Every way gives the minimiser, for one and for several targets (which take other loops), with and
  /// without weights. At a residual of 1e-10 values of about 1 differ by 1e-7 at most: the condition is
  /// n / λ, 2e4.
  @Test(arguments: methods, [1, 2, 7])
  func findsTheMinimiser(method: CentreRidge.Method, targets: Int) throws {
    let (n, m) = isOptimized ? (2000, 150) : (200, 20)
    let problem = try CentreProblem(n, centres: m, targets: targets)
    let ridge = Double(n) * 1e-4
    for weights in [nil, (0..<n).map { 0.25 + Double($0 % 5) }] {
      let solution = try CentreRidge(ridge: ridge, method: method, tolerance: 1e-10).solve(
        problem.cross, core: problem.core, targets: problem.targets, weights: weights)
      let exact = try problem.exact(ridge: ridge, weights: weights)
      #expect(try problem.distance(solution.values, exact) < 1e-7)
      #expect(solution.report.stopReason == .converged)
      #expect(try #require(solution.report.relativeResidual) <= 1e-10)
    }
  }

  /// Tiles in Float and residuals in Double find the same function; Float alone comes close.
  @Test(arguments: methods)
  func floatTilesRefined(method: CentreRidge.Method) throws {
    let (n, m) = isOptimized ? (2000, 150) : (200, 20)
    let problem = try CentreProblem(n, centres: m)
    let ridge = Double(n) * 1e-4
    let exact = try problem.exact(ridge: ridge)
    let refined = try CentreRidge(ridge: ridge, method: method, tolerance: 1e-8).solve(
      problem.narrow, exact: problem.cross, core: problem.core, targets: problem.targets)
    #expect(try problem.distance(refined.values, exact) < 1e-5)
    let alone = try CentreRidge(ridge: ridge, method: method, tolerance: 1e-4).solve(
      problem.narrow, core: problem.core, targets: problem.targets)
    #expect(try problem.distance(alone.values, exact) < 0.02)
  }

  /// A weight of 3 is a row that is there three times, and a weight of 0 one that is not.
  @Test(arguments: methods)
  func weightsAreRepeatedRows(method: CentreRidge.Method) throws {
    let problem = try CentreProblem(90, centres: 12)
    let weights = (0..<90).map { [1, 3, 0][$0 % 3] }
    let rows = weights.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    let solver = CentreRidge(ridge: 0.01, method: method, tolerance: 1e-11)
    let weighted = try solver.solve(
      problem.cross, core: problem.core, targets: problem.targets, weights: weights.map(Double.init)
    )
    let stored = try problem.cross.densified(context: .default)
    let repeated = try solver.solve(
      DenseCrossGram(stored.rows(at: rows)), core: problem.core,
      targets: problem.targets.rows(at: rows))
    #expect(try problem.distance(weighted.values, repeated.values) < 1e-8)
  }

  @Test(arguments: methods)
  func threadsChangeNothing(method: CentreRidge.Method) throws {
    let n = isOptimized ? 5000 : 600
    let problem = try CentreProblem(n, centres: 30, targets: 2)
    let solver = CentreRidge(ridge: 0.1, method: method)
    let solutions = try [1, 2].map {
      try solver.solve(
        problem.narrow, exact: problem.cross, core: problem.core, targets: problem.targets,
        context: ExecutionContext(threadCount: $0)
      ).values
    }
    #expect(solutions[0] == solutions[1])
  }

  /// One pass serves every ridge: the function of each is that of a solution of its own. Rounding
  /// times the condition, n / λ, which is 1e5 at most.
  @Test(arguments: [false, true])
  func aPathOfRidges(weighted: Bool) throws {
    let (n, m) = isOptimized ? (2000, 150) : (150, 20)
    let problem = try CentreProblem(n, centres: m, targets: 2)
    let weights = weighted ? (0..<n).map { 0.5 + Double($0 % 3) } : nil
    let ridges = [1e-5, 1e-3, 0.1].map { $0 * Double(n) }
    let path = try CentreRidgePath(
      problem.cross, core: problem.core, targets: problem.targets, weights: weights,
      leastRidge: ridges[0])
    for ridge in ridges {
      let exact = try problem.exact(ridge: ridge, weights: weights)
      #expect(try problem.distance(try path.coefficients(ridge: ridge), exact) < 1e-8)
    }
    #expect(throws: MercerError.self) { try path.coefficients(ridge: 0) }
  }

  /// A smooth kernel and rows most of which are alike: K_mm has directions far below what sums over the
  /// rows are good for, and still every way finds a function, the same one. Functions that fit equally
  /// well to 1e-6 of the targets may differ by 1e-3 of them in places.
  @Test func centresThatAreNearlyAlike() throws {
    let (n, m) = isOptimized ? (4000, 100) : (300, 30)
    var stream = RandomStream(seed: 3, purpose: "centre ridge tests")
    let x = Matrix<Double>(rowCount: n, columnCount: 2) { buffer in
      for i in buffer.indices {
        buffer[i] = stream.normal() * ((i / 2).isMultiple(of: 20) ? 2 : 0.2)
      }
    }
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    let centres = Points(x.rows(at: stream.sample(m, of: n)))
    let cross = try TiledCrossGram(kernel, rows: Points(x), columns: centres)
    let core = try TiledCrossGram(kernel, rows: centres, columns: centres)
    let y = Matrix(column: (0..<n).map { x[$0, 0] * x[$0, 1] + 0.05 * stream.normal() })
    var fits: [Matrix<Double>] = []
    for method in methods {
      let solution = try CentreRidge(ridge: 1e-6 * Double(n), method: method, tolerance: 1e-8)
        .solve(cross, core: core, targets: y)
      fits.append(try cross.applied(to: solution.values))
    }
    for other in fits.dropFirst() {
      #expect(largestDifference(fits[0].elements, other.elements) < 1e-3)
    }
  }

  /// Entries in Float, as many centres as fit and next to no ridge: rounding makes the whitened normal matrix
  /// indefinite by more than its mean. It is a preconditioner, and products in Double end at the minimiser.
  @Test(.enabled(if: isOptimized), arguments: [CentreRidge.Method.direct, .sampled])
  func roundingLargerThanTheRidge(method: CentreRidge.Method) throws {
    let (n, m) = (20_000, 1500)
    var stream = RandomStream(seed: 5, purpose: "centre ridge tests")
    let x = Matrix<Double>(rowCount: n, columnCount: 4) { buffer in
      for i in buffer.indices { buffer[i] = stream.normal() }
    }
    let centres = Points(x.rows(at: stream.sample(m, of: n)))
    let kernel = try GaussianKernel<Double>(lengthScale: 6)
    let cross = try TiledCrossGram(kernel, rows: Points(x), columns: centres)
    let core = try TiledCrossGram(kernel, rows: centres, columns: centres)
    let narrow = try TiledCrossGram(
      GaussianKernel<Float>(lengthScale: 6), rows: Points(Matrix(converting: x)),
      columns: Points(Matrix(converting: centres.coordinates)))
    let truth = (0..<n).map { x[$0, 0] * x[$0, 1] + x[$0, 2] }
    let solution = try CentreRidge(
      ridge: 1e-7 * Double(n), method: method, tolerance: 1e-6, onNonConvergence: .returnBest
    ).solve(narrow, exact: cross, core: core, targets: Matrix(column: truth))
    let values = try cross.applied(to: solution.values).elements
    let squares = zip(values, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect((squares / Double(n)).squareRoot() < 0.02)
  }

  /// Centres that repeat leave K_mm singular; the function is that of the different ones.
  @Test func repeatedCentres() throws {
    let problem = try CentreProblem(150, centres: 15)
    let twice = Array(0..<15) + [0, 7]
    let cross = DenseCrossGram(try problem.cross.densified(context: .default).columns(at: twice))
    let core = DenseCrossGram(
      try problem.core.densified(context: .default).rows(at: twice).columns(at: twice))
    let solution = try CentreRidge(ridge: 0.1, tolerance: 1e-9).solve(
      cross, core: core, targets: problem.targets)
    let exact = try problem.exact(ridge: 0.1)
    let values = try cross.applied(to: solution.values).elements
    #expect(largestDifference(values, try problem.cross.applied(to: exact).elements) < 1e-6)
  }

  @Test func theLimitIsAnErrorUnlessAskedOtherwise() throws {
    let problem = try CentreProblem(200, centres: 20)
    var solver = CentreRidge(
      ridge: 1e-3, method: .falkon, tolerance: 1e-10, iterationLimit: 2)
    let error = #expect(throws: MercerError.self) {
      _ = try solver.solve(problem.cross, core: problem.core, targets: problem.targets)
    }
    #expect(error?.code == .didNotConverge)
    solver.onNonConvergence = .returnBest
    let report = try solver.solve(problem.cross, core: problem.core, targets: problem.targets)
      .report
    #expect(report.stopReason == .iterationLimit && report.iterations == 2)
  }

  @Test func refusesWhatMakesNoSense() throws {
    let problem = try CentreProblem(60, centres: 6)
    func code(
      ridge: Double = 1, targets: Matrix<Double>? = nil, weights: [Double]? = nil,
      memory: Int? = nil
    ) -> MercerError.Code? {
      #expect(throws: MercerError.self) {
        _ = try CentreRidge(ridge: ridge).solve(
          problem.cross, core: problem.core, targets: targets ?? problem.targets,
          weights: weights, context: ExecutionContext(memoryLimit: memory))
      }?.code
    }
    #expect(code(ridge: 0) == .invalidParameter && code(ridge: .nan) == .invalidParameter)
    #expect(code(targets: problem.targets.rows(0..<59)) == .shapeMismatch)
    #expect(code(weights: [1, 2]) == .shapeMismatch)
    #expect(code(weights: [Double](repeating: -1, count: 60)) == .invalidData)
    #expect(code(targets: Matrix(rowCount: 60, columnCount: 1, repeating: .nan)) == .invalidData)
    #expect(code(memory: 1000) == .memoryLimit)
  }

  /// A smooth kernel of two coordinates has eigenvalues far below the rounding of Float: with a ridge as
  /// small, products in Float stop short, and those in Double go on to the residual asked for.
  @Test func goesOnInDouble() throws {
    let (n, m) = isOptimized ? (4000, 120) : (300, 40)
    var stream = RandomStream(seed: 9, purpose: "centre ridge tests")
    let x = Matrix(rowCount: n, columnCount: 2, elements: (0..<2 * n).map { _ in stream.normal() })
    let centres = Points(x.rows(at: stream.sample(m, of: n)))
    let kernel = try GaussianKernel<Double>(lengthScale: 2)
    let cross = try TiledCrossGram(kernel, rows: Points(x), columns: centres)
    let narrow = try TiledCrossGram(
      GaussianKernel<Float>(lengthScale: 2), rows: Points(Matrix<Float>(converting: x)),
      columns: Points(Matrix<Float>(converting: centres.coordinates)))
    let core = try TiledGram(kernel, inputs: centres)
    let targets = Matrix<Double>(column: (0..<n).map { x[$0, 0] * x[$0, 1] + stream.normal() })
    let solver = CentreRidge(
      ridge: Double(n) * 1e-8, method: .direct, tolerance: 1e-6, onNonConvergence: .returnBest)
    let floats = try solver.solve(narrow, core: core, targets: targets)
    #expect(floats.report.relativeResidual ?? 0 > 1e-6)
    let both = try solver.solve(narrow, exact: cross, core: core, targets: targets)
    #expect(both.report.stopReason == .converged)
    #expect(both.report.relativeResidual ?? 1 <= 1e-6)
    // One product shows it, so that none of the others is in Float.
    #expect(both.report.method.contains("(double)"), "\(both.report.method)")
    #expect(floats.report.method.contains("(float)"))
  }

  /// A kernel with a kink and a ridge that is not small: Float is precise enough, and is taken.
  @Test func staysInFloat() throws {
    let problem = try CentreProblem(isOptimized ? 2000 : 200, centres: isOptimized ? 150 : 20)
    let solution = try CentreRidge(ridge: 10, tolerance: 1e-6).solve(
      problem.narrow, exact: problem.cross, core: problem.core, targets: problem.targets)
    #expect(solution.report.method.contains("(float)"), "\(solution.report.method)")
    #expect(
      try problem.distance(solution.values, problem.exact(ridge: 10)) < 1e-4)
  }
}
