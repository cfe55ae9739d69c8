public import MercerCore

/// The classes that a row may have: those whose probability reaches a threshold, so that the true
/// class is among them for a share p of new rows.
///
/// The threshold is conformal: of the rows that the model did not see no more than a share 1 − p have
/// a probability of their own class below it. Of all sets with that coverage these have the fewest
/// classes. The likeliest class is always in the set: a row has some class, and a set without any
/// would hide how sure the model is. So where the classifier is right more often than p, sets of one
/// class hold the truth as often as that.
/// - Source: Sadinle, Lei and Wasserman, Least ambiguous set-valued classifiers with bounded error
///   levels (2019), theorem 1, with its empty sets filled.
public struct PredictionSets: Sendable, Codable, Equatable {
  /// The shares for which thresholds are kept, ascending.
  public let levels: [Double]
  /// For each level, the least probability of a class in the set.
  public let thresholds: [Double]

  /// Thresholds from rows that the model did not see.
  ///
  /// - Parameters:
  ///   - probabilities: n × c.
  ///   - labels: the true classes; at least one row.
  /// - Complexity: O(n log n).
  public init(probabilities: Matrix<Double>, labels: [Int]) {
    levels = ResidualSpread.standardLevels
    let own = labels.indices.map { probabilities[$0, labels[$0]] }.sorted()
    thresholds = levels.map { level in
      // The ⌊(n + 1) (1 − p)⌋-th smallest; with too few rows for one, all classes are in the set.
      let rank = Int(Double(own.count + 1) * (1 - level) + 1e-9)
      return rank > 0 ? own[min(rank, own.count) - 1] : 0
    }
  }

  /// The classes of each row at the nearest level kept, the likeliest first.
  ///
  /// - Parameters:
  ///   - probabilities: n × c.
  ///   - level: the share of rows whose class shall be in the set.
  public func sets(of probabilities: Matrix<Double>, level: Double) -> [[Int]] {
    let nearest = levels.indices.min { abs(levels[$0] - level) < abs(levels[$1] - level) }
    let threshold = nearest.map { thresholds[$0] } ?? 0
    return (0..<probabilities.rowCount).map { i in
      let row = probabilities.row(i)
      let likeliest = row.indexOfLargest
      let others = row.indices.filter { $0 != likeliest && row[$0] >= threshold }
      return [likeliest] + others.sorted { row[$0] > row[$1] }
    }
  }

  /// Whether there is a threshold for each level.
  var isConsistent: Bool {
    !levels.isEmpty && levels.count == thresholds.count
      && thresholds.allSatisfy { $0 >= 0 && $0 <= 1 }
  }
}
