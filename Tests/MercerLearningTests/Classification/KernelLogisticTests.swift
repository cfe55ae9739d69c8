import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import Testing

/// n points of the plane in `classCount` overlapping groups.
private func groups(_ n: Int, _ classCount: Int) -> (points: Points<Double>, labels: [Int]) {
  var stream = RandomStream(seed: 21, purpose: "logistic groups")
  let labels = (0..<n).map { $0 % classCount }
  let rows = labels.map { label in
    let angle = 2 * Double.pi * Double(label) / Double(classCount)
    return [1.2 * cos(angle) + stream.normal(), 1.2 * sin(angle) + stream.normal()]
  }
  return (Points(rows: rows), labels)
}

private let kernel = try? GaussianKernel<Double>(lengthScale: 1)

@Suite struct KernelLogisticTests {
  private func estimator(
    ridge: Double, solver: KernelLogisticRegression.Solver = .automatic
  ) throws -> KernelLogisticRegression {
    try KernelLogisticRegression(
      kernel: #require(kernel), ridge: ridge, solver: solver, tolerance: 1e-9)
  }

  /// scikit-learn on the columns of a root of K; its own iteration ends near 1e-7.
  @Test func agreesWithLogisticRegressionOnARoot() throws {
    let golden = try GoldenValue.load("Resources/sklearn_logistic.json", from: .module)
    guard case .list(let cases) = golden["cases"] else {
      Issue.record("there are no cases")
      return
    }
    #expect(cases.count == 4)
    for golden in cases {
      let inputs = Points(try #require(golden["inputs"].matrix(of: Double.self)))
      let others: Matrix<Double> = try #require(golden["others"].matrix())
      let labels = try #require(golden["labels"].numbers).map { Int($0) }
      let expected: Matrix<Double> = try #require(golden["probabilities"].matrix())
      var regression = try KernelLogisticRegression(
        kernel: GaussianKernel<Double>(
          lengthScale: #require(golden["length_scale"].number)),
        ridge: #require(golden["ridge"].number), startsFromShares: false)
      regression.tolerance = 1e-10
      let model = try regression.fit(
        inputs: inputs, labels: labels,
        classCount: Int(#require(golden["class_count"].number)))
      #expect(model.report.gradientNorm < 1e-8)
      let found = [try model.predict(inputs), try model.predict(Points(others))]
        .flatMap(\.elements)
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected.elements) { #expect(abs(a - b) < 1e-6) }
    }
  }

  /// At the minimum λ α = w (y − p), which plain gradient descent comes to as well.
  @Test(arguments: [2, 3])
  func gradientDescentEndsThereToo(classCount: Int) throws {
    let (points, labels) = groups(18, classCount)
    let weights = (0..<18).map { 0.5 + Double($0 % 4) / 2 }
    let ridge = 0.7
    let model = try estimator(ridge: ridge).fit(
      inputs: points, labels: labels, classCount: classCount, weights: weights)
    let p = try model.predict(points)
    let width = model.coefficients.columnCount
    let gram = try GaussianKernel<Double>(lengthScale: 1).matrix(points)
    var alpha = Matrix<Double>(rowCount: 18, columnCount: width)
    for _ in 0..<600 {
      let scores = gram.multiplied(by: alpha)
      for i in 0..<18 {
        let logits = (0..<width).map { scores[i, $0] + model.offsets[$0] }
        let e = width == 1 ? [1, exp(logits[0])] : logits.map { exp($0) }
        let total = e.reduce(0, +)
        for c in 0..<width {
          let place = width == 1 ? 1 : c
          let pull = weights[i] * ((labels[i] == place ? 1 : 0) - e[place] / total)
          alpha[i, c] += 0.1 * (pull - ridge * alpha[i, c])
        }
      }
    }
    for i in 0..<18 {
      for c in 0..<width {
        #expect(abs(alpha[i, c] - model.coefficients[i, c]) < 1e-8)
        let place = width == 1 ? 1 : c
        let pull = weights[i] * ((labels[i] == place ? 1 : 0) - p[i, place])
        #expect(abs(ridge * model.coefficients[i, c] - pull) < 1e-8)
      }
    }
  }

  /// A large ridge leaves the shares of the classes; weights of balanced classes make them equal.
  @Test(arguments: [2, 4])
  func largeRidgesGiveShares(classCount: Int) throws {
    let (points, even) = groups(20, classCount)
    let labels = even.enumerated().map { $0.offset < 8 ? 0 : $0.element }
    for balanced in [false, true] {
      var regression = try estimator(ridge: 1e7)
      regression.balancesClasses = balanced
      let model = try regression.fit(inputs: points, labels: labels, classCount: classCount)
      let p = try model.predict(Points(rows: [[0.3, 0.2]]))
      for c in 0..<classCount {
        let share = Double(labels.count { $0 == c }) / 20
        #expect(abs(p[0, c] - (balanced ? 1 / Double(classCount) : share)) < 1e-5)
      }
    }
  }

  /// One Newton step from the whole fit goes most of the way to the fit without the row: to a twentieth
  /// with two classes; to a quarter with more, whose outputs it takes one by one.
  @Test(arguments: [2, 3])
  func leaveOneOutIsNearRefitting(classCount: Int) throws {
    let (points, labels) = groups(24, classCount)
    var regression = try estimator(ridge: 0.3)
    regression.startsFromShares = false
    let model = try regression.fit(inputs: points, labels: labels, classCount: classCount)
    let whole = try model.scores(points)
    let approximate = try #require(model.leaveOneOutScores)
    var (error, change) = (0.0, 0.0)
    for i in 0..<24 {
      let others = (0..<24).filter { $0 != i }
      let without = try regression.fit(
        inputs: points.subset(at: others), labels: others.map { labels[$0] },
        classCount: classCount)
      let exact = try without.scores(points.subset(at: [i]))
      for c in 0..<whole.columnCount {
        error += abs(approximate[i, c] - exact[0, c])
        change += abs(whole[i, c] - exact[0, c])
      }
    }
    #expect(error < (classCount == 2 ? 0.05 : 0.25) * change, "\(error) of \(change)")
  }

  @Test(arguments: [2, 3])
  func iterationsFindTheSame(classCount: Int) throws {
    let (points, labels) = groups(40, classCount)
    let exact = try estimator(ridge: 0.05, solver: .exact).fit(
      inputs: points, labels: labels, classCount: classCount)
    let iterated = try estimator(ridge: 0.05, solver: .iterative(rank: 12)).fit(
      inputs: points, labels: labels, classCount: classCount)
    #expect(iterated.leaveOneOutScores == nil && iterated.report.products > 0)
    #expect(iterated.report.method.contains("rank 12"))
    for (a, b) in zip(exact.coefficients.elements, iterated.coefficients.elements) {
      #expect(abs(a - b) < 1e-6)
    }
    let one = try estimator(ridge: 0.05).fit(
      inputs: points, labels: labels, classCount: classCount,
      context: ExecutionContext(threadCount: 1))
    #expect(one.coefficients == exact.coefficients)
  }

  /// Scores on the scale of class codes, with the order of the logits and their own leave-one-out.
  @Test(arguments: [2, 3])
  func aRegressionOnCodesSaysTheSame(classCount: Int) throws {
    let (points, labels) = groups(30, classCount)
    let model = try estimator(ridge: 0.1).fit(
      inputs: points, labels: labels, classCount: classCount)
    let member = try #require(try model.regression(labels: labels))
    let logits = try model.scores(points)
    let scores = try member.predict(points)
    let slope = (scores[0, 0] - scores[1, 0]) / (logits[0, 0] - logits[1, 0])
    #expect(slope > 0)
    for i in 2..<30 {
      #expect(abs((scores[i, 0] - scores[0, 0]) - slope * (logits[i, 0] - logits[0, 0])) < 1e-9)
    }
    // Least squares leaves no mean residual.
    let residuals = try #require(member.leaveOneOutResiduals)
    #expect(abs(residuals.column(0).reduce(0, +)) < 1e-9)
  }

  @Test func whatCannotBeFittedIsSaid() throws {
    let (points, labels) = groups(6, 2)
    #expect(throws: MercerError.self) { try estimator(ridge: 0) }
    #expect(throws: MercerError.self) { try estimator(ridge: .infinity) }
    #expect(throws: MercerError.self) {
      try estimator(ridge: 1).fit(inputs: points, labels: labels, classCount: 1)
    }
    #expect(throws: MercerError.self) {
      try estimator(ridge: 1).fit(inputs: points, labels: [0, 1], classCount: 2)
    }
    #expect(throws: MercerError.self) {
      try estimator(ridge: 1, solver: .exact).fit(
        inputs: points, labels: labels, classCount: 2, context: ExecutionContext(memoryLimit: 100))
    }
  }
}

extension Kernel where Inputs == Points<Double>, Element == Double {
  /// K(X, X), entry by entry.
  fileprivate func matrix(_ points: Points<Double>) throws -> Matrix<Double> {
    let bound = try bound(rows: points, columns: points)
    var matrix = Matrix<Double>(rowCount: points.count, columnCount: points.count)
    matrix.withTile { bound.fill($0) }
    return matrix
  }
}
