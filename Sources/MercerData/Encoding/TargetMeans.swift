public import MercerCore

/// The mean target of each level of a category, drawn towards the mean of all rows where it rests on
/// few: what the level is worth, as a coordinate.
///
/// A row's target is taken as μ + b + e, with b the effect of its level, of variance τ² over levels,
/// and e the rest, of variance σ². The coordinate is the expectation of b/τ given the rows of the
/// level, n τ² / (n τ² + σ²) · (mean − μ) / τ. Levels that are well known are √2 apart in the root
/// mean square, as the values of any other column are; those in few rows, and all of a category that
/// tells nothing of the target (τ = 0), are at 0.
///
/// These coordinates know the targets of the rows they were made of. A row that is learned from must
/// not show its own: `outOfFold` gives it the mean of its level in other folds. Rows that are judged
/// must not be among those that means are made of at all: `TargetMeanFeatures.split`.
/// - Source: Micci-Barreca, A preprocessing scheme for high-cardinality categorical attributes (2001),
///   eqs. 3 to 5; μ, σ² and τ² by the method of moments, Searle, Casella and McCulloch, Variance
///   components (1992), sec. 3.6.
public struct TargetMeans: Sendable, Equatable {
  /// How much the means are drawn together.
  public enum Smoothing: Sendable, Equatable {
    /// By σ²/τ², estimated.
    case estimated
    /// As if σ²/τ² were this: so many rows weigh as much as the mean of all.
    case rows(Double)
  }

  /// What the effects of the levels on one target are drawn from.
  public struct Components: Sendable, Equatable {
    /// μ, the mean of all rows.
    public let mean: Double
    /// σ², the variance within a level.
    public let within: Double
    /// τ², the variance between levels, 0 where the levels differ no more than chance makes them.
    public let between: Double

    /// E[b/τ] of a level with this sum of weights and of weighted targets.
    fileprivate func coordinate(weight: Double, sum: Double) -> Double {
      guard between > 0, weight > 0 else { return 0 }
      let denominator = weight * between + within
      return (sum - weight * mean) * between.squareRoot() / denominator
    }
  }

  /// For each target, what effects are drawn from.
  public let components: [Components]
  /// One row a level, one column a target.
  public let coordinates: Matrix<Double>

  /// The number of folds of `outOfFold`.
  public static let foldCount = 5

  /// The means of some rows.
  ///
  /// - Parameters:
  ///   - codes: for each row its level, or −1 for none.
  ///   - levelCount: how many levels there are.
  ///   - targets: n × k.
  ///   - weights: one a row, positive, or nil when all count the same.
  ///   - smoothing: how far the means of small levels are drawn to the mean of all.
  /// - Complexity: O(n k).
  /// - Precondition: the counts agree and codes are below `levelCount`.
  public init(
    codes: [Int32], levelCount: Int, targets: Matrix<Double>, weights: [Double]? = nil,
    smoothing: Smoothing = .estimated
  ) {
    let sums = Sums(codes: codes, levelCount: levelCount, targets: targets, weights: weights)
    let components = sums.components(smoothing)
    self.components = components
    let k = targets.columnCount
    coordinates = Matrix(rowCount: levelCount, columnCount: k) { buffer in
      for level in 0..<levelCount {
        for j in 0..<k {
          buffer[level * k + j] = components[j].coordinate(
            weight: sums.weights[level], sum: sums.values[level * k + j])
        }
      }
    }
  }

  /// The coordinates of rows; 0 for a row without a level.
  ///
  /// - Returns: n × k.
  public func coordinates(of codes: [Int32]) -> Matrix<Double> {
    let k = coordinates.columnCount
    return Matrix(rowCount: codes.count, columnCount: k) { buffer in
      coordinates.withUnsafeBufferPointer { means in
        for (row, code) in codes.enumerated() {
          for j in 0..<k { buffer[row * k + j] = code < 0 ? 0 : means[Int(code) * k + j] }
        }
      }
    }
  }

