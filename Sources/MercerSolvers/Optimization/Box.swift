/// The set of points between bounds, and what a descent within it needs to know.
struct Box {
  /// One range a variable; nil when nothing is bounded.
  let bounds: [ClosedRange<Double>]?

  /// The nearest point of the box.
  func projected(_ x: [Double]) -> [Double] {
    guard let bounds else { return x }
    return x.indices.map { min(max(x[$0], bounds[$0].lowerBound), bounds[$0].upperBound) }
  }

  /// Whether a move of this sign in the variable leaves the box at once.
  private func blocks(_ i: Int, at x: Double, moving direction: Double) -> Bool {
    guard let bounds else { return false }
    return direction < 0 && x <= bounds[i].lowerBound || direction > 0 && x >= bounds[i].upperBound
  }

  /// The largest component of the gradient among variables that can move down it.
  func projectedGradientNorm(_ x: [Double], _ gradient: [Double]) -> Double {
    gradient.indices.reduce(0) {
      blocks($1, at: x[$1], moving: -gradient[$1]) ? $0 : max($0, abs(gradient[$1]))
    }
  }

  /// A descent direction along which the box allows a step of positive length, unless the projected
  /// gradient is zero.
  func descentDirection(
    at x: [Double], _ gradient: [Double], _ history: CurvatureHistory
  ) -> [Double] {
    var free = gradient.indices.map { !blocks($0, at: x[$0], moving: -gradient[$0]) }
    let steepest = gradient.indices.map { free[$0] ? -gradient[$0] : 0 }
    if history.isEmpty { return steepest }
    // A quasi-Newton direction may push a variable out of the box although its gradient does not:
    // such a variable rests for this step. Each round frees none, so there are few.
    while free.contains(true) {
      let direction = history.direction(for: gradient, free: free)
      let pushed = direction.indices.filter { blocks($0, at: x[$0], moving: direction[$0]) }
      if pushed.isEmpty {
        let slope = dot(direction, gradient)
        return slope < 0 && slope.isFinite ? direction : steepest
      }
      for i in pushed { free[i] = false }
    }
    return steepest
  }
}

/// The points x + t d, t from 0 to where they leave the box.
struct Line {
  let origin: [Double]
  let direction: [Double]
  let box: Box
  /// The largest t within the box; may be infinite.
  let longestStep: Double

  init(origin: [Double], direction: [Double], box: Box) {
    self.origin = origin
    self.direction = direction
    self.box = box
    var longest = Double.infinity
    if let bounds = box.bounds {
      for i in origin.indices where direction[i] != 0 {
        let edge = direction[i] > 0 ? bounds[i].upperBound : bounds[i].lowerBound
        longest = min(longest, (edge - origin[i]) / direction[i])
      }
    }
    longestStep = longest
  }

  /// The point for t; at the longest step, the variable that stops it lies on its bound exactly.
  func point(_ t: Double) -> [Double] {
    var point = origin
    add(t, direction, to: &point)
    if t >= longestStep, let bounds = box.bounds {
      for i in point.indices where direction[i] != 0 {
        let edge = direction[i] > 0 ? bounds[i].upperBound : bounds[i].lowerBound
        if (edge - origin[i]) / direction[i] <= longestStep { point[i] = edge }
      }
    }
    return box.projected(point)
  }
}
