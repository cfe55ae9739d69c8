public import MercerCore
import RealModule
import Synchronization

/// A way to calibrate that was tried.
public struct CalibrationTrial: Sendable, Codable, Equatable {
  /// The family, with its penalty where it has one.
  public let method: String
  /// The mean log loss on rows left out, in nats.
  public let logLoss: Double
  /// Whether it was chosen.
  public var isChosen = false

  private enum CodingKeys: String, CodingKey {
    case method
    case logLoss = "log_loss"
    case isChosen = "chosen"
  }
}

/// Chooses how scores become probabilities by the log loss of rows left out, in five folds.
///
/// A family is preferred to a simpler one when its mean loss is lower by more than the standard error
/// of the difference; so few rows get few parameters. At last probabilities are drawn towards the
/// classes' shares if that gains as much.
/// - Complexity: six fits of each family, side by side.
public struct CalibrationChoice: Sendable {
  /// The calibration, fitted to all rows.
  public let calibration: ProbabilityCalibration
  /// The probabilities of each row by the same family fitted to the other folds, n × c.
  public let probabilities: Matrix<Double>
  /// All that was tried, from simple to rich.
  public let trials: [CalibrationTrial]

  private static let foldCount = 5
  /// Below so many rows there is one parameter to choose, not one family.
  private static let leastRows = 60
  /// Above so many products an evaluation of `matrix` is left out.
  private static let matrixLimit = 50_000_000
  private static let shrinkages = [0.001, 0.003, 0.01, 0.03, 0.1]

  private struct Candidate: Sendable {
    let method: ProbabilityCalibration.Method
    var ridge = 0.0
    var name: String {
      ridge > 0 ? "\(method.rawValue), penalty \(ridge)" : method.rawValue
    }
  }

  /// Chooses and fits.
  ///
  /// - Parameters:
  ///   - scores: n × 1 for two classes, n × c for more; of rows that the classifier did not see.
  ///   - labels: the true classes.
  ///   - weights: how much each row counts; nil when all count the same.
  ///   - shiftsClasses: whether the scores were fitted with other shares of the classes than the true
  ///     ones, as by weights that balance them.
  ///   - context: threads and cancellation.
  /// - Throws: `.cancelled`.
  public init(
    scores: Matrix<Double>, labels: [Int], weights: [Double]? = nil, shiftsClasses: Bool = false,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    let n = labels.count
    let classCount = max(scores.columnCount, 2)
    let candidates = Self.candidates(rowCount: n, classCount: classCount)
    let folds = min(Self.foldCount, n)
    let found = Mutex([Int: ProbabilityCalibration]())
    try context.forEach(candidates.count * (folds + 1)) { task in
      let (candidate, fold) = (candidates[task / (folds + 1)], task % (folds + 1))
      let rows = labels.indices.filter { fold == folds || folds == 1 || $0 % folds != fold }
      let calibration = ProbabilityCalibration(
        fitting: scores.rows(at: rows), labels: rows.map { labels[$0] },
        weights: weights.map { weights in rows.map { weights[$0] } }, method: candidate.method,
        ridge: candidate.ridge, shiftsClasses: shiftsClasses)
      found.withLock { $0[task] = calibration }
    }
    let fitted = found.withLock { $0 }
    let judge = Judge(labels: labels, weights: weights, classCount: classCount)
    var trials: [CalibrationTrial] = []
    var best = (index: 0, losses: [Double](), probabilities: scores)
    for (index, candidate) in candidates.enumerated() {
      let parts = (0..<folds).map { fitted[index * (folds + 1) + $0] }
      let left = Self.leftOut(parts, scores, classCount: classCount)
      let losses = judge.losses(left)
      trials.append(CalibrationTrial(method: candidate.name, logLoss: mean(losses)))
      if index == 0 || PairedGain(from: best.losses, to: losses).exceeds(errors: 1) {
        best = (index, losses, left)
      }
    }
    let chosen =
      fitted[best.index * (folds + 1) + folds] ?? ProbabilityCalibration(scale: 2, shift: 0)
    guard n >= Self.leastRows, let drawn = judge.drawn(best.probabilities, by: Self.shrinkages)
    else {
      trials[best.index].isChosen = true
      (calibration, probabilities, self.trials) = (chosen, best.probabilities, trials)
      return
    }
    let isDrawn = PairedGain(from: best.losses, to: drawn.losses).exceeds(errors: 1)
    trials[best.index].isChosen = !isDrawn
    trials.append(
      CalibrationTrial(
        method: "\(candidates[best.index].name), drawn by \(drawn.weight) to the shares",
        logLoss: mean(drawn.losses), isChosen: isDrawn))
    calibration = isDrawn ? chosen.shrunk(by: drawn.weight, towards: judge.shares) : chosen
    probabilities = isDrawn ? drawn.probabilities : best.probabilities
    self.trials = trials
  }

