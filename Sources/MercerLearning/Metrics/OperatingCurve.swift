/// What a binary classifier reaches at every cut of its score: the points of the ROC and of the
/// precision–recall curve.
public struct OperatingCurve: Sendable, Equatable {
  /// One cut: rows that score at least so much are taken for positive.
  public struct Point: Sendable, Equatable {
    /// The cut; +∞ at the first point, where nothing is positive.
    public let threshold: Double
    /// The share of the negatives that are above it.
    public let falsePositiveRate: Double
    /// The share of the positives that are above it: the recall.
    public let truePositiveRate: Double
    /// The share of positives among the rows above it; 1 where there are none.
    public let precision: Double
  }

  /// From the highest cut to the lowest; equal scores share a point.
  public let points: [Point]
  /// The share of positives among all rows.
  public let prevalence: Double

  /// The curve of scores; nil when positives or negatives are absent.
  ///
  /// - Complexity: O(n log n).
  public init?(scores: [Double], positives: [Bool]) {
    precondition(scores.count == positives.count)
    let total = positives.count { $0 }
    guard total > 0, total < positives.count else { return nil }
    prevalence = Double(total) / Double(positives.count)
    let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    var points = [
      Point(threshold: .infinity, falsePositiveRate: 0, truePositiveRate: 0, precision: 1)
    ]
    var (hits, alarms) = (0, 0)
    for (place, row) in order.enumerated() {
      if positives[row] { hits += 1 } else { alarms += 1 }
      if place + 1 < order.count, scores[order[place + 1]] == scores[row] { continue }
      points.append(
        Point(
          threshold: scores[row],
          falsePositiveRate: Double(alarms) / Double(positives.count - total),
          truePositiveRate: Double(hits) / Double(total),
          precision: Double(hits) / Double(hits + alarms)))
    }
    self.points = points
  }

  /// At most so many points, evenly spread along the ROC curve; the first and the last are there.
  ///
  /// - Parameter limit: at least 2.
  public func points(atMost limit: Int) -> [Point] {
    guard points.count > limit, limit >= 2 else { return points }
    var kept = [points[0]]
    // The sum of both rates rises from 0 to 2, and a cut is kept where it passes the next step.
    for point in points.dropFirst().dropLast() {
      let progress = (point.falsePositiveRate + point.truePositiveRate) / 2
      if progress * Double(limit - 1) >= Double(kept.count), kept.count < limit - 1 {
        kept.append(point)
      }
    }
    return kept + [points[points.count - 1]]
  }

  /// The mean of the precision over the recall gained at each cut.
  public var averagePrecision: Double {
    zip(points, points.dropFirst()).reduce(0) {
      $0 + ($1.1.truePositiveRate - $1.0.truePositiveRate) * $1.1.precision
    }
  }
}
