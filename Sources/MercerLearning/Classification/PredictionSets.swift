public import MercerCore

/// The classes that a row may have: those whose probability reaches a threshold, so that the true
/// class is among them for a share p of new rows.
///
/// Thresholds are conformal: of the rows of class c that the model did not see, no more than a share
/// 1 − p have a probability of c below that of c. So a rare class is held as often as a frequent one.
/// A class with too few rows for that has the threshold of all rows. The likeliest class is always in
/// the set; where the classifier is right more often than p, sets hold the truth as often as that.
/// - Source: Sadinle, Lei and Wasserman, Least ambiguous set-valued classifiers with bounded error
///   levels (2019), with class-specific coverage (section 2.2); its empty sets are filled.
public struct PredictionSets: Sendable, Codable, Equatable {
  /// The shares for which thresholds are kept, ascending.
  public let levels: [Double]
  /// For each level, the threshold of each class.
  public let thresholds: [[Double]]

  /// Below so many rows of a class that miss, in expectation, its threshold is that of all.
  private static let leastMisses = 5.0

  /// Thresholds from rows that the model did not see.
  ///
  /// - Parameters:
  ///   - probabilities: n × c.
  ///   - labels: the true classes; at least one row.
  /// - Complexity: O(n log n).
  public init(probabilities: Matrix<Double>, labels: [Int]) {
    levels = ResidualSpread.standardLevels
    let classCount = probabilities.columnCount
    let own = labels.indices.map { probabilities[$0, labels[$0]] }
    let all = own.sorted()
    var byClass = [[Double]](repeating: [], count: classCount)
    for (label, p) in zip(labels, own) { byClass[label].append(p) }
    for c in byClass.indices { byClass[c].sort() }
    thresholds = levels.map { level in
      let pooled = Self.threshold(all, level: level)
      return byClass.map { sorted in
        Double(sorted.count + 1) * (1 - level) >= Self.leastMisses
          ? Self.threshold(sorted, level: level) : pooled
      }
    }
  }

  /// The ⌊(n + 1) (1 − p)⌋-th smallest, or 0 where that is none.
  private static func threshold(_ sorted: [Double], level: Double) -> Double {
    let rank = Int(Double(sorted.count + 1) * (1 - level) + 1e-9)
    return rank > 0 ? sorted[min(rank, sorted.count) - 1] : 0
  }

  /// The classes of each row at the nearest level kept, the likeliest first.
  ///
  /// - Parameter probabilities: n × c.
  public func sets(of probabilities: Matrix<Double>, level: Double) -> [[Int]] {
    let nearest = levels.indices.min { abs(levels[$0] - level) < abs(levels[$1] - level) }
    let thresholds = nearest.map { self.thresholds[$0] } ?? []
    return (0..<probabilities.rowCount).map { i in
      let row = probabilities.row(i)
      let likeliest = row.indexOfLargest
      let others = row.indices.filter { $0 != likeliest && row[$0] >= thresholds[$0] }
      return [likeliest] + others.sorted { row[$0] > row[$1] }
    }
  }

  /// Whether there are thresholds of so many classes.
  func isConsistent(classCount: Int) -> Bool {
    !levels.isEmpty && levels.count == thresholds.count
      && thresholds.allSatisfy { $0.count == classCount && $0.allSatisfy { $0 >= 0 && $0 <= 1 } }
  }
}
