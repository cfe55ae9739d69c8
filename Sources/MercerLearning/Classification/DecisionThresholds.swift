/// The probabilities at which a binary classifier should decide for the positive class, by what is to
/// be gained, from rows that it did not see.
///
/// With probabilities that mean what they say, 0.5 makes the fewest errors; where the classes are
/// uneven, other measures ask for other cuts. Youden's J is twice the balanced accuracy less 1, so
/// that both have the same cut.
/// - Source: van Rijsbergen, Information retrieval (1979) for F1; Youden, Index for rating diagnostic
///   tests (1950); Brodersen et al., The balanced accuracy and its posterior distribution (2010).
public struct DecisionThresholds: Sendable, Codable, Equatable {
  /// A cut, and what it reaches on rows left out.
  public struct Cut: Sendable, Codable, Equatable {
    /// The least probability of the positive class to decide for it.
    public let cut: Double
    /// The measure there.
    public let value: Double
  }

  /// The positive class: the last.
  public let positive: String
  /// 2 · true positives / (2 · true positives + false positives + false negatives).
  public let f1: Cut
  /// The mean of the shares of positives and of negatives that are told rightly.
  public let balancedAccuracy: Cut
  /// The sum of these shares less 1.
  public let youden: Cut

  private enum CodingKeys: String, CodingKey {
    case positive, f1, youden
    case balancedAccuracy = "balanced_accuracy"
  }

  /// The best cuts, halfway between two probabilities that occur.
  ///
  /// - Parameters:
  ///   - probabilities: of the positive class, of rows that the classifier did not see.
  ///   - isPositive: whether each row is of that class.
  ///   - positive: the name of the class.
  /// - Returns: nil when all rows are of one class.
  /// - Complexity: O(n log n).
  public init?(probabilities: [Double], isPositive: [Bool], positive: String) {
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(isPositive.count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    let order = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }
    var best = (f1: Cut(cut: 1, value: 0), balanced: Cut(cut: 1, value: 0))
    var (hits, alarms) = (0.0, 0.0)
    for (place, row) in order.enumerated() {
      if isPositive[row] { hits += 1 } else { alarms += 1 }
      let p = probabilities[row]
      let next = place + 1 < order.count ? probabilities[order[place + 1]] : 0
      // A cut cannot part rows of one probability.
      guard next < p || place + 1 == order.count else { continue }
      let cut = place + 1 == order.count ? 0 : (p + next) / 2
      let f1 = 2 * hits / (hits + alarms + positives)
      let balanced = (hits / positives + 1 - alarms / negatives) / 2
      if f1 > best.f1.value { best.f1 = Cut(cut: cut, value: f1) }
      if balanced > best.balanced.value { best.balanced = Cut(cut: cut, value: balanced) }
    }
    self.positive = positive
    f1 = best.f1
    balancedAccuracy = best.balanced
    youden = Cut(cut: best.balanced.cut, value: 2 * best.balanced.value - 1)
  }
}
