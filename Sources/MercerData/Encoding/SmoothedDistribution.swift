import RealModule

/// The distribution function of a kernel density estimate, exactly and fast at any place.
///
/// The kernel is K(u) = Σₖ₌₀⁴ |u|ᵏ/k! · exp(−|u|) / (10 h), u = (x − xᵢ)/h, near a normal density of
/// deviation √14 h. Its distribution function is such a sum, too, so the sums over all xᵢ to the left
/// of a place, Σᵢ uᵏ exp(−u), follow from those at the next xᵢ to the left by the binomial formula,
/// and all terms are positive.
/// - Source: Hofmeyr, Fast exact evaluation of univariate kernel sums (2019, arXiv 1806.00690).
struct SmoothedDistribution {
  /// The highest power of the kernel.
  private static let degree = 4
  private static let width = degree + 1

  /// The different numbers, increasing.
  let points: [Double]
  /// How many rows have each.
  let counts: [Double]
  private let scale: Double
  private let total: Double
  /// Rows at or before each point.
  private let countsBefore: [Double]
  /// For each point `width` sums over it and the points to its left, in the same way to its right.
  private let leftSums: [Double]
  private let rightSums: [Double]

  /// - Parameters:
  ///   - points: the different numbers, increasing, at least 1.
  ///   - counts: how many rows have each.
  ///   - deviation: the standard deviation of the kernel.
  /// - Complexity: O(points).
  init(points: [Double], counts: [Double], deviation: Double) {
    self.points = points
    self.counts = counts
    let scale = deviation / 14.0.squareRoot()
    self.scale = scale
    total = counts.reduce(0, +)
    var before = 0.0
    countsBefore = counts.map {
      before += $0
      return before
    }
    func sums(_ places: some Sequence<Int>) -> [Double] {
      var result = [Double](repeating: 0, count: points.count * Self.width)
      var sums = [Double](repeating: 0, count: Self.width)
      var last: Int?
      for place in places {
        if let last { Self.move(&sums, by: abs(points[place] - points[last]) / scale) }
        sums[0] += counts[place]
        for k in 0..<Self.width { result[place * Self.width + k] = sums[k] }
        last = place
      }
      return result
    }
    leftSums = sums(points.indices)
    rightSums = sums(points.indices.reversed())
  }

  /// The sums at a place further away by `step` ≥ 0, in units of h.
  private static func move(_ sums: inout [Double], by step: Double) {
    guard step < 700 else {
      for k in sums.indices { sums[k] = 0 }
      return
    }
    let decay = Double.exp(-step)
    // Row k of Pascal's triangle from the highest down, so that lower sums are still the old ones.
    for k in (0..<width).reversed() {
      var (value, coefficient, power) = (0.0, 1.0, 1.0)
      for j in (0...k).reversed() {
        value += coefficient * power * sums[j]
        coefficient *= Double(j) / Double(k - j + 1)
        power *= step
      }
      sums[k] = decay * value
    }
  }

  /// The distribution function and its derivative at a place.
  ///
  /// - Complexity: O(log(points)).
  func value(at x: Double) -> (share: Double, density: Double) {
    var next = PiecewiseLinear.firstPlace(notBelow: x, in: points)
    if next < points.count && points[next] == x { next += 1 }
    var share = next > 0 ? countsBefore[next - 1] : 0
    var density = 0.0
    func add(_ sums: [Double], _ place: Int, sign: Double) {
      var moved = Array(sums[(place * Self.width)..<((place + 1) * Self.width)])
      Self.move(&moved, by: abs(x - points[place]) / scale)
      var factorial = 1.0
      for k in 0..<Self.width {
        if k > 0 { factorial *= Double(k) }
        // ∫ᵤ^∞ of the kernel is Σ (5 − k) uᵏ/k! · exp(−u) / 10.
        share += sign * Double(Self.width - k) * moved[k] / factorial / Double(2 * Self.width)
        density += moved[k] / factorial / (Double(2 * Self.width) * scale)
      }
    }
    if next > 0 { add(leftSums, next - 1, sign: -1) }
    if next < points.count { add(rightSums, next, sign: 1) }
    return (share / total, density / total)
  }
}
