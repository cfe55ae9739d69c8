public import MercerCore

/// How often predictions of each confidence are right.
public struct ReliabilityDiagram: Sendable, Equatable {
  /// Predictions of about one confidence.
  public struct Bin: Sendable, Equatable {
    /// How many.
    public let rows: Int
    /// Their mean confidence.
    public let confidence: Double
    /// The share that was right.
    public let accuracy: Double

    /// Where the share that would be right of many more such rows lies, nine times in ten.
    ///
    /// - Source: Wilson, Probable inference, the law of succession, and statistical inference (1927).
    public var accuracyInterval: ClosedRange<Double> {
      let (n, z) = (Double(rows), 1.6449)
      let middle = (accuracy + z * z / (2 * n)) / (1 + z * z / n)
      let half =
        z / (1 + z * z / n) * (accuracy * (1 - accuracy) / n + z * z / (4 * n * n)).squareRoot()
      return max(middle - half, 0)...min(middle + half, 1)
    }
  }

  /// The bins that hold rows, by confidence.
  public let bins: [Bin]

  /// Equally wide bins of confidence.
  ///
  /// - Parameters:
  ///   - confidences: what was said of each row, 0 to 1.
  ///   - isRight: whether it came true.
  ///   - count: how many bins there are between 0 and 1, at least one.
  public init(confidences: [Double], isRight: [Bool], binCount count: Int = 15) {
    precondition(confidences.count == isRight.count && count > 0)
    var sums = [(rows: Int, right: Int, confidence: Double)](repeating: (0, 0, 0), count: count)
    for (confidence, right) in zip(confidences, isRight) {
      let bin = min(max(Int(confidence * Double(count)), 0), count - 1)
      sums[bin].rows += 1
      sums[bin].right += right ? 1 : 0
      sums[bin].confidence += confidence
    }
    bins = sums.filter { $0.rows > 0 }.map {
      Bin(
        rows: $0.rows, confidence: $0.confidence / Double($0.rows),
        accuracy: Double($0.right) / Double($0.rows))
    }
  }

  /// The diagram of the likeliest classes.
  ///
  /// - Parameters:
  ///   - labels: the true class of each row.
  ///   - probabilities: one row a row, one column a class.
  public init(labels: [Int], probabilities: Matrix<Double>) {
    precondition(labels.count == probabilities.rowCount)
    let rows = labels.indices.map { probabilities.row($0) }
    let best = rows.map(\.indexOfLargest)
    self.init(
      confidences: zip(rows, best).map { $0[$1] }, isRight: zip(best, labels).map { $0 == $1 })
  }

  /// The mean gap between confidence and accuracy, weighted by rows (Guo et al., On calibration of
  /// modern neural networks, 2017, equation 3).
  public var expectedError: Double {
    let gaps = bins.reduce(0) { $0 + Double($1.rows) * abs($1.confidence - $1.accuracy) }
    return gaps / Double(max(bins.reduce(0) { $0 + $1.rows }, 1))
  }
}
