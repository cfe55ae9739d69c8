/// The kernel density integral transform of a column of numbers: the integral of a kernel density
/// estimate from the smallest number to x.
///
/// With a wide kernel the estimate is flat and the coordinate is x itself, bounded by the smallest
/// and the largest number; with a narrow one it is the rank of x. Between, it is near linear where
/// numbers are dense and bends where they are not. The coordinate is standardised, and constant
/// beyond the smallest and the largest number.
///
/// The kernel's deviation is α times that of the column, and its form that of `SmoothedDistribution`.
/// Kept are values and slopes at some knots, and a cubic between each two (Fritsch and Carlson,
/// Monotone piecewise cubic interpolation, 1980, for slopes that keep it monotone).
/// - Source: McCarter, The kernel density integral transformation (2023, arXiv 2309.10194).
public struct DensityIntegralMap: Sendable, Equatable, Codable {
  /// Places on the scale (x − mean) / deviation, strictly increasing, at least 2.
  public let knots: [Double]
  /// The coordinate at each knot, not decreasing.
  public let values: [Double]
  /// The derivative at each knot, not negative.
  public let slopes: [Double]

  /// The most knots that are kept.
  public static let maximumKnotCount = 1024
  /// The error of the interpolation, as a share of the whole integral, that is sought.
  private static let tolerance = 1e-5

  /// The transform of a column, or nil when fewer than `RankMap.minimumDistinctCount` of its numbers
  /// are different.
  ///
  /// - Parameters:
  ///   - standardised: (x − mean) / deviation of each row; NaN is left aside.
  ///   - bandwidth: α, the kernel's deviation in those of the column, from 10⁻³ to 10³.
  /// - Complexity: O(n log n).
  /// - Precondition: no number is infinite.
  public init?(fitting standardised: [Double], bandwidth: Double) {
    var points: [Double] = []
    var counts: [Double] = []
    for value in standardised.filter({ !$0.isNaN }).sorted() {
      if value == points.last {
        counts[counts.count - 1] += 1
      } else {
        points.append(value)
        counts.append(1)
      }
    }
    guard points.count >= RankMap.minimumDistinctCount else { return nil }
    let distribution = SmoothedDistribution(points: points, counts: counts, deviation: bandwidth)
    let first = distribution.value(at: points[0]).share
    let whole = distribution.value(at: points[points.count - 1]).share - first
    guard whole > 0 else { return nil }
    var tolerance = Self.tolerance
    var knots = Self.knots(of: distribution, step: bandwidth, tolerance: tolerance * whole)
    while knots.count > Self.maximumKnotCount {
      tolerance *= 2
      knots = Self.knots(of: distribution, step: bandwidth, tolerance: tolerance * whole)
    }
    // Moments over the rows, so that two rows differ by √2 in the root mean square.
    let shares = points.map { (distribution.value(at: $0).share - first) / whole }
    let total = counts.reduce(0, +)
    let mean = zip(shares, counts).reduce(0) { $0 + $1.0 * $1.1 } / total
    let variance =
      zip(shares, counts).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / total
    let deviation = variance.squareRoot()
    guard deviation > 0 else { return nil }
    self.knots = knots.map(\.place)
    // Rounding may turn a flat stretch into a falling one.
    var highest = -Double.infinity
    values = knots.map {
      highest = max(highest, (($0.share - first) / whole - mean) / deviation)
      return highest
    }
    slopes = knots.map { max(0, $0.density / whole / deviation) }
  }

  /// The coordinate of a finite number, given as (x − mean) / deviation.
  ///
  /// - Complexity: O(log(knots.count)).
  public func coordinate(ofStandardised z: Double) -> Double {
    let high = PiecewiseLinear.firstPlace(notBelow: z, in: knots)
    if high == 0 { return values[0] }
    if high == knots.count { return values[high - 1] }
    let width = knots[high] - knots[high - 1]
    let value = Self.cubic(
      at: (z - knots[high - 1]) / width, values[high - 1], values[high], slopes[high - 1] * width,
      slopes[high] * width)
    return min(values[high], max(values[high - 1], value))
  }

  /// Hermite's cubic on [0, 1], its slopes limited to three times the secant's, within which it is
  /// monotone.
  private static func cubic(
    at t: Double, _ left: Double, _ right: Double, _ leftSlope: Double, _ rightSlope: Double
  ) -> Double {
    let rise = right - left
    let (a, b) = (min(leftSlope, 3 * rise), min(rightSlope, 3 * rise))
    return left + t * (a + t * (3 * rise - 2 * a - b + t * (a + b - 2 * rise)))
  }

  private struct Knot {
    let place: Double
    let share: Double
    let density: Double
  }

  /// Halves the range until a cubic is within the tolerance on each part.
  private static func knots(
    of distribution: SmoothedDistribution, step: Double, tolerance: Double
  ) -> [Knot] {
    func knot(_ place: Double) -> Knot {
      let (share, density) = distribution.value(at: place)
      return Knot(place: place, share: share, density: density)
    }
    func isFine(_ left: Knot, _ right: Knot) -> Bool {
      // Monotone between the same two values, no curve is further off.
      if right.share - left.share <= tolerance { return true }
      let width = right.place - left.place
      // Wider than the kernel, three samples could miss what lies between.
      guard width <= step else { return false }
      return [0.25, 0.5, 0.75].allSatisfy { t in
        let value = cubic(
          at: t, left.share, right.share, left.density * width, right.density * width)
        return abs(value - distribution.value(at: left.place + t * width).share) <= tolerance
      }
    }
    let points = distribution.points
    var result = [knot(points[0])]
    var pending = [knot(points[points.count - 1])]
    while let right = pending.last {
      let left = result[result.count - 1]
      let middle = left.place + (right.place - left.place) / 2
      if isFine(left, right) || middle <= left.place || middle >= right.place {
        result.append(right)
        pending.removeLast()
        if result.count > maximumKnotCount { return result }
      } else {
        pending.append(knot(middle))
      }
    }
    return result
  }
}

extension DensityIntegralMap {
  private enum CodingKeys: CodingKey {
    case knots, values, slopes
  }

  /// Reads a transform, and refuses what no column of numbers gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    knots = try container.numbers(forKey: .knots)
    values = try container.numbers(forKey: .values)
    slopes = try container.numbers(forKey: .slopes)
    guard knots.count == values.count, knots.count == slopes.count,
      (2...Self.maximumKnotCount).contains(knots.count),
      zip(knots, knots.dropFirst()).allSatisfy({ $0 < $1 }),
      zip(values, values.dropFirst()).allSatisfy({ $0 <= $1 }),
      (knots + values).allSatisfy(\.isFinite), slopes.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "the integral is damaged"))
    }
  }
}
