import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import RealModule
import Testing

@Suite("Networks of finite width")
struct FiniteNetworkTests {
  private let x: Points<Double>

  init() {
    var stream = RandomStream(seed: 51, purpose: "finite networks")
    x = Points(stream.matrix(4, 3))
  }

  private func network(
    _ activation: any NetworkLayer, hidden: Int = 2
  ) throws -> Network {
    var layers: [any NetworkLayer] = []
    for depth in 0..<hidden {
      layers +=
        [
          try DenseLayer(
            weightVariance: 1.4, biasVariance: depth == 0 ? 0.3 : 0,
            learningRate: depth == 0 ? 0.5 : 1), activation,
        ] as [any NetworkLayer]
    }
    return try Network(layers + [DenseLayer(weightVariance: 1.2, biasVariance: 0.2)])
  }

  private static func activations() throws -> [any PointwiseActivation] {
    [
      RectifierLayer.relu, RectifierLayer.abs, try RectifierLayer(slopeBelow: 0.2, slopeAbove: 1),
      try ErfActivation(a: 1.1, b: 0.9, c: 0.2), ErfActivation.sigmoidLike, GeluActivation(),
      try SineActivation(a: 0.8, b: 1.2, c: 0.3),
      try SineActivation(a: 0.8, b: 1.2, c: 0.3, isCosine: true), try RBFActivation(gamma: 0.4),
      try ExponentialActivation(a: 0.7, b: 0.4), try GaussianActivation(a: 1, b: -0.5),
      try MonomialActivation(degree: 2), try HermiteActivation(degree: 3),
      try RectifiedMonomialActivation(degree: 2), StepActivation.step, StepActivation.sign,
      try FunctionActivation("tanh") { Double.tanh($0) },
    ]
  }

  /// φ′ by central differences: right to h² (1e-10) and rounding; FunctionActivation does the same.
  @Test func slopes() throws {
    for activation in try Self.activations() {
      for u in [-1.7, -0.3, 0.45, 2.1] {
        let slope = (activation.value(at: u + 1e-5) - activation.value(at: u - 1e-5)) / 2e-5
        #expect(abs(slope - activation.slope(at: u)) < 1e-8, "\(activation.expression) at \(u)")
      }
    }
  }

  /// The tangent kernel is the Gram matrix of gradients by all weights, taken here by central
  /// differences; the smooth activation leaves h² and rounding.
  @Test(arguments: [1, 2])
  func tangentKernelIsThatOfGradients(_ outputs: Int) throws {
    let network = try network(GeluActivation())
    let drawn = try FiniteNetwork(
      network, inputDimension: 3, width: 5, outputCount: outputs, seed: 4)
    var expected = Matrix<Double>(rowCount: 4, columnCount: 4)
    func add(_ change: (inout FiniteNetwork, Double) -> Void, rate: Double) throws {
      var (up, down) = (drawn, drawn)
      change(&up, 1e-5)
      change(&down, -1e-5)
      let (high, low) = (try up.outputs(x), try down.outputs(x))
      for i in 0..<4 {
        for j in 0..<4 {
          for c in 0..<outputs {
            let (a, b) = ((high[i, c] - low[i, c]) / 2e-5, (high[j, c] - low[j, c]) / 2e-5)
            expected[i, j] += rate * a * b / Double(outputs)
          }
        }
      }
    }
    var count = 0
    for (l, layer) in drawn.layers.enumerated() {
      for u in 0..<layer.weights.rowCount {
        for k in 0..<layer.weights.columnCount {
          try add({ $0.layers[l].weights[u, k] += $1 }, rate: layer.dense.learningRate)
          count += 1
        }
        guard layer.dense.biasVariance > 0 else { continue }
        try add({ $0.layers[l].biases[u] += $1 }, rate: layer.dense.learningRate)
        count += 1
      }
    }
    #expect(count == drawn.parameterCount)
    let kernels = try drawn.kernels(x)
    #expect(largestDifference(kernels.ntk, expected) < 1e-7)
  }

  /// One small step moves the outputs by −η Θ ∂L/∂f, Θ of this network; with momentum the second step
  /// moves them by 1 + μ times as much again. What is left is of the order of η².
  @Test func stepsFollowTheTangentKernel() throws {
    let network = try network(ErfActivation())
    let start = try FiniteNetwork(network, inputDimension: 3, width: 6, seed: 5)
    let loss = SquaredTrainingLoss(targets: Matrix(column: [1, -1, 0.5, 2]))
    let before = try start.outputs(x)
    let direction = try start.kernels(x).ntk.multiplied(by: loss.gradient(at: before))
    for (momentum, steps, factor) in [(0.0, 1, 1.0), (0.0, 2, 2), (0.5, 2, 2.5)] {
      var errors: [Double] = []
      for rate in [1e-3, 1e-4] {
        var network = start
        var seen: [Int] = []
        let after = try network.train(
          inputs: x, loss: loss, steps: steps, learningRate: rate, momentum: momentum,
          onStep: { step, _ in seen.append(step) })
        #expect(seen == Array(0..<steps))
        let expected = Matrix(
          column: zip(before.elements, direction.elements).map { $0 - factor * rate * $1 })
        errors.append(largestDifference(after, expected) / rate)
      }
      // Relative to η the rest is of the order of η.
      #expect(errors[1] < 1e-2)
      #expect(abs(errors[0] / errors[1] - 10) < 1)
    }
  }

