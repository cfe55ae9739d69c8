public import MercerCore

/// Minimises a smooth function of a few to many thousand variables, within box bounds if there are any.
///
/// Limited-memory BFGS: the two-loop recursion over the last steps, and a line search for the
/// strong Wolfe conditions. Bounds are kept by projection onto the active set: variables at a bound
/// that the gradient pushes against stay there, the recursion runs over the others, and a step ends
/// at the first bound it meets.
///
/// Where the objective is not finite, the step is shortened; so an objective may answer `.infinity`
/// where it is not defined.
/// - Complexity: O(historyCount · variables) a step, besides the objective; no allocation that
///   grows with the number of steps but the report.
/// - Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 3.5, 3.6 and 7.4.
public struct LBFGS: Sendable, Equatable {
  /// How many steps the recursion remembers, at least 1.
  public var historyCount = 10
  /// The most steps.
  public var iterationLimit = 200
  /// The most evaluations of the objective in one line search.
  public var lineSearchLimit = 30
  /// Converged when no component of the projected gradient is larger.
  public var gradientTolerance = 1e-6
  /// Stops when a step lowers the value by no more than this share of its magnitude (of 1 where
  /// that is less).
  public var valueTolerance = 1e-14
  /// c₁: the share of the decrease promised by the slope that a step must give.
  public var sufficientDecrease = 1e-4
  /// c₂: the share of the slope that may be left after a step; between c₁ and 1.
  public var curvature = 0.9

  /// A minimiser with the usual settings.
  public init() {}

  /// The value of the objective at a point and its gradient there.
  public struct Evaluation: Sendable {
    /// The value; `.infinity` or NaN where the objective is not defined.
    public let value: Double
    /// One component a variable; of no meaning where the value is not finite.
    public let gradient: [Double]

    /// A value with its gradient.
    public init(value: Double, gradient: [Double]) {
      self.value = value
      self.gradient = gradient
    }

    var isFinite: Bool { value.isFinite && gradient.allSatisfy(\.isFinite) }
  }

  /// Why the minimiser stopped.
  public enum StopReason: String, Sendable, Codable {
    /// The projected gradient is within the tolerance.
    case gradientTolerance
    /// The last step hardly lowered the value.
    case valueTolerance
    /// No step along the steepest descent lowers the value: rounding decides here.
    case noDecrease
    /// The limit on steps came first.
    case iterationLimit
  }

  /// Where the minimiser stopped, and how it got there.
  public struct Minimum: Sendable {
    /// The point with the least value found, within the bounds.
    public let point: [Double]
    /// The value there.
    public let value: Double
    /// The gradient there.
    public let gradient: [Double]
    /// The largest magnitude in the projected gradient: components at an active bound do not count.
    public let projectedGradientNorm: Double
    /// Steps taken.
    public let iterations: Int
    /// Evaluations of the objective.
    public let evaluations: Int
    /// Why it stopped.
    public let stopReason: StopReason
  }

  /// Minimises the objective from a point.
  ///
  /// - Parameters:
  ///   - start: the first point; moved to the nearest one within the bounds.
  ///   - bounds: one closed range a variable, which may be infinite; nil for none.
  ///   - context: for cancellation alone, which is looked at before each evaluation.
  ///   - objective: the function. What it throws is passed on.
  /// - Throws: `.shapeMismatch` when bounds or gradient are not as many as the variables,
  ///   `.invalidParameter` for settings out of range, `.didNotConverge` when the objective is not
  ///   finite at the start, `.cancelled`.
  public func minimize(
    from start: [Double], bounds: [ClosedRange<Double>]? = nil,
    context: ExecutionContext = .default,
    _ objective: ([Double]) throws(MercerError) -> Evaluation
  ) throws(MercerError) -> Minimum {
    try check(start, bounds)
    let box = Box(bounds: bounds)
    var evaluations = 0
    func evaluate(_ point: [Double]) throws(MercerError) -> Evaluation {
      try context.checkCancellation()
      evaluations += 1
      let result = try objective(point)
      guard !result.value.isFinite || result.gradient.count == point.count else {
        throw MercerError(
          .shapeMismatch,
          "the gradient has \(result.gradient.count) components for \(point.count) variables")
      }
      return result
    }
    var x = box.projected(start)
    var current = try evaluate(x)
    guard current.isFinite else {
      throw MercerError(.didNotConverge, "the objective is not finite at the starting point")
    }
    var history = CurvatureHistory(limit: historyCount)
    var iterations = 0
    var stopReason = StopReason.iterationLimit
    while true {
      if box.projectedGradientNorm(x, current.gradient) <= gradientTolerance {
        stopReason = .gradientTolerance
        break
      }
      guard iterations < iterationLimit else { break }
      let direction = box.descentDirection(at: x, current.gradient, history)
      let line = Line(origin: x, direction: direction, box: box)
      // The first step has no curvature to go by: at most of length 1.
      let guess = history.isEmpty ? min(1, 1 / norm(direction)) : 1
      let search = WolfeSearch(
        sufficientDecrease: sufficientDecrease, curvature: curvature, limit: lineSearchLimit)
      guard
        let step = try search.step(
          along: line, from: current, firstStep: guess, evaluate)
      else {
        if history.isEmpty {
          stopReason = .noDecrease
          break
        }
        history.removeAll()  // Once more along the steepest descent before giving up.
        continue
      }
      history.append(
        step: subtract(step.point, x), change: subtract(step.evaluation.gradient, current.gradient))
      let decrease = current.value - step.evaluation.value
      x = step.point
      current = step.evaluation
      iterations += 1
      if decrease <= valueTolerance * max(abs(current.value), 1),
        box.projectedGradientNorm(x, current.gradient) > gradientTolerance
      {
        stopReason = .valueTolerance
        break
      }
    }
    return Minimum(
      point: x, value: current.value, gradient: current.gradient,
      projectedGradientNorm: box.projectedGradientNorm(x, current.gradient),
      iterations: iterations, evaluations: evaluations, stopReason: stopReason)
  }

  private func check(_ start: [Double], _ bounds: [ClosedRange<Double>]?) throws(MercerError) {
    guard bounds == nil || bounds?.count == start.count else {
      throw MercerError(
        .shapeMismatch, "\(start.count) variables have \(bounds?.count ?? 0) bounds")
    }
    guard start.allSatisfy(\.isFinite) else {
      throw MercerError(.invalidParameter, "the starting point is not finite")
    }
    guard historyCount >= 1, iterationLimit >= 0, lineSearchLimit >= 1, gradientTolerance >= 0,
      valueTolerance >= 0, 0 < sufficientDecrease, sufficientDecrease < curvature, curvature < 1
    else {
      throw MercerError(
        .invalidParameter,
        "L-BFGS needs limits of at least 1, tolerances of at least 0, and 0 < c₁ < c₂ < 1")
    }
  }
}
