/// The empirical distribution function F of a column of numbers, and the coordinate made of it.
///
/// A number x becomes (F(x) − ½)·√12: if the numbers of the fitted table were drawn from one
/// continuous distribution, F(x) would be uniform on (0, 1), whose mean is ½ and variance 1/12. So
/// the coordinate stays the same when the column is put through any strictly increasing function,
/// and a long tail takes no more room than the numbers in it are many.
///
/// At a number of the fitted table F is the mid-rank, (count below + half of count equal) / count.
/// It is linear between neighbouring knots and constant beyond the first and the last.
/// - Source: the probability integral transform. Conover and Iman, Rank transformations as a bridge
///   between parametric and nonparametric statistics (1981); for ties Kendall, The treatment of
///   ties in ranking problems (1945).
public struct RankMap: Sendable, Equatable, Codable {
  /// The numbers at which F is kept, strictly increasing, at least 2 and at most
  /// `maximumKnotCount`: all the different numbers of the fitted table if they are few enough, else
  /// some of them, the smallest and the largest always.
  public let knots: [Double]
  /// F at each knot, strictly increasing, above 0 and below 1.
  public let ranks: [Double]

  /// The most knots that are kept.
  public static let maximumKnotCount = 1024
  /// The fewest different numbers that have ranks; those of fewer hardly differ from the numbers.
  public static let minimumDistinctCount = 4

  /// The distribution function of these numbers (NaN left aside), or nil when fewer than
  /// `minimumDistinctCount` of them are different.
  ///
  /// Of more than `maximumKnotCount` different numbers those are kept that make the largest step of
  /// F between neighbouring knots least, steps between neighbouring numbers not counted, which no
  /// choice avoids. The error of F at the numbers left out is below that step, and 0 at all others.
  /// - Complexity: O(n log n).
  /// - Precondition: no number is infinite.
  public init?(fitting values: [Double]) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    var distinct: [Double] = []
    // Twice the count below plus the count equal: whole numbers, and 2n times F.
    var doubledRanks: [Int] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count && sorted[end] == sorted[start] { end += 1 }
      distinct.append(sorted[start])
      doubledRanks.append(start + end)
      start = end
    }
    guard distinct.count >= Self.minimumDistinctCount else { return nil }
    let kept = Self.places(of: doubledRanks, atMost: Self.maximumKnotCount)
    let total = Double(2 * sorted.count)
    knots = kept.map { distinct[$0] }
    ranks = kept.map { Double(doubledRanks[$0]) / total }
  }

  /// F at a finite number.
  ///
  /// - Complexity: O(log(knots.count)).
  public func rank(of value: Double) -> Double {
    PiecewiseLinear.value(at: value, knots: knots, values: ranks)
  }

  /// (F(x) − ½)·√12, within ±√3, of a finite number.
  ///
  /// - Complexity: O(log(knots.count)).
  public func coordinate(of value: Double) -> Double {
    (rank(of: value) - 0.5) * 12.0.squareRoot()
  }

  /// The coordinates of the smallest and the largest number.
  var coordinateRange: (low: Double, high: Double) {
    (coordinate(of: knots[0]), coordinate(of: knots[knots.count - 1]))
  }

  /// Places in an increasing list, first and last among them, that make the largest step least.
  private static func places(of levels: [Int], atMost limit: Int) -> [Int] {
    guard levels.count > limit else { return Array(levels.indices) }
    // Going as far as a step allows, and to the neighbour where it allows none, takes the fewest
    // places for that step.
    func places(step: Int) -> [Int] {
      var result = [0]
      var last = 0
      for place in levels.indices.dropFirst() {
        if place + 1 < levels.count && levels[place + 1] - levels[last] <= step { continue }
        result.append(place)
        last = place
      }
      return result
    }
    var (low, high) = (0, levels[levels.count - 1] - levels[0])
    while low < high {
      let middle = (low + high) / 2
      if places(step: middle).count <= limit { high = middle } else { low = middle + 1 }
    }
    return places(step: high)
  }
}

extension RankMap {
  /// Reads knots and ranks, and refuses what no column of numbers gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    knots = try container.numbers(forKey: .knots)
    ranks = try container.numbers(forKey: .ranks)
    func isIncreasing(_ values: [Double]) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    }
    guard knots.count == ranks.count, (2...Self.maximumKnotCount).contains(knots.count),
      isIncreasing(knots), isIncreasing(ranks), knots.allSatisfy(\.isFinite), ranks[0] > 0,
      ranks[ranks.count - 1] < 1
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the ranks are damaged"))
    }
  }
}
