import MercerCore
import MercerKernels
import MercerLearning
import MercerSolvers
import Testing

/// The residual of each row under a model fitted without it: the definition, n fits.
private func bruteForceLeaveOneOut(
  _ estimator: KernelRidge, _ data: LabelledData<Points<Double>>
) throws -> Matrix<Double> {
  var rows: [[Double]] = []
  for i in 0..<data.count {
    let others = (0..<data.count).filter { $0 != i }
    let model = try estimator.fit(data.subset(at: others))
    let predicted = try model.predict(data.inputs.subset(at: [i])).row(0)
    rows.append(zip(data.targets.row(i), predicted).map { $0 - $1 })
  }
  return Matrix(rows: rows)
}

@Suite struct KernelRidgeTests {
  /// 1e-10 relative: the condition of K + λI is at most 500 in these cases.
  @Test func agreesWithTheReference() throws {
    let golden = try GoldenProcesses.load()
    for reference in golden.cases {
      let data = try golden.data(reference)
      let estimator = try KernelRidge(
        kernel: reference.prior(), ridge: reference.noise_variance)
      let model = try estimator.fit(data)
      let predicted = try model.predict(golden.points(golden.x_test, reference))
      #expect(agree(model.coefficients.elements, reference.krr_dual, within: 1e-10))
      #expect(agree(predicted.elements, reference.krr_predict, within: 1e-10))
    }
  }

  /// The closed form is exact, so only rounding separates it from n refits: 1e-9 at condition 1e4.
  @Test(arguments: [false, true], [1, 3])
  func leaveOneOutEqualsRefitting(weighted: Bool, outputs: Int) throws {
    let data = try smoothData(25, outputs: outputs, weighted: weighted)
    let estimator = try KernelRidge(
      kernel: MaternKernel<Double>(smoothness: 2.5, lengthScale: 1), ridge: 0.01)
    let model = try estimator.fit(data)
    let closed = try #require(model.leaveOneOutResiduals)
    let brute = try bruteForceLeaveOneOut(estimator, data)
    #expect(agree(closed.elements, brute.elements, within: 1e-9))
  }

  @Test func weightsCountRowsSeveralTimes() throws {
    let data = try smoothData(12)
    let weights = (0..<12).map { Double(1 + $0 % 3) }
    let weighted = try LabelledData(
      inputs: data.inputs, targets: data.targets, weights: weights)
    let repeated = try data.subset(at: (0..<12).flatMap { Array(repeating: $0, count: 1 + $0 % 3) })
    let estimator = try KernelRidge(
      kernel: GaussianKernel<Double>(lengthScale: 1), ridge: 0.1, centresTargets: true)
    let test = Points<Double>(rows: [[0.3, -0.2], [1, 2]])
    let a = try estimator.fit(weighted).predict(test)
    let b = try estimator.fit(repeated).predict(test)
    #expect(agree(a.elements, b.elements, within: 1e-10))
  }

  /// The mixed solution is refined to Double; its diagonal has the precision of Float.
  @Test func mixedPrecisionAgreesWithDouble() throws {
    let data = try smoothData(70, outputs: 2)
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    let double = try KernelRidge(kernel: kernel, ridge: 0.05, solver: .exact(.double)).fit(data)
    let mixed = try KernelRidge(kernel: kernel, ridge: 0.05, solver: .exact(.mixed)).fit(data)
    #expect(mixed.report.method == "Cholesky (float) + conjugate gradients (double)")
    #expect(try #require(mixed.report.relativeResidual) <= 1e-12)
    #expect(agree(mixed.coefficients.elements, double.coefficients.elements, within: 1e-10))
    #expect(
      agree(
        try #require(mixed.leaveOneOutResiduals).elements,
        try #require(double.leaveOneOutResiduals).elements, within: 1e-4))
  }

  /// A ridge far below the precision of Float: the factor in Float fails, Double does the work.
  @Test func mixedPrecisionFallsBackToDouble() throws {
    let data = try smoothData(60)
    let kernel = try GaussianKernel<Double>(lengthScale: 3)
    let model = try KernelRidge(kernel: kernel, ridge: 1e-11, solver: .exact(.mixed)).fit(data)
    #expect(model.report.method == "Cholesky (double)")
  }

  /// Float with a tolerance of 1e-5: predictions agree to about the same share of their size.
  @Test(arguments: [true, false])
  func iterativeAgreesWithExact(stored: Bool) throws {
    let data = try smoothData(120, weighted: true)
    let kernel = try LaplaceKernel<Double>(lengthScale: 2)
    let test = Points<Double>(rows: [[0.3, -0.2], [1, 2], [-2, 0.5]])
    let exact = try KernelRidge(kernel: kernel, ridge: 0.1).fit(data)
    let iterative = try KernelRidge(
      kernel: kernel, ridge: 0.1,
      solver: .iterative(IterativeRidge(rank: 30, tolerance: 1e-5), stored: stored)
    ).fit(data)
    #expect(iterative.report.stopReason == .converged && iterative.leaveOneOutResiduals == nil)
    #expect(
      agree(
        try iterative.predict(test).elements, try exact.predict(test).elements, within: 1e-4))
  }

