import MercerData

/// Numbers that a regression says of rows, on the scale that it was fitted on or on the target's own.
struct ScaledNumbers: Sendable {
  var values: [Double]
  /// Bounds of intervals, lower ≤ value ≤ upper.
  var lower: [Double]
  var upper: [Double]
  /// σ of each.
  var deviations: [Double]

  /// The same numbers on the target's own scale: values by the mean of what may come back, bounds as
  /// they are, since quantiles go through an increasing function unchanged.
  ///
  /// - Parameter inverse: from the transformed target; nil when it was not transformed.
  /// - Complexity: O(`SmearedInverse.quantileCount`) a row.
  func inverted(by inverse: SmearedInverse?) -> ScaledNumbers {
    guard let inverse else { return self }
    let back = inverse.transform.inverse
    let means = values.map(inverse.mean)
    return ScaledNumbers(
      values: means,
      // Of a long tail the mean may lie beyond a bound.
      lower: zip(lower, means).map { min(back($0), $1) },
      upper: zip(upper, means).map { max(back($0), $1) },
      deviations: zip(values, deviations).map {
        inverse.transform.deviation($1, about: $0)
      })
  }
}