  /// With one hidden layer both kernels are unbiased at any width: 4.5 standard errors, for each
  /// activation; a wrong value or slope is off by more.
  @Test func oneHiddenLayerIsUnbiased() throws {
    let draws = isOptimized ? 400 : 40
    for activation in try Self.activations() {
      let network = try network(activation, hidden: 1)
      let found = try MonteCarloKernels(
        of: network, inputs: x, width: 48, outputCount: 2, draws: draws, seed: 6)
      let expected = try NetworkGrams(of: network, inputs: x)
      for (mean, deviation, exact) in [
        (found.mean.nngp, found.deviation.nngp, expected.nngp),
        (found.mean.ntk, found.deviation.ntk, expected.ntk),
      ] {
        for i in 0..<4 {
          for j in 0...i {
            let bound = 4.5 * deviation[i, j] / Double(draws).squareRoot() + 1e-9
            #expect(
              abs(mean[i, j] - exact[i, j]) <= bound, "\(activation.expression), \(i), \(j)")
          }
        }
      }
    }
  }

  #if !DEBUG
    /// Four times the width halves the deviation of one draw of either kernel of three hidden layers. A
    /// root mean square of 150 draws is known to 6 %, a ratio of two to 8 %: 25 % is three times that, and
    /// leaves the bias of narrow networks, of order 1/w. The mean over draws falls as 1/w or faster.
    @Test func rateOfConvergence() throws {
      let network = try network(RectifierLayer.relu, hidden: 3)
      let expected = try NetworkGrams(of: network, inputs: x)
      var deviations: [[Double]] = []
      for width in [32, 128, 512] {
        let found = try MonteCarloKernels(
          of: network, inputs: x, width: width, draws: 150, seed: 7)
        deviations.append(
          [
            (found.deviation.nngp, found.mean.nngp, expected.nngp),
            (found.deviation.ntk, found.mean.ntk, expected.ntk),
          ].map { deviation, mean, exact in
            let sum = (0..<4).reduce(0.0) { sum, i in
              sum
                + (0..<4).reduce(0.0) { sum, j in
                  let size = exact[i, i] * exact[j, j]
                  let bias = mean[i, j] - exact[i, j]
                  return sum + (deviation[i, j] * deviation[i, j] + bias * bias) / size
                }
            }
            return (sum / 16).squareRoot()
          })
      }
      #expect(deviations[2].allSatisfy { $0 < 0.12 })
      for (wide, narrow) in zip(deviations.dropFirst(), deviations) {
        for kind in 0..<2 { #expect(abs(narrow[kind] / wide[kind] - 2) <= 0.5) }
      }
    }
  #endif

  /// A draw depends on its seed and number alone, not on threads.
  @Test func drawsAreReproducible() throws {
    let network = try network(RectifierLayer.relu)
    var one = ExecutionContext()
    one.threadCount = 1
    var three = one
    three.threadCount = 3
    let a = try MonteCarloKernels(
      of: network, inputs: x, width: 8, draws: 5, seed: 1, context: one)
    let b = try MonteCarloKernels(
      of: network, inputs: x, width: 8, draws: 5, seed: 1, context: three)
    #expect(a.mean.ntk == b.mean.ntk && a.deviation.nngp == b.deviation.nngp)
    let c = try MonteCarloKernels(of: network, inputs: x, width: 8, draws: 5, seed: 2)
    #expect(a.mean.ntk != c.mean.ntk)
  }

  @Test func refusesOtherNetworks() throws {
    let dense = try DenseLayer()
    let others: [[any NetworkLayer]] = [
      [dense, RectifierLayer.relu], [RectifierLayer.relu, dense],
      [dense, RectifierLayer.relu, RectifierLayer.relu, dense],
      [dense, try LayerNormLayer(), RectifierLayer.relu, dense],
      [try DenseLayer(parametrisation: .standard)],
    ]
    for layers in others {
      #expect(throws: MercerError.self) {
        try FiniteNetwork(Network(layers), inputDimension: 3, width: 4, seed: 1)
      }
    }
    let error = #expect(throws: MercerError.self) {
      try FiniteNetwork(Network(others[3]), inputDimension: 3, width: 4, seed: 1)
    }
    #expect(error?.message.hasPrefix("layer 2, layerNorm") == true)
    #expect(throws: MercerError.self) {
      try FiniteNetwork(network(RectifierLayer.relu), inputDimension: 3, width: 0, seed: 1)
    }
    let drawn = try FiniteNetwork(
      network(RectifierLayer.relu), inputDimension: 2, width: 4, seed: 1)
    #expect(throws: MercerError.self) { try drawn.outputs(x) }
  }
}
