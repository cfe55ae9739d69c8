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
  ///   - context: threads and cancellation.
  /// - Throws: `.cancelled`.
  public init(
    scores: Matrix<Double>, labels: [Int], context: ExecutionContext = .default
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
        method: candidate.method, ridge: candidate.ridge)
      found.withLock { $0[task] = calibration }
    }
    let fitted = found.withLock { $0 }
    var trials: [CalibrationTrial] = []
    var best = 0
    var bestLosses: [Double] = []
    var bestProbabilities = Matrix<Double>(rowCount: 0, columnCount: 0)
    for (index, candidate) in candidates.enumerated() {
      var left = Matrix<Double>(rowCount: n, columnCount: classCount)
      for fold in 0..<folds {
        let rows = labels.indices.filter { $0 % folds == fold }
        let part = fitted[index * (folds + 1) + fold]?.probabilities(scores.rows(at: rows))
        guard let part else { continue }
        left.withUnsafeMutableBufferPointer { left in
          part.withUnsafeBufferPointer { part in
            for (k, row) in rows.enumerated() {
              for c in 0..<classCount { left[row * classCount + c] = part[k * classCount + c] }
            }
          }
        }
      }
      let losses = Self.losses(left, labels)
      trials.append(CalibrationTrial(method: candidate.name, logLoss: mean(losses)))
      if index == 0 || isLower(losses, than: bestLosses) {
        (best, bestLosses, bestProbabilities) = (index, losses, left)
      }
    }
    trials[best].isChosen = true
    var calibration =
      fitted[best * (folds + 1) + folds] ?? ProbabilityCalibration(scale: 2, shift: 0)
    let shares = (0..<classCount).map { c in
      Double(labels.count { $0 == c }) / Double(n)
    }
    var drawn: (weight: Double, losses: [Double], probabilities: Matrix<Double>)?
    for weight in Self.shrinkages where n >= Self.leastRows {
      let probabilities = bestProbabilities.drawn(by: weight, towards: shares)
      let losses = Self.losses(probabilities, labels)
      if drawn.map({ mean(losses) < mean($0.losses) }) ?? true {
        drawn = (weight, losses, probabilities)
      }
    }
    if let drawn {
      let isChosen = isLower(drawn.losses, than: bestLosses)
      trials.append(
        CalibrationTrial(
          method: "\(candidates[best].name), drawn by \(drawn.weight) to the shares",
          logLoss: mean(drawn.losses), isChosen: isChosen))
      if isChosen {
        trials[best].isChosen = false
        calibration = calibration.shrunk(by: drawn.weight, towards: shares)
        bestProbabilities = drawn.probabilities
      }
    }
    self.calibration = calibration
    self.trials = trials
    probabilities = bestProbabilities
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

  private static func losses(_ probabilities: Matrix<Double>, _ labels: [Int]) -> [Double] {
    labels.indices.map { -Double.log(max(probabilities[$0, labels[$0]], 1e-15)) }
  }
}

/// Whether values are lower by more than the standard error of the mean difference.
func isLower(_ values: [Double], than others: [Double]) -> Bool {
  let gains = zip(others, values).map { $0 - $1 }
  let gain = mean(gains)
  let variance =
    gains.reduce(0) { $0 + ($1 - gain) * ($1 - gain) } / Double(max(gains.count - 1, 1))
  return gain > (variance / Double(gains.count)).squareRoot()
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
