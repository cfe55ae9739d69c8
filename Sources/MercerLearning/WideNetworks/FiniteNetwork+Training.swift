public import MercerCore
import MercerKernels

extension FiniteNetwork {
  /// Trains all weights by full-batch gradient descent with momentum: v ← μ v − η ∂L/∂θ, θ ← θ + v.
  ///
  /// - Parameters:
  ///   - inputs: X, n × d.
  ///   - loss: of n rows and k outputs.
  ///   - steps: how many, at least 0.
  ///   - learningRate: η, above 0; that of each layer counts besides.
  ///   - momentum: μ, at least 0 and below 1.
  ///   - context: threads, memory limit and cancellation.
  ///   - onStep: called before each step, with its number from 0, and the outputs on the inputs then.
  /// - Returns: The outputs on the inputs at the end, n × k.
  /// - Complexity: 6 n operations a weight and step.
  /// - Throws: `.invalidParameter`, `.shapeMismatch`; `.invalidData` when training diverges.
  @discardableResult
  public mutating func train(
    inputs: Points<Double>, loss: some TrainingLoss, steps: Int, learningRate: Double,
    momentum: Double = 0, context: ExecutionContext = .default,
    onStep: (Int, Matrix<Double>) -> Void = { _, _ in }
  ) throws(MercerError) -> Matrix<Double> {
    try TrainingLength.descent(steps: steps, learningRate: learningRate, momentum: momentum)
      .validate()
    guard loss.rowCount == inputs.count, loss.outputCount == outputCount else {
      throw MercerError(
        .shapeMismatch,
        "a loss of \(loss.rowCount) rows and \(loss.outputCount) outputs does not fit "
          + "\(inputs.count) inputs and \(outputCount) outputs")
    }
    var velocities = layers.map { layer in
      Velocity(
        weights: Matrix(
          rowCount: momentum > 0 ? layer.weights.rowCount : 0,
          columnCount: layer.weights.columnCount),
        biases: [Double](repeating: 0, count: layer.biases.count))
    }
    for step in 0..<steps {
      try context.checkCancellation()
      let (outputs, passes) = try forward(inputs, context)
      onStep(step, outputs)
      let derivatives = try backward(loss.gradient(at: outputs), passes, context)
      for i in layers.indices {
        layers[i].descend(
          derivatives[i], input: passes[i].input, rate: learningRate * layers[i].dense.learningRate,
          momentum: momentum, velocity: &velocities[i])
      }
    }
    return try outputs(inputs, context: context)
  }

  /// v of one layer; without weights where there is no momentum.
  struct Velocity {
    var weights: Matrix<Double>
    var biases: [Double]
  }
}

extension FiniteNetwork.Layer {
  /// One step against the gradient, which is δᵀ a σw/√(fan-in) for the weights and σb Σ δ for the biases,
  /// with δ the derivatives by the units, n × units, and a the inputs.
  fileprivate mutating func descend(
    _ derivatives: Matrix<Double>, input: Matrix<Double>, rate: Double, momentum: Double,
    velocity: inout FiniteNetwork.Velocity
  ) {
    let (n, units, fanIn) = (input.rowCount, weights.rowCount, weights.columnCount)
    let factor = -rate * scale
    func addGradient(to target: UnsafeMutableBufferPointer<Double>, keeping share: Double) {
      derivatives.withUnsafeBufferPointer { d in
        input.withUnsafeBufferPointer { a in
          guard let d = d.baseAddress, let a = a.baseAddress, let c = target.baseAddress else {
            return
          }
          Double.gemm(
            transposeA: true, transposeB: false, m: units, n: fanIn, k: n, alpha: factor, a: d,
            lda: units, b: a, ldb: fanIn, beta: share, c: c, ldc: fanIn)
        }
      }
    }
    if momentum > 0 {
      velocity.weights.withUnsafeMutableBufferPointer { v in
        addGradient(to: v, keeping: momentum)
        weights.withUnsafeMutableBufferPointer { w in
          guard let v = v.baseAddress, let target = w.baseAddress else { return }
          Double.axpy(count: w.count, alpha: 1, x: v, y: target)
        }
      }
    } else {
      weights.withUnsafeMutableBufferPointer { addGradient(to: $0, keeping: 1) }
    }
    guard biasScale > 0 else { return }
    for j in 0..<units {
      let slope = derivatives.column(j).reduce(0, +)
      velocity.biases[j] = momentum * velocity.biases[j] - rate * biasScale * slope
      biases[j] += velocity.biases[j]
    }
  }
}
