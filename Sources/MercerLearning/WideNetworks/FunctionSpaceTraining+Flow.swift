public import MercerCore
import RealModule

extension FunctionSpaceTraining {
  /// Gradient flow to each of some times.
  ///
  /// The method is explicit, so that its steps are at most some 3.3 over the product of the largest
  /// eigenvalue of Θ and the curvature of the loss.
  ///
  /// - Parameters:
  ///   - times: ascending, finite, at least 0.
  ///   - tolerance: of one step, relative to the largest output (and to its change in the step), above 0.
  ///   - maximumSteps: the most that are taken, rejected ones among them.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: 12 n² k operations a step.
  /// - Throws: `.invalidParameter` for times or a tolerance out of range, `.didNotConverge` when the
  ///   steps do not suffice.
  /// - Source: Dormand and Prince 1980, A family of embedded Runge–Kutta formulae: order 5 with the
  ///   error by order 4; step control of Hairer, Nørsett and Wanner, Solving Ordinary Differential
  ///   Equations I (1993), sec. II.4.
  public func flow(
    to times: [Double], tolerance: Double = 1e-9, maximumSteps: Int = 100_000,
    context: ExecutionContext = .default
  ) throws(MercerError) -> [State] {
    guard tolerance > 0, tolerance < 1, maximumSteps > 0 else {
      throw MercerError(
        .invalidParameter,
        "tolerance must be between 0 and 1 and steps be allowed, not \(tolerance)")
    }
    guard times.allSatisfy({ $0 >= 0 && $0.isFinite }), zip(times, times.dropFirst()).allSatisfy(<=)
    else {
      throw MercerError(.invalidParameter, "times of training must be finite and ascending")
    }
    var run = FlowRun(self)
    var states: [State] = []
    for time in times {
      try run.advance(
        to: time, tolerance: tolerance, maximumSteps: maximumSteps, of: self, context)
      states.append(
        State(
          time: time, coefficients: run.coefficients, outputs: run.outputs,
          loss: loss.value(at: run.outputs), stepCount: run.steps))
    }
    return states
  }
}

/// An integration under way.
private struct FlowRun {
  var time = 0.0
  var coefficients: Matrix<Double>
  var outputs: Matrix<Double>
  var steps = 0
  /// The next step, before it is cut to end at a time that was asked for.
  private var step = 0.0
  /// da/dt and df/dt here, once they are known.
  private var slope: (a: Matrix<Double>, f: Matrix<Double>)?

  init(_ training: FunctionSpaceTraining) {
    outputs = training.start
    coefficients = Matrix(
      rowCount: outputs.rowCount, columnCount: outputs.columnCount)
  }

  mutating func advance(
    to end: Double, tolerance: Double, maximumSteps: Int, of training: FunctionSpaceTraining,
    _ context: ExecutionContext
  ) throws(MercerError) {
    func slopes(
      _ f: Matrix<Double>
    ) throws(MercerError) -> (a: Matrix<Double>, f: Matrix<Double>) {
      let a = training.loss.gradient(at: f).scaled(by: -1)
      return (a, try training.kernel.multiplied(by: a, context: context))
    }
    if slope == nil {
      slope = try slopes(outputs)
      let trace = training.kernel.diagonal.reduce(0, +)
      step = trace > 0 ? 1 / trace : end
    }
    while time < end {
      try context.checkCancellation()
      guard steps < maximumSteps else {
        throw MercerError(
          .didNotConverge,
          "the training equation reached time \(time) of \(end) in \(maximumSteps) steps",
          remedy: "allow more steps, a larger tolerance, or a shorter time")
      }
      steps += 1
      guard let first = slope else { return }
      let isLast = step >= end - time
      let h = isLast ? end - time : step
      var stages = [first]
      for row in DormandPrince.stages {
        stages.append(try slopes(outputs.adding(combination(row, stages.map { $0.f }, h))))
      }
      // The last stage is at the new point.
      let change = combination(DormandPrince.stages[5], stages.map { $0.f }, h)
      let missed = largest(combination(DormandPrince.error, stages.map { $0.f }, h))
      let scale = tolerance * (max(largest(outputs), largest(change)) + h * largest(first.f))
      let error = missed / max(scale, .leastNormalMagnitude)
      let isAccepted = error <= 1
      if isAccepted {
        time = isLast ? end : time + h
        outputs = outputs.adding(change)
        coefficients = coefficients.adding(
          combination(DormandPrince.stages[5], stages.map { $0.a }, h))
        slope = stages[6]
      }
      // Outputs that overflow within a step are an error that is not finite.
      let factor = error > 0 ? 0.9 * Double.pow(error, -0.2) : error == 0 ? 5 : 0.2
      let next = h * min(isAccepted ? 5 : 1, max(0.2, factor))
      // A step that was cut short says nothing against the one before.
      step = isLast && isAccepted ? max(step, next) : (next.isFinite ? next : h * 0.2)
    }
  }

  private func largest(_ matrix: Matrix<Double>) -> Double {
    matrix.withUnsafeBufferPointer { Double.largestMagnitude($0) }
  }

  /// h Σ wᵢ Mᵢ.
  private func combination(
    _ weights: [Double], _ matrices: [Matrix<Double>], _ h: Double
  ) -> Matrix<Double> {
    var sum = Matrix<Double>(rowCount: outputs.rowCount, columnCount: outputs.columnCount)
    sum.withUnsafeMutableBufferPointer { sum in
      guard let target = sum.baseAddress else { return }
      for (weight, matrix) in zip(weights, matrices) where weight != 0 {
        matrix.withUnsafeBufferPointer { source in
          guard let source = source.baseAddress else { return }
          Double.axpy(count: sum.count, alpha: h * weight, x: source, y: target)
        }
      }
    }
    return sum
  }
}

/// The coefficients of Dormand and Prince 5(4).
private enum DormandPrince {
  /// The weights of earlier slopes in each later stage; the last row is the solution of order 5.
  static let stages: [[Double]] = [
    [1.0 / 5],
    [3.0 / 40, 9.0 / 40],
    [44.0 / 45, -56.0 / 15, 32.0 / 9],
    [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
    [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
    [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
  ]
  /// The solution of order 5 less that of order 4.
  static let error: [Double] = [
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
  ]
}