  /// A centred kernel keeps the centre of what it was fitted on, also when it is fitted
  /// iteratively, from some of its columns.
  @Test func centredKernelsKeepTheirCentre() throws {
    let data = try smoothData(60)
    let kernel = try makeKernel(parsing: "centred(gaussian(lengthScale: 1))", of: Double.self)
    let test = Points<Double>(rows: [[0.3, -0.2], [1, 2]])
    let exact = try KernelRidge(kernel: kernel, ridge: 0.1).fit(data)
    let iterative = try KernelRidge(
      kernel: kernel, ridge: 0.1, solver: .iterative(IterativeRidge(rank: 15, tolerance: 1e-5))
    ).fit(data)
    #expect(
      agree(
        try iterative.predict(test).elements, try exact.predict(test).elements, within: 1e-4))
  }

  @Test func anIndefiniteSystemIsAnError() throws {
    let point = Matrix<Double>(rowCount: 5, columnCount: 2, repeating: 1)
    let data = try LabelledData(inputs: Points(point), targets: [1, 2, 3, 4, 5])
    let estimator = try KernelRidge(kernel: GaussianKernel<Double>(lengthScale: 1), ridge: 0)
    do {
      _ = try estimator.fit(data)
      Issue.record("five equal rows were fitted without a ridge")
    } catch {
      #expect(error.code == .notPositiveDefinite)
    }
  }

  @Test func invalidParametersAndData() throws {
    let kernel = try GaussianKernel<Double>(lengthScale: 1)
    for ridge in [-1.0, .nan, .infinity] {
      #expect(throws: MercerError.self) { try KernelRidge(kernel: kernel, ridge: ridge) }
    }
    let two = Points<Double>(rows: [[1], [2]])
    #expect(throws: MercerError.self) { try LabelledData(inputs: two, targets: [1]) }
    #expect(throws: MercerError.self) { try LabelledData(inputs: two, targets: [1, .nan]) }
    #expect(throws: MercerError.self) {
      try LabelledData(inputs: two, targets: [1, 2], weights: [1, 0])
    }
    #expect(throws: MercerError.self) {
      try LabelledData(inputs: two.subset(at: []), targets: [])
    }
    let tight = ExecutionContext(memoryLimit: 100)
    let data = try smoothData(30)
    #expect(throws: MercerError.self) {
      try KernelRidge(kernel: kernel, ridge: 1).fit(data, context: tight)
    }
  }

  @Test func plansFollowSizeAndMemory() throws {
    func method(_ n: Int, _ memory: Int) throws -> RidgePlan.Method {
      try RidgePlan.plan(
        rowCount: n, targetCount: 1, featureCount: 20,
        context: ExecutionContext(memoryLimit: memory)
      ).method
    }
    #expect(try method(8000, 1_000_000_000) == .exact)
    #expect(try method(8000, 240_000_000) == .iterativeTiled)
    #expect(try method(50_000, 12_000_000_000) == .iterativeStored)
    #expect(try method(50_000, 2_000_000_000) == .iterativeTiled)
    #expect(throws: MercerError.self) { try method(50_000, 1_000_000) }
  }
}
