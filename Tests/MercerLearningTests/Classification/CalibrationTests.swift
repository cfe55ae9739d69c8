import Foundation
import MercerCore
import MercerLearning
import MercerTestSupport
import Testing

/// Rows whose scores are what least squares would give, if it were exact: the probability of each
/// class, bent by a power, with noise.
private func bentScores(
  _ n: Int, classCount: Int, power: Double, purpose: String = "bent scores"
) -> (scores: Matrix<Double>, labels: [Int]) {
  var stream = RandomStream(seed: 3, purpose: purpose)
  var rows: [[Double]] = []
  var labels: [Int] = []
  for _ in 0..<n {
    let logits = (0..<classCount).map { _ in 2 * stream.normal() }
    let e = logits.map { exp($0) }
    let p = e.map { $0 / e.reduce(0, +) }
    var place = stream.uniform()
    labels.append(p.firstIndex { (place -= $0, place).1 < 0 } ?? classCount - 1)
    let bent = p.map { pow($0, 1 / power) }
    let scores = bent.map { $0 / bent.reduce(0, +) }
    rows.append(classCount == 2 ? [scores[1] - scores[0]] : scores)
  }
  return (Matrix(rows: rows), labels)
}

private func logLoss(_ probabilities: Matrix<Double>, _ labels: [Int]) -> Double {
  ClassificationMetrics(labels: labels, probabilities: probabilities).logLoss
}

@Suite struct CalibrationTests {
  /// Each family, fitted to scores that are powers of probabilities, against the definition.
  @Test(arguments: [2, 3])
  func probabilitiesAreTheirDefinition(classCount: Int) {
    let (scores, labels) = bentScores(80, classCount: classCount, power: 2)
    for method in [ProbabilityCalibration.Method.scale, .power, .shiftedPower, .matrix] {
      let calibration = ProbabilityCalibration(
        fitting: scores, labels: labels, method: method, ridge: 1)
      let p = calibration.probabilities(scores)
      for i in [0, 7, 40] {
        let s =
          classCount == 2 ? [(1 - scores[i, 0]) / 2, (1 + scores[i, 0]) / 2] : scores.row(i)
        let features = s.map { s in
          calibration.floor.map { log($0 + (s + sqrt(s * s + $0 * $0 / 16)) / 2) } ?? s
        }
        let logits = (0..<classCount).map { c in
          calibration.scale * features[c]
            + (calibration.shifts.isEmpty ? 0 : calibration.shifts[c])
            + (calibration.mixing.map { mixing in
              (0..<classCount).reduce(0) { $0 + mixing[c, $1] * features[$1] }
            } ?? 0)
        }
        let e = logits.map { exp($0) }
        for c in 0..<classCount {
          #expect(abs(p[i, c] - e[c] / e.reduce(0, +)) < 1e-12, "\(method)")
        }
      }
    }
  }

  /// At the least loss no small change of a parameter helps: an error in the gradient would stop the
  /// fit elsewhere.
  @Test(arguments: [2, 4])
  func fittedParametersAreTheBest(classCount: Int) {
    let (scores, labels) = bentScores(120, classCount: classCount, power: 2)
    let n = Double(labels.count)
    let kept = 1 - Double(classCount - 1) / (n + Double(classCount))
    func softened(_ calibration: ProbabilityCalibration) -> Double {
      let p = calibration.probabilities(scores)
      return labels.indices.reduce(0) { sum, i in
        (0..<classCount).reduce(sum) { sum, c in
          let target = c == labels[i] ? kept : (1 - kept) / Double(classCount - 1)
          return sum - target * log(p[i, c]) / n
        }
      }
    }
    for method in [ProbabilityCalibration.Method.scale, .power] {
      let fitted = ProbabilityCalibration(fitting: scores, labels: labels, method: method)
      let least = softened(fitted)
      for step in [0.999, 1.001] {
        for (a, e, b) in [(step, 1.0, 0.0), (1, step, 0), (1, 1, step - 1)] {
          let shifts = classCount == 2 ? fitted.shifts.enumerated().map { $1 + Double($0) * b } : []
          let moved = ProbabilityCalibration(
            method: method, scale: fitted.scale * a, floor: fitted.floor.map { $0 * e },
            shifts: shifts)
          #expect(softened(moved) >= least - 1e-9, "\(method) \(a) \(e) \(b)")
        }
      }
    }
  }

