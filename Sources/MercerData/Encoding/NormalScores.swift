import RealModule

/// Normal scores of a column of numbers: a number becomes Φ⁻¹(F(x)), with F its empirical
/// distribution function (`RankMap`) and Φ that of the standard normal distribution.
///
/// If the numbers were drawn from one continuous distribution, the coordinate is standard normal;
/// like ranks it stays the same when the column is put through a strictly increasing function, but
/// it leaves the ends of the column more room. Scores are linear between the knots of F and constant
/// beyond the first and the last.
/// - Source: Van der Waerden, Order tests for the two-sample problem (1952); with mid-ranks in place
///   of i/(n + 1).
public struct NormalScores: Sendable, Equatable, Codable {
  /// The numbers at which scores are kept, those of the distribution function.
  public let knots: [Double]
  /// Φ⁻¹(F) at each knot, strictly increasing.
  public let scores: [Double]

  /// The scores of a distribution function.
  ///
  /// - Complexity: O(knots).
  public init(of distribution: RankMap) {
    knots = distribution.knots
    scores = distribution.ranks.map(StandardNormal.quantile)
  }

  /// Φ⁻¹(F(x)) of a finite number.
  ///
  /// - Complexity: O(log(knots.count)).
  public func coordinate(of value: Double) -> Double {
    PiecewiseLinear.value(at: value, knots: knots, values: scores)
  }

  /// The number whose score is this: the inverse of `coordinate(of:)` between the first and the last
  /// knot, and those beyond the scores of the two.
  ///
  /// - Complexity: O(log(knots.count)).
  public func value(ofScore score: Double) -> Double {
    PiecewiseLinear.value(at: score, knots: scores, values: knots)
  }

  /// The mean of the numbers with these scores, which must not decrease.
  ///
  /// - Complexity: O(count), times the logarithm of the knots between two scores.
  func meanValue(ofScores count: Int, _ score: (Int) -> Double) -> Double {
    var (sum, place) = (0.0, 0)
    for index in 0..<count {
      let score = score(index)
      place = PiecewiseLinear.firstPlace(notBelow: score, in: scores, from: place)
      // Divided first, as the sum of large numbers may overflow.
      sum +=
        PiecewiseLinear.value(at: score, before: place, knots: scores, values: knots)
        / Double(count)
    }
    return sum
  }
}

extension NormalScores {
  private enum CodingKeys: CodingKey {
    case knots, scores
  }

  /// Reads knots and scores, and refuses what no column of numbers gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    knots = try container.decode([Double].self, forKey: .knots)
    scores = try container.decode([Double].self, forKey: .scores)
    func isIncreasing(_ values: [Double]) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    }
    guard knots.count == scores.count, (2...RankMap.maximumKnotCount).contains(knots.count),
      isIncreasing(knots), isIncreasing(scores), (knots + scores).allSatisfy(\.isFinite)
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the normal scores are damaged"))
    }
  }
}

/// The standard normal distribution.
enum StandardNormal {
  /// x with Φ(x) = p, for p in (0, 1), to a few units in the last place.
  ///
  /// - Source: Abramowitz and Stegun, Handbook of mathematical functions (1964), eq. 26.2.23, to
  ///   start with; then Halley's iteration on Φ(x) − p.
  static func quantile(_ p: Double) -> Double {
    // The lesser tail keeps its digits, and 1 − p is exact above ½.
    let tail = min(p, 1 - p)
    let t = (-2 * Double.log(tail)).squareRoot()
    var x =
      (2.515517 + t * (0.802853 + t * 0.010328))
      / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    // The start is within 5·10⁻⁴ and each step cubes the error.
    for _ in 0..<2 {
      let error = Double.erfc(-x / 2.0.squareRoot()) / 2 - tail
      let step = error * (2 * Double.pi).squareRoot() * Double.exp(x * x / 2)
      x -= step / (1 + x * step / 2)
    }
    return p <= 0.5 ? x : -x
  }
}
