/// By how much one predictor is better than another on the same rows, and how sure that is.
package struct PairedGain {
  /// The mean of what was lost less what is lost now, over the rows.
  package let mean: Double
  /// The standard error of this mean, from how much the rows differ. It is infinite for fewer than two rows.
  package let standardError: Double
  /// The mean as a share of what was lost.
  package let share: Double

  /// - Parameters:
  ///   - before: what was lost at each row.
  ///   - after: what is lost now, at the same rows in the same order.
  package init(from before: [Double], to after: [Double]) {
    let gains = zip(before, after).map { $0 - $1 }
    let count = Double(gains.count)
    let mean = gains.reduce(0, +) / count
    let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = count > 1 ? (squares / (count - 1) / count).squareRoot() : .infinity
    share = mean * count / before.reduce(0, +)
  }

  /// Whether the mean is more than so many of its standard errors.
  package func exceeds(errors: Double) -> Bool { mean > errors * standardError }
}