  /// The logarithm undoes the power, which one scale cannot: on other rows the loss is lower, and near
  /// that of the probabilities themselves. Chosen without being told.
  @Test(arguments: [2, 5])
  func powersAreFound(classCount: Int) throws {
    let n = isOptimized ? 4000 : 500
    let train = bentScores(n, classCount: classCount, power: 3)
    let test = bentScores(n, classCount: classCount, power: 3, purpose: "other bent scores")
    let choice = try CalibrationChoice(scores: train.scores, labels: train.labels)
    let plain = ProbabilityCalibration(fitting: train.scores, labels: train.labels)
    #expect(choice.calibration.floor != nil)
    #expect(choice.trials.count { $0.isChosen } == 1)
    let exact = ProbabilityCalibration(
      method: .power, scale: 3, floor: 1e-9, shifts: [])
    let (chosen, simple, best) = (
      logLoss(choice.calibration.probabilities(test.scores), test.labels),
      logLoss(plain.probabilities(test.scores), test.labels),
      logLoss(exact.probabilities(test.scores), test.labels)
    )
    // Of 4,000 rows at least half of the gain; on few rows no more is sure than that little is lost.
    #expect(chosen < (isOptimized ? simple - 0.5 * (simple - best) : simple + 0.002))
    // What the folds promise holds on other rows, within sampling error.
    let promised = logLoss(choice.probabilities, train.labels)
    #expect(abs(chosen - promised) < 6 / Double(n).squareRoot())
    for i in 0..<20 { #expect(abs(choice.probabilities.row(i).reduce(0, +) - 1) < 1e-12) }
  }

  /// Few rows, and scores that a single scale suits, leave the simplest family.
  @Test func fewRowsGetFewParameters() throws {
    let few = bentScores(40, classCount: 3, power: 3)
    let choice = try CalibrationChoice(scores: few.scores, labels: few.labels)
    #expect(choice.calibration.method == .scale && choice.trials.count == 1)
    var stream = RandomStream(seed: 6, purpose: "platt")
    let scores = (0..<400).map { _ in stream.normal() }
    let labels = scores.map { stream.uniform() < 1 / (1 + exp(-2 * $0)) ? 1 : 0 }
    let platt = try CalibrationChoice(scores: Matrix(column: scores), labels: labels)
    #expect(platt.calibration.method == .scale)
  }

  @Test func threadsDoNotChangeTheChoice() throws {
    let (scores, labels) = bentScores(150, classCount: 3, power: 2)
    let one = try CalibrationChoice(
      scores: scores, labels: labels, context: ExecutionContext(threadCount: 1))
    let two = try CalibrationChoice(
      scores: scores, labels: labels, context: ExecutionContext(threadCount: 2))
    #expect(one.calibration == two.calibration && one.trials == two.trials)
    #expect(one.probabilities == two.probabilities)
  }

  /// Weights that balance the classes move all scores, here by rows left out; calibrated probabilities still mean the true
  /// shares.
  @Test(arguments: [2, 3])
  func shiftedScoresGetTheTrueShares(classCount: Int) throws {
    var (scores, labels) = bentScores(600, classCount: classCount, power: 1)
    // Of the first class nine in ten rows are left out, and its scores know nothing of that.
    let rows = labels.indices.filter { labels[$0] != 0 || $0 % 10 == 0 }
    scores = scores.rows(at: rows)
    labels = rows.map { labels[$0] }
    let p = try CalibrationChoice(scores: scores, labels: labels).calibration
      .probabilities(scores)
    for c in 0..<classCount {
      let share = Double(labels.count { $0 == c }) / Double(labels.count)
      let mean = p.column(c).reduce(0, +) / Double(labels.count)
      #expect(abs(mean - share) < 0.02, "class \(c): \(mean) of \(share)")
    }
  }

  /// Worked by hand: 1, 2 and 3 rows between violations; steps (j + π) / (k + 1) with π = 1/2.
  @Test func isotonicStepsPoolViolators() {
    let scores = [-0.8, -0.4, -0.2, 0.1, 0.5, 0.9]
    let labels = [0, 1, 0, 0, 1, 1]
    let calibration = ProbabilityCalibration(
      fitting: Matrix(column: scores), labels: labels, method: .isotonic)
    // Steps: {−0.8}: 0 of 1; {−0.4, −0.2, 0.1}: 1 of 3; {0.5, 0.9}: 2 of 2.
    let p = calibration.probabilities(
      Matrix(column: [-1, -0.8, -0.5 / 3, 0.7, 2, (-0.8 - 0.5 / 3) / 2])
    ).column(1)
    let steps = [0.25, 1.5 / 4, 2.5 / 3]
    let expected = [steps[0], steps[0], steps[1], steps[2], steps[2], (steps[0] + steps[1]) / 2]
    for (a, b) in zip(p, expected) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func calibrationsSurviveCoding() throws {
    for classCount in [2, 3] {
      let (scores, labels) = bentScores(70, classCount: classCount, power: 2)
      for method in [ProbabilityCalibration.Method.scale, .power, .matrix, .isotonic]
      where method != .isotonic || classCount == 2 {
        let calibration = ProbabilityCalibration(fitting: scores, labels: labels, method: method)
        let copy = try JSONDecoder().decode(
          ProbabilityCalibration.self, from: JSONEncoder().encode(calibration))
        #expect(copy == calibration)
        #expect(copy.probabilities(scores) == calibration.probabilities(scores))
      }
    }
    let first = try JSONDecoder().decode(
      ProbabilityCalibration.self, from: Data(#"{"scale": 2.5, "shift": -0.5}"#.utf8))
    #expect(first == ProbabilityCalibration(scale: 2.5, shift: -0.5))
  }
}
