import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import Testing

@Suite struct LocalCorrectionTests {
  /// Residuals with an effect of their own for each pair (a, b), a third of the variance noise.
  private func data(
    _ count: Int, seed: UInt64, isNoise: Bool = false
  ) throws -> LabelledData<Points<Double>> {
    var effects = RandomStream(seed: 7, purpose: "effects")
    let table = (0..<144).map { _ in 1.4 * effects.normal() }
    var stream = RandomStream(seed: seed, purpose: "rows")
    var (points, targets): ([[Double]], [Double]) = ([], [])
    for _ in 0..<count {
      let (a, b) = (Int(12 * stream.uniform()), Int(12 * stream.uniform()))
      points.append([
        stream.normal(), Double(a) / 4, stream.normal(), b % 3 == 0 ? 1 : 0, b % 3 == 1 ? 1 : 0,
        b % 3 == 2 ? 1 : 0, Double(b) / 4,
      ])
      targets.append((isNoise ? 0 : table[12 * a + b]) + stream.normal())
    }
    return try LabelledData(inputs: Points(rows: points), targets: Matrix(column: targets))
  }

  private let learner: LocalCorrectionLearner = {
    var learner = LocalCorrectionLearner(
      columns: [
        .init(features: 0..<1, isCategory: false), .init(features: 1..<2, isCategory: false),
        .init(features: 2..<3, isCategory: false), .init(features: 3..<6, isCategory: true),
        .init(features: 6..<7, isCategory: false),
      ], seed: 0)
    learner.leafRows = 400
    return learner
  }()

  @Test func noiseIsLeftAlone() throws {
    let found = try learner.fit(data(isOptimized ? 4000 : 1000, seed: 1, isNoise: true))
    #expect(found == nil)
  }

  #if !DEBUG
    /// A mean of the 28 rows of a pair in the training set leaves (1 + 1/28) of the noise, which is a
    /// third of the variance; a regression that is smooth about the pairs leaves somewhat more.
    @Test func whatNearRowsHaveInCommonIsLearned() throws {
      let (train, test) = (try data(4000, seed: 1), try data(1000, seed: 2))
      let found = try #require(try learner.fit(train))
      let predicted = try found.predict(test.inputs)
      let squares = zip(predicted.elements, test.targets.elements).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      let before = test.targets.elements.reduce(0) { $0 + $1 * $1 }
      #expect(squares / before < 0.5)
      #expect(found.leafCount > 4)
      #expect(Set(found.featuresByScale.prefix(2)).isSubset(of: [1, 3, 4, 5, 6]))
      // The same on another number of threads.
      var one = ExecutionContext.default
      one.threadCount = 1
      #expect(
        try learner.fit(train, context: one)?.predict(test.inputs).elements == predicted.elements)
    }
  #endif

  /// The mean of the criterion of two sets, and for one set the same to the last bit.
  @Test func descentsOverSeveralSets() throws {
    let (a, b) = (try data(40, seed: 3), try data(50, seed: 4))
    let kernel = try ProductLaplaceKernel<Double>(
      metric: .scales([0.3, 1, 0.2, 0.5, 0.5, 0.5, 1]))
    let descent = LengthScaleDescent(criterion: .leaveOneOut, stepLimit: 3)
    var still = descent
    still.stepLimit = 0
    func start(_ parts: [LabelledData<Points<Double>>]) throws -> Double {
      try still.run(from: kernel, ridge: 1, onEachOf: parts).values.start
    }
    #expect(abs(try start([a, b]) - (start([a]) + start([b])) / 2) < 1e-12)
    let (one, same) = (
      try descent.run(from: kernel, ridge: 1, on: a),
      try descent.run(from: kernel, ridge: 1, onEachOf: [a])
    )
    #expect(one.scales == same.scales && one.ridge == same.ridge)
    let both = try descent.run(from: kernel, ridge: 1, onEachOf: [a, b])
    #expect(both.values.end < both.values.start)
    #expect(throws: MercerError.self) { try descent.run(from: kernel, ridge: 1, onEachOf: []) }
  }

  /// Leaves are cut where the scales see rows far apart, whatever the coordinates' own spread.
  @Test func cellsAreCompactToTheScales() throws {
    let data = try data(300, seed: 5)
    var estimator = try LocalKernelRidge(
      kernel: ProductLaplaceKernel<Double>(), ridge: 1, leafRows: 60, wantsLeaveOneOut: false)
    estimator.splitScales = [0.01, 0, 3, 0, 0, 0, 0.01]
    let model = try estimator.fit(data)
    #expect(model.tree.leafCount > 4)
    for split in model.tree.splits {
      #expect(split.direction.indices.filter { split.direction[$0] != 0 } == [2])
    }
    estimator.splitScales = [1]
    #expect(throws: MercerError.self) { try estimator.fit(data) }
  }
}
