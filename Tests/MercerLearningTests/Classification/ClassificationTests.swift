import Foundation
import MercerCore
import MercerKernels
import MercerLearning
import Testing

/// Rows of `classCount` well separated groups in the plane.
private func groups(_ classCount: Int, each: Int) -> (Points<Double>, [Int]) {
  var stream = RandomStream(seed: 8, purpose: "groups")
  var rows: [[Double]] = []
  var labels: [Int] = []
  for i in 0..<classCount * each {
    let label = i % classCount
    let angle = 2 * Double.pi * Double(label) / Double(classCount)
    rows.append([3 * cos(angle) + 0.5 * stream.normal(), 3 * sin(angle) + 0.5 * stream.normal()])
    labels.append(label)
  }
  return (Points(rows: rows), labels)
}

@Suite struct ClassificationTests {
  @Test(arguments: [2, 3, 5])
  func separatesGroups(classCount: Int) throws {
    let (points, labels) = groups(classCount, each: 12)
    let classifier = try KernelRidgeClassifier(
      kernel: GaussianKernel<Double>(lengthScale: 2), ridge: 0.1)
    let model = try classifier.fit(inputs: points, labels: labels, classCount: classCount)
    let metrics = ClassificationMetrics(
      labels: labels, probabilities: try model.predict(points))
    #expect(metrics.error == 0 && metrics.auc == 1 && metrics.logLoss < 0.2)
    for i in 0..<points.count {
      #expect(abs(try model.predict(points).row(i).reduce(0, +) - 1) < 1e-12)
    }
  }

  /// Balanced, 40 rows of one class against 4 of the other pull no harder than these 4.
  @Test func balancingHelpsTheRareClass() throws {
    var stream = RandomStream(seed: 2, purpose: "imbalance")
    let labels = (0..<44).map { $0 < 40 ? 0 : 1 }
    let points = Points(rows: labels.map { [Double($0) + 0.7 * stream.normal()] })
    func scoreAtMiddle(_ balanced: Bool) throws -> Double {
      let classifier = try KernelRidgeClassifier(
        kernel: LinearKernel<Double>(), ridge: 1, balancesClasses: balanced)
      let model = try classifier.fit(inputs: points, labels: labels, classCount: 2)
      return try model.regression.predict(Points(rows: [[0.5]]))[0, 0]
    }
    #expect(try scoreAtMiddle(true) > scoreAtMiddle(false) + 0.3)
  }

  /// Scores drawn from a known logistic model give its scale and shift back, within four standard
  /// errors (about 0.05 each at 4,000 rows).
  @Test func calibrationRecoversALogisticModel() {
    var stream = RandomStream(seed: 5, purpose: "calibration")
    let scores = (0..<4000).map { _ in 2 * stream.normal() }
    let labels = scores.map { stream.uniform() < 1 / (1 + exp(-(1.5 * $0 - 0.4))) ? 1 : 0 }
    let calibration = ProbabilityCalibration(fitting: Matrix(column: scores), labels: labels)
    #expect(abs(calibration.scale - 1.5) < 0.2 && abs(calibration.shift + 0.4) < 0.2)
    let p = calibration.probabilities(Matrix(column: [0.3]))
    let logit = calibration.scale * 0.3 + calibration.shift
    #expect(abs(p[0, 1] - 1 / (1 + exp(-logit))) < 1e-12)
  }

  /// Perfect separation must not give probabilities of 0 or 1, nor constant scores a NaN.
  @Test func calibrationStaysFinite() {
    let separated = ProbabilityCalibration(
      fitting: Matrix(column: [-1, -0.9, 0.9, 1.0]), labels: [0, 0, 1, 1])
    let p = separated.probabilities(Matrix(column: [1, -1]))
    #expect(p[0, 1] > 0.6 && p[0, 1] < 0.999 && p[1, 1] < 0.4 && p.isFinite)
    let constant = ProbabilityCalibration(
      fitting: Matrix(column: [0.5, 0.5, 0.5]), labels: [0, 1, 1])
    #expect(constant.probabilities(Matrix(column: [0.5])).isFinite)
    let three = ProbabilityCalibration(
      fitting: Matrix.identity(3), labels: [0, 1, 2])
    let q = three.probabilities(Matrix(rows: [[1e6, -1e6, 0]]))
    #expect(q.isFinite && abs(q.row(0).reduce(0, +) - 1) < 1e-12)
  }

  @Test func badLabelsAreRefused() {
    #expect(throws: MercerError.self) { try ClassCodes(labels: [0, 0], classCount: 1) }
    #expect(throws: MercerError.self) { try ClassCodes(labels: [0, 3], classCount: 3) }
  }
}

@Suite struct MetricsTests {
  /// Worked by hand: errors 1, −2, 0; mean square 5/3; variance of (1, 2, 6) is 14/3.
  @Test func regression() {
    let metrics = RegressionMetrics(
      targets: [1, 2, 6], predictions: [0, 4, 6], deviation: 2)
    #expect(abs(metrics.rmse - (5.0 / 3).squareRoot()) < 1e-15)
    #expect(abs(metrics.mae - 1) < 1e-15)
    #expect(abs(metrics.r2 - (1 - 5.0 / 14)) < 1e-15)
    #expect(abs(metrics.rmseOverStd - (5.0 / 14).squareRoot()) < 1e-15)
    #expect(
      abs(metrics.negativeLogLikelihood - (0.5 * log(2 * Double.pi * 4) + 0.5 * (5.0 / 3) / 4))
        < 1e-15)
    let constant = RegressionMetrics(targets: [3, 3], predictions: [3, 3], deviation: 0)
    #expect(constant.negativeLogLikelihood.isFinite && constant.r2 == 0)
  }

  @Test func classification() {
    let probabilities = Matrix<Double>(rows: [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.2, 0.8]])
    let metrics = ClassificationMetrics(labels: [0, 1, 1, 1], probabilities: probabilities)
    #expect(metrics.accuracy == 0.75 && metrics.error == 0.25)
    let loss = -(log(0.9) + log(0.6) + log(0.3) + log(0.8)) / 4
    #expect(abs(metrics.logLoss - loss) < 1e-15)
    #expect(metrics.auc == 1)
    // Bins of one row each: gaps 0.1, 0.4, 0.7 and 0.2.
    #expect(abs(metrics.calibrationError - 1.4 / 4) < 1e-12)
  }

  /// Ranks against the definition by pairs, with ties.
  @Test func areaUnderCurveCountsPairs() throws {
    var stream = RandomStream(seed: 3, purpose: "auc")
    let scores = (0..<60).map { _ in Double(stream.integer(below: 10)) }
    let positives = (0..<60).map { _ in stream.uniform() < 0.4 }
    var (wins, pairs) = (0.0, 0.0)
    for i in 0..<60 where positives[i] {
      for j in 0..<60 where !positives[j] {
        pairs += 1
        wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
      }
    }
    let area = try #require(areaUnderCurve(scores: scores, positives: positives))
    #expect(abs(area - wins / pairs) < 1e-12)
    #expect(areaUnderCurve(scores: [1, 2], positives: [true, true]) == nil)
  }
}
