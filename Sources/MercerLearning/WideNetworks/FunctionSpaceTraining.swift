public import MercerCore

/// Training of an infinitely wide network on any loss, in the space of its outputs:
/// df/dt = −Θ ∂L/∂f.
///
/// What is carried is a(t) = −∫ ∂L/∂f dt, n × k, as f(t) = f(0) + Θ a(t) on the training inputs and
/// f(0) + Θ(X*, X) a(t) on any other.
/// - Source: Jacot, Gabriel and Hongler 2018 (1806.07572), theorem 2; Lee et al. 2019 (1902.06720),
///   eqs. 5 and 6.
public struct FunctionSpaceTraining: Sendable {
  /// Θ of the training inputs, n × n.
  public let kernel: Matrix<Double>
  /// The loss.
  public let loss: any TrainingLoss
  /// The outputs on the training inputs at the start, n × k.
  public let start: Matrix<Double>

  /// Training from these outputs.
  ///
  /// - Parameters:
  ///   - kernel: Θ, n × n.
  ///   - loss: the loss, of n rows and k outputs.
  ///   - start: n × k; zeros, the mean of an ensemble, when left out.
  /// - Throws: `.shapeMismatch`, `.invalidData` for numbers that are not finite.
  public init(
    kernel: Matrix<Double>, loss: any TrainingLoss, start: Matrix<Double>? = nil
  ) throws(MercerError) {
    let n = loss.rowCount
    let outputs = start ?? Matrix(rowCount: n, columnCount: loss.outputCount)
    guard kernel.rowCount == n, kernel.columnCount == n, outputs.rowCount == n,
      outputs.columnCount == loss.outputCount, n > 0
    else {
      throw MercerError(
        .shapeMismatch,
        "a loss of \(n) rows and \(loss.outputCount) outputs does not fit a kernel matrix of "
          + "\(kernel.rowCount) × \(kernel.columnCount) and outputs of \(outputs.rowCount) × "
          + "\(outputs.columnCount) at the start")
    }
    guard kernel.isFinite, outputs.isFinite else {
      throw MercerError(.invalidData, "the kernel or the outputs at the start are not finite")
    }
    self.kernel = kernel
    self.loss = loss
    self.start = outputs
  }

  /// The training at one time.
  public struct State: Sendable {
    /// The time, or the number of steps.
    public let time: Double
    /// a, n × k.
    public let coefficients: Matrix<Double>
    /// The outputs on the training inputs, n × k.
    public let outputs: Matrix<Double>
    /// The loss.
    public let loss: Double
    /// How many steps were taken from the start.
    public let stepCount: Int

    /// The outputs on other inputs.
    ///
    /// - Parameters:
    ///   - cross: Θ of these m inputs (rows) and the training inputs (columns).
    ///   - start: the outputs there at the start, m × k; zeros when left out.
    ///   - context: threads, memory limit and cancellation.
    /// - Throws: `.shapeMismatch`.
    public func outputs(
      cross: Matrix<Double>, start: Matrix<Double>? = nil, context: ExecutionContext = .default
    ) throws(MercerError) -> Matrix<Double> {
      guard cross.columnCount == coefficients.rowCount,
        start.map({ $0.rowCount == cross.rowCount && $0.columnCount == coefficients.columnCount })
          ?? true
      else {
        throw MercerError(
          .shapeMismatch,
          "a kernel matrix of \(cross.rowCount) × \(cross.columnCount) does not fit "
            + "\(coefficients.rowCount) training inputs")
      }
      let learned = try cross.multiplied(by: coefficients, context: context)
      return start.map { $0.adding(learned) } ?? learned
    }
  }

  /// Full-batch gradient descent, v ← μ v − η ∂L/∂θ, θ ← θ + v, in function space.
  ///
  /// - Parameters:
  ///   - steps: how many, at least 0.
  ///   - learningRate: η, above 0.
  ///   - momentum: μ, at least 0 and below 1.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: 2 n² k operations a step.
  /// - Throws: `.invalidParameter` for a value out of range, `.didNotConverge` when outputs overflow.
  public func descent(
    steps: Int, learningRate: Double, momentum: Double = 0, context: ExecutionContext = .default
  ) throws(MercerError) -> State {
    try TrainingLength.descent(steps: steps, learningRate: learningRate, momentum: momentum)
      .validate()
    var outputs = start
    var coefficients = Matrix<Double>(rowCount: start.rowCount, columnCount: start.columnCount)
    var velocity = coefficients
    for step in 0..<steps {
      try context.checkCancellation()
      velocity = velocity.scaled(by: momentum).subtracting(
        loss.gradient(at: outputs).scaled(by: learningRate))
      coefficients = coefficients.adding(velocity)
      outputs = outputs.adding(try kernel.multiplied(by: velocity, context: context))
      guard outputs.isFinite else {
        throw MercerError(
          .didNotConverge, "training diverged at step \(step + 1)",
          remedy: "lower the learning rate")
      }
    }
    return State(
      time: Double(steps), coefficients: coefficients, outputs: outputs,
      loss: loss.value(at: outputs), stepCount: steps)
  }
}