  /// The probabilities of each row by the calibration that did not see its fold.
  private static func leftOut(
    _ parts: [ProbabilityCalibration?], _ scores: Matrix<Double>, classCount: Int
  ) -> Matrix<Double> {
    var left = Matrix<Double>(rowCount: scores.rowCount, columnCount: classCount)
    for (fold, calibration) in parts.enumerated() {
      let rows = Array(stride(from: fold, to: scores.rowCount, by: parts.count))
      guard let part = calibration?.probabilities(scores.rows(at: rows)) else { continue }
      left.withUnsafeMutableBufferPointer { left in
        part.withUnsafeBufferPointer { part in
          for (k, row) in rows.enumerated() {
            for c in 0..<classCount { left[row * classCount + c] = part[k * classCount + c] }
          }
        }
      }
    }
    return left
  }

  /// What probabilities lose on rows whose classes are known.
  private struct Judge {
    let labels: [Int]
    /// One a row, of mean 1.
    let weights: [Double]
    /// The weighted share of each class.
    let shares: [Double]

    init(labels: [Int], weights: [Double]?, classCount: Int) {
      self.labels = labels
      let weights = weights ?? [Double](repeating: 1, count: labels.count)
      let scale = Double(labels.count) / weights.reduce(0, +)
      self.weights = weights.map { $0 * scale }
      var totals = [Double](repeating: 0, count: classCount)
      for (label, weight) in zip(labels, self.weights) { totals[label] += weight }
      shares = totals.map { $0 / Double(labels.count) }
    }

    /// −log p of each row's class, times its weight.
    func losses(_ probabilities: Matrix<Double>) -> [Double] {
      labels.indices.map { -weights[$0] * Double.log(max(probabilities[$0, labels[$0]], 1e-15)) }
    }

    /// The probabilities drawn towards the shares by that weight which loses least.
    func drawn(_ probabilities: Matrix<Double>, by candidates: [Double]) -> (
      weight: Double, losses: [Double], probabilities: Matrix<Double>
    )? {
      let all = candidates.map { weight in
        let drawn = probabilities.drawn(by: weight, towards: shares)
        return (weight: weight, losses: losses(drawn), probabilities: drawn)
      }
      return all.min { mean($0.losses) < mean($1.losses) }
    }
  }

  private static func candidates(rowCount n: Int, classCount: Int) -> [Candidate] {
    var candidates = [Candidate(method: .scale)]
    guard n >= leastRows else { return candidates }
    candidates.append(Candidate(method: .power))
    if classCount > 2 { candidates.append(Candidate(method: .shiftedPower)) }
    if n * classCount * classCount <= matrixLimit {
      let ridges = classCount > 2 ? [100.0, 10] : [1.0]
      candidates += ridges.map { Candidate(method: .matrix, ridge: $0) }
    }
    if classCount == 2, n >= 1000 { candidates.append(Candidate(method: .isotonic)) }
    return candidates
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
