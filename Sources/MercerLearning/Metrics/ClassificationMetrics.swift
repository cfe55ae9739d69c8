public import MercerCore
import RealModule

/// How well classes were predicted.
public struct ClassificationMetrics: Sendable, Codable, Equatable {
  /// The share of rows whose likeliest class is right.
  public let accuracy: Double
  /// 1 − accuracy.
  public let error: Double
  /// mean −log p(true class), in nats, with p at least 1e-15.
  public let logLoss: Double
  /// The area under the ROC curve of the last class; of each class against the rest, averaged, when
  /// there are more than two. Classes without both kinds of rows are left out; 0.5 if none is left.
  public let auc: Double
  /// The mean gap between confidence and accuracy over 15 equally wide bins of confidence
  /// (`ReliabilityDiagram.expectedError`).
  public let calibrationError: Double

  enum CodingKeys: String, CodingKey {
    case accuracy, error, auc
    case logLoss = "log_loss"
    case calibrationError = "calibration_error"
  }

  /// The metrics of predicted probabilities.
  ///
  /// - Parameters:
  ///   - labels: the true class of each row; at least one row.
  ///   - probabilities: one row a row, one column a class, rows summing to 1.
  public init(labels: [Int], probabilities: Matrix<Double>) {
    precondition(labels.count == probabilities.rowCount && !labels.isEmpty)
    let (n, classCount) = (labels.count, probabilities.columnCount)
    var (right, loss) = (0, 0.0)
    for (i, label) in labels.enumerated() {
      let row = probabilities.row(i)
      let best = row.indexOfLargest
      right += best == label ? 1 : 0
      loss -= Double.log(max(row[label], 1e-15))
    }
    accuracy = Double(right) / Double(n)
    error = Double(n - right) / Double(n)
    logLoss = loss / Double(n)
    calibrationError =
      ReliabilityDiagram(labels: labels, probabilities: probabilities).expectedError
    let classes = classCount == 2 ? [1] : Array(0..<classCount)
    let areas = classes.compactMap { c in
      areaUnderCurve(scores: probabilities.column(c), positives: labels.map { $0 == c })
    }
    auc = areas.isEmpty ? 0.5 : areas.reduce(0, +) / Double(areas.count)
  }
}

/// The probability that a positive scores above a negative, ties counting half; nil when either kind
/// is absent.
///
/// - Complexity: O(n log n), by ranks (Mann and Whitney 1947).
public func areaUnderCurve(scores: [Double], positives: [Bool]) -> Double? {
  let order = scores.indices.sorted { scores[$0] < scores[$1] }
  let positiveCount = positives.count { $0 }
  let negativeCount = positives.count - positiveCount
  guard positiveCount > 0, negativeCount > 0 else { return nil }
  var rankSum = 0.0
  var start = 0
  while start < order.count {
    var end = start
    while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
    let rank = Double(start + 1 + end) / 2  // the mean rank of a run of ties, ranks from 1
    rankSum += rank * Double(order[start..<end].count { positives[$0] })
    start = end
  }
  let pairs = Double(positiveCount) * Double(negativeCount)
  return (rankSum - Double(positiveCount) * Double(positiveCount + 1) / 2) / pairs
}

extension [Double] {
  /// The place of the largest value; the first of equals.
  package var indexOfLargest: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}