  /// The coordinates of the very rows that the means are made of, each from the rows of its level
  /// that are in other folds: no row's coordinate depends on its own target (but for μ, σ² and τ²,
  /// which are made of all rows and shift or stretch all coordinates alike).
  ///
  /// - Parameters:
  ///   - codes: for each row its level, or −1 for none.
  ///   - levelCount: how many levels there are.
  ///   - targets: n × k.
  ///   - weights: one a row, positive, or nil when all count the same.
  ///   - smoothing: how far the means of small levels are drawn to the mean of all.
  ///   - groups: the group of each row, if rows of one group are to be in one fold.
  ///   - seed: decides which rows are in which of the `foldCount` folds.
  /// - Returns: n × k.
  /// - Complexity: O(n k).
  /// - Precondition: as for the means themselves.
  public static func outOfFold(
    codes: [Int32], levelCount: Int, targets: Matrix<Double>, weights: [Double]? = nil,
    smoothing: Smoothing = .estimated, groups: [Int]? = nil, seed: UInt64
  ) -> Matrix<Double> {
    let folds = folds(of: codes.count, groups: groups, seed: seed)
    let all = Sums(codes: codes, levelCount: levelCount, targets: targets, weights: weights)
    let components = all.components(smoothing)
    // The level of a row and its fold, as one code.
    let parts = Sums(
      codes: zip(codes, folds).map { $0 < 0 ? -1 : $0 * Int32(foldCount) + Int32($1) },
      levelCount: levelCount * foldCount, targets: targets, weights: weights)
    let k = targets.columnCount
    return Matrix(rowCount: codes.count, columnCount: k) { buffer in
      for (row, code) in codes.enumerated() {
        let level = Int(code)
        let part = level * foldCount + folds[row]
        for j in 0..<k {
          // Where all rows of a level are in one fold nothing is left, but perhaps a rounding error.
          let others = code < 0 ? 0 : all.counts[level] - parts.counts[part]
          buffer[row * k + j] =
            others == 0
            ? 0
            : components[j].coordinate(
              weight: all.weights[level] - parts.weights[part],
              sum: all.values[level * k + j] - parts.values[part * k + j])
        }
      }
    }
  }
}

extension TargetMeans {
  /// The fold of each row; rows, or groups in the order of their first rows, are dealt out at random.
  private static func folds(of count: Int, groups: [Int]?, seed: UInt64) -> [Int] {
    var numbers: [Int: Int] = [:]
    let parts = (0..<count).map { row in
      guard let group = groups?[row] else { return row }
      if let number = numbers[group] { return number }
      numbers[group] = numbers.count
      return numbers.count - 1
    }
    var stream = RandomStream(seed: seed, purpose: "target mean folds")
    var folds = [Int](repeating: 0, count: (parts.max() ?? -1) + 1)
    for (place, part) in stream.permutation(folds.count).enumerated() {
      folds[part] = place % foldCount
    }
    return parts.map { folds[$0] }
  }
}

/// Sums over the rows of each level.
private struct Sums {
  let targetCount: Int
  var counts: [Int]
  var weights: [Double]
  /// Levels × targets, of weighted targets.
  var values: [Double]
  /// For each target, of weighted squares about the mean of all rows with a level.
  var squares: [Double]
  var means: [Double]

  /// Weights are scaled to a mean of 1, so that a level's is its effective number of rows.
  init(codes: [Int32], levelCount: Int, targets: Matrix<Double>, weights rowWeights: [Double]?) {
    precondition(codes.count == targets.rowCount && rowWeights?.count ?? codes.count == codes.count)
    let k = targets.columnCount
    targetCount = k
    counts = [Int](repeating: 0, count: levelCount)
    weights = [Double](repeating: 0, count: levelCount)
    values = [Double](repeating: 0, count: levelCount * k)
    squares = [Double](repeating: 0, count: k)
    means = [Double](repeating: 0, count: k)
    let rows = codes.indices.filter { codes[$0] >= 0 }
    var total = 0.0
    for row in rows { total += rowWeights?[row] ?? 1 }
    guard total > 0 else { return }
    let unit = Double(rows.count) / total
    targets.withUnsafeBufferPointer { y in
      for row in rows {
        let level = Int(codes[row])
        let weight = (rowWeights?[row] ?? 1) * unit
        counts[level] += 1
        weights[level] += weight
        for j in 0..<k {
          values[level * k + j] += weight * y[row * k + j]
          means[j] += weight * y[row * k + j] / Double(rows.count)
        }
      }
      for row in rows {
        let weight = (rowWeights?[row] ?? 1) * unit
        for j in 0..<k {
          let difference = y[row * k + j] - means[j]
          squares[j] += weight * difference * difference
        }
      }
    }
  }

  func components(_ smoothing: TargetMeans.Smoothing) -> [TargetMeans.Components] {
    let levels = counts.indices.filter { counts[$0] > 0 }
    let n = Double(counts.reduce(0, +))
    let balance = n - weights.reduce(0) { $0 + $1 * $1 } / max(n, 1)
    return (0..<targetCount).map { j in
      let total = squares[j]
      if case .rows(let rows) = smoothing {
        let between = n > 0 ? total / n / (1 + rows) : 0
        return TargetMeans.Components(mean: means[j], within: between * rows, between: between)
      }
      var betweenSquares = 0.0
      for level in levels {
        let difference = values[level * targetCount + j] / weights[level] - means[j]
        betweenSquares += weights[level] * difference * difference
      }
      // Levels of one row each say nothing of the variance within one.
      let freedom = n - Double(levels.count)
      guard freedom > 0, balance > 0 else {
        return TargetMeans.Components(mean: means[j], within: n > 0 ? total / n : 0, between: 0)
      }
      let within = max(0, total - betweenSquares) / freedom
      let between = (betweenSquares - Double(levels.count - 1) * within) / balance
      return TargetMeans.Components(mean: means[j], within: within, between: max(0, between))
    }
  }
}
