package import MercerCore

/// How much each of several regressions counts in their blend, found from residuals of rows that none
/// of them was fitted on.
package enum BlendWeights {
  /// The weights, of which those that are not 0 come first: candidates are in order of their scores.
  ///
  /// The plain mean of the best few is the rule; weights that make the squared error least are taken
  /// where they are better on rows that did not make them.
  /// - Parameters:
  ///   - residuals: one v × k matrix a candidate, best candidate first.
  ///   - limit: the most that may be blended.
  ///   - repeats: how often each row is among the v.
  ///   - score: from places among the v rows and blended residuals, what is to be least.
  /// - Source: Breiman, Stacked regressions (1996).
  package static func choose(
    _ residuals: [Matrix<Double>], limit: Int, repeats: Int = 1,
    score: ([Int], Matrix<Double>) -> Double
  ) -> [Double] {
    let count = residuals.count
    let v = residuals.first?.rowCount ?? 0
    let means = [1, 2, 3, 4, 6, 8].filter { $0 <= min(limit, count) }
    let plain = means.map { size in
      (0..<count).map { $0 < size ? 1 / Double(size) : 0 }
    }
    let all = Array(0..<v)
    let scores = plain.map { score(all, blended(residuals, $0)) }
    guard var mean = scores.indices.last else { return [] }
    // The largest mean varies least; a smaller one must be better beyond what is chance.
    let base = blended(residuals, plain[mean]).squaresOfRows
    for size in scores.indices where scores[size] < scores[mean] {
      let gain = zip(base, blended(residuals, plain[size]).squaresOfRows).map { $0 - $1 }
      let chance =
        gain.standardError * Double(repeats).squareRoot()
        / max(base.reduce(0, +) / Double(v), 1e-300)
      if scores[size] < scores[mean] * (1 - 3 * chance) { mean = size }
    }
    guard count > 1, v >= 200 else { return plain[mean] }
    let halves = [all.filter { $0 % 2 == 0 }, all.filter { $0 % 2 == 1 }]
    var (stacked, averaged) = (0.0, 0.0)
    for (fitted, judged) in [(halves[0], halves[1]), (halves[1], halves[0])] {
      let weights = stack(residuals.map { $0.rows(at: fitted) }, limit: limit)
      let others = residuals.map { $0.rows(at: judged) }
      stacked += score(judged, blended(others, weights))
      averaged += score(judged, blended(others, plain[mean]))
    }
    return stacked < 0.99 * averaged ? stack(residuals, limit: limit) : plain[mean]
  }

  /// Σ wᵢ Rᵢ.
  package static func blended(_ residuals: [Matrix<Double>], _ weights: [Double]) -> Matrix<Double>
  {
    var sum = Matrix<Double>(
      rowCount: residuals[0].rowCount, columnCount: residuals[0].columnCount)
    sum.withUnsafeMutableBufferPointer { sum in
      for (matrix, weight) in zip(residuals, weights) where weight != 0 {
        matrix.withUnsafeBufferPointer { terms in
          for index in sum.indices { sum[index] += weight * terms[index] }
        }
      }
    }
    return sum
  }

  /// The weights, none negative and 1 in sum, at most `limit` of them above 0, that make the square
  /// of the blended residuals least.
  package static func stack(_ residuals: [Matrix<Double>], limit: Int) -> [Double] {
    let count = residuals.count
    var products = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for i in 0..<count {
      for j in 0...i {
        let value = residuals[i].inner(residuals[j])
        products[i][j] = value
        products[j][i] = value
      }
    }
    var kept = Array(0..<count)
    while true {
      let weights = simplexMinimum(products, among: kept)
      let positive = kept.filter { weights[$0] > 1e-3 }
      if positive.count <= limit {
        let total = positive.reduce(0) { $0 + weights[$1] }
        return (0..<count).map { positive.contains($0) ? weights[$0] / total : 0 }
      }
      // Without the lightest, until few enough are left.
      kept = positive.sorted { weights[$0] > weights[$1] }.dropLast().sorted()
    }
  }

  /// The w ≥ 0 of sum 1 with least wᵀ P w, by exact steps along pairs of coordinates.
  private static func simplexMinimum(_ p: [[Double]], among kept: [Int]) -> [Double] {
    var w = [Double](repeating: 0, count: p.count)
    for i in kept { w[i] = 1 / Double(kept.count) }
    var gradient = p.indices.map { i in kept.reduce(0) { $0 + p[i][$1] * w[$1] } }
    for _ in 0..<2000 {
      // From the coordinate with weight that costs most to the one that costs least.
      guard let low = kept.min(by: { gradient[$0] < gradient[$1] }),
        let high = kept.filter({ w[$0] > 0 }).max(by: { gradient[$0] < gradient[$1] }),
        gradient[high] - gradient[low] > 1e-10 * abs(gradient[high])
      else { break }
      let curvature = p[low][low] + p[high][high] - 2 * p[low][high]
      let free = curvature > 0 ? (gradient[high] - gradient[low]) / curvature : w[high]
      let step = min(free, w[high])
      w[low] += step
      w[high] = step == w[high] ? 0 : w[high] - step
      for i in p.indices { gradient[i] += step * (p[i][low] - p[i][high]) }
    }
    return w
  }
}

extension Matrix<Double> {
  /// Σ aᵢⱼ bᵢⱼ.
  fileprivate func inner(_ other: Matrix<Double>) -> Double {
    withUnsafeBufferPointer { a in
      other.withUnsafeBufferPointer { b in
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
      }
    }
  }

  /// The sum of squares of each row.
  var squaresOfRows: [Double] {
    (0..<rowCount).map { row($0).reduce(0) { $0 + $1 * $1 } }
  }
}

extension [Double] {
  /// The standard error of the mean.
  fileprivate var standardError: Double {
    let n = Double(count)
    let mean = reduce(0, +) / n
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n / n).squareRoot()
  }
}
