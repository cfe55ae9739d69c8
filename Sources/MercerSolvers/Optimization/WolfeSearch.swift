import MercerCore

/// A line search for the strong Wolfe conditions.
///
/// - Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 3.5 and 3.6, with the
///   cubic interpolation of eq. 3.59.
struct WolfeSearch {
  let sufficientDecrease: Double
  let curvature: Double
  let limit: Int

  /// A point on the line and what was found there.
  struct Trial {
    let t: Double
    let point: [Double]
    let evaluation: LBFGS.Evaluation
    /// The derivative along the line.
    let slope: Double

    var value: Double { evaluation.value }
  }

  /// What decides whether a trial is good enough.
  private struct Conditions {
    let value: Double
    let slope: Double
    let c1: Double
    let c2: Double

    func decreases(_ trial: Trial) -> Bool { trial.value <= value + c1 * trial.t * slope }
    func isFlat(_ trial: Trial) -> Bool { abs(trial.slope) <= -c2 * slope }
  }

  /// A step that meets the conditions, or one that ends at a bound and still goes down, or the best
  /// one that decreases the value enough; nil when there is none.
  func step(
    along line: Line, from start: LBFGS.Evaluation, firstStep: Double,
    _ evaluate: ([Double]) throws(MercerError) -> LBFGS.Evaluation
  ) throws(MercerError) -> Trial? {
    let origin = Trial(
      t: 0, point: line.origin, evaluation: start, slope: dot(start.gradient, line.direction))
    guard origin.slope < 0, line.longestStep > 0 else { return nil }
    let conditions = Conditions(
      value: start.value, slope: origin.slope, c1: sufficientDecrease, c2: curvature)
    var remaining = limit
    var previous = origin
    var t = min(firstStep, line.longestStep)
    while remaining > 0 {
      remaining -= 1
      let trial = try self.trial(t, on: line, evaluate)
      if !conditions.decreases(trial) || (previous.t > 0 && trial.value >= previous.value) {
        return try zoom(previous, trial, line, conditions, &remaining, evaluate)
      }
      if conditions.isFlat(trial) { return trial }
      if trial.slope >= 0 {
        return try zoom(trial, previous, line, conditions, &remaining, evaluate)
      }
      if t >= line.longestStep { return trial }
      previous = trial
      t = min(2 * t, line.longestStep)
    }
    return previous.t > 0 ? previous : nil
  }

  /// Algorithm 3.6: `low` has the least value of those that decrease enough, and the minimum lies
  /// between it and `high`.
  private func zoom(
    _ low: Trial, _ high: Trial, _ line: Line, _ conditions: Conditions, _ remaining: inout Int,
    _ evaluate: ([Double]) throws(MercerError) -> LBFGS.Evaluation
  ) throws(MercerError) -> Trial? {
    var (low, high) = (low, high)
    while remaining > 0, abs(high.t - low.t) > Double.ulpOfOne * max(low.t, high.t) {
      remaining -= 1
      let trial = try self.trial(Self.interpolated(low, high), on: line, evaluate)
      if !conditions.decreases(trial) || trial.value >= low.value {
        high = trial
      } else {
        if conditions.isFlat(trial) { return trial }
        if trial.slope * (high.t - low.t) >= 0 { high = low }
        low = trial
      }
    }
    return low.t > 0 ? low : nil
  }

  private func trial(
    _ t: Double, on line: Line,
    _ evaluate: ([Double]) throws(MercerError) -> LBFGS.Evaluation
  ) throws(MercerError) -> Trial {
    let point = line.point(t)
    let evaluation = try evaluate(point)
    guard evaluation.isFinite else {
      // Not defined here: worse than anything, so that the search comes back.
      return Trial(
        t: t, point: point, evaluation: .init(value: .infinity, gradient: []), slope: .nan)
    }
    return Trial(
      t: t, point: point, evaluation: evaluation,
      slope: dot(evaluation.gradient, line.direction))
  }

  /// The minimum of the cubic through values and slopes at both ends, kept off the ends; the middle
  /// where there is none.
  private static func interpolated(_ a: Trial, _ b: Trial) -> Double {
    let middle = (a.t + b.t) / 2
    guard b.value.isFinite, b.slope.isFinite else { return a.t + (b.t - a.t) / 4 }
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t)
    let discriminant = d1 * d1 - a.slope * b.slope
    guard discriminant >= 0 else { return middle }
    let d2 = (b.t > a.t ? 1 : -1) * discriminant.squareRoot()
    let t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    let margin = 0.1 * abs(b.t - a.t)
    guard t.isFinite else { return middle }
    return min(max(t, min(a.t, b.t) + margin), max(a.t, b.t) - margin)
  }
}
