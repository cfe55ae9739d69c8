import MercerCore
import MercerKernels
import MercerLearning
import MercerTestSupport
import RealModule
import Testing

/// A network of two hidden layers of w erf units, trained by gradient descent in plain loops: it shares
/// nothing with what is tested.
private struct PlainNetwork {
  static let weight = Double.sqrt(1.5)
  static let bias = Double.sqrt(0.1)

  var layers: [(weights: [[Double]], biases: [Double])]

  init(dimension: Int, width: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: "plain network")
    let sizes = [dimension, width, width, 1]
    layers = zip(sizes, sizes.dropFirst()).map { fanIn, units in
      (
        (0..<units).map { _ in (0..<fanIn).map { _ in stream.normal() } },
        (0..<units).map { _ in stream.normal() }
      )
    }
  }

  /// The inputs of all layers and the units before activations, of one point.
  private func states(_ x: [Double]) -> (inputs: [[Double]], units: [[Double]]) {
    var (inputs, units): ([[Double]], [[Double]]) = ([x], [])
    for (l, layer) in layers.enumerated() {
      let scale = Self.weight / Double(inputs[l].count).squareRoot()
      let input = inputs[l]
      let z = layer.weights.indices.map { u in
        let row = layer.weights[u]
        var sum = 0.0
        for k in input.indices { sum += row[k] * input[k] }
        return scale * sum + Self.bias * layer.biases[u]
      }
      units.append(z)
      inputs.append(z.map { Double.erf($0) })
    }
    return (inputs, units)
  }

  func output(_ x: [Double]) -> Double { states(x).units[layers.count - 1][0] }

  /// One step of gradient descent on Σ (f − y)²/2n.
  mutating func step(_ x: [[Double]], _ y: [Double], rate: Double) {
    var changed = layers
    let count = x.count
    for (x, y) in zip(x, y) {
      let (inputs, units) = states(x)
      var delta = [(units[layers.count - 1][0] - y) / Double(count)]
      for l in layers.indices.reversed() {
        let scale = Self.weight / Double(inputs[l].count).squareRoot()
        var before = [Double](repeating: 0, count: inputs[l].count)
        for u in delta.indices {
          let row = layers[l].weights[u]
          let size = rate * scale * delta[u]
          for k in before.indices {
            before[k] += scale * delta[u] * row[k]
            changed[l].weights[u][k] -= size * inputs[l][k]
          }
          changed[l].biases[u] -= rate * Self.bias * delta[u]
        }
        guard l > 0 else { continue }
        delta = before.indices.map {
          let u = units[l - 1][$0]
          return before[$0] * 2 / Double.pi.squareRoot() * Double.exp(-u * u)
        }
      }
    }
    layers = changed
  }
}

@Suite("Predicted training against trained networks")
struct TrainedNetworkTests {
  private let network: Network
  private let x: [[Double]]
  private let z: [[Double]]
  private let y: [Double]

  init() throws {
    let dense = try DenseLayer(weightVariance: 1.5, biasVariance: 0.1)
    network = try Network([dense, ErfActivation(), dense, ErfActivation(), dense])
    var stream = RandomStream(seed: 61, purpose: "trained networks")
    x = (0..<6).map { _ in [stream.normal(), stream.normal()] }
    z = (0..<3).map { _ in [stream.normal(), stream.normal()] }
    y = x.map { Double.sin($0[0]) - $0[1] }
  }

  /// The root mean square, over steps and points, of what trained networks are off their prediction.
  private func deviation(width: Int, seeds: Int) throws -> Double {
    let ensemble = try WideNetworkEnsemble(
      .ntk, network, inputs: Points(rows: x), targets: Matrix(column: y))
    let predictor = try ensemble.predictor(for: Points(rows: z))
    let rate = try 0.5 * ensemble.maximumStableLearningRate()
    var (sum, count) = (0.0, 0)
    for seed in 0..<seeds {
      var plain = PlainNetwork(dimension: 2, width: width, seed: UInt64(seed))
      let start = Matrix(column: x.map { plain.output($0) })
      let startThere = Matrix(column: z.map { plain.output($0) })
      for step in 1...40 {
        plain.step(x, y, rate: rate)
        guard step % 10 == 0 else { continue }
        let length = TrainingLength.descent(steps: step, learningRate: rate)
        let here = try ensemble.trainingPredictor.outputs(
          from: start, trainingStart: start, after: length)
        let there = try predictor.outputs(
          from: startThere, trainingStart: start, after: length)
        for (point, value) in zip(x + z, here.elements + there.elements) {
          let miss = plain.output(point) - value
          sum += miss * miss
          count += 1
        }
      }
    }
    return (sum / Double(count)).squareRoot()
  }

  /// A network of this kind is predicted, at all steps, better the wider it is.
  @Test func wideNetworksTrainAsPredicted() throws {
    if isOptimized {
      // The deviation is of the order of 1/√w: four times the width halves it. Eight networks know a root
      // mean square to a quarter.
      let deviations = try [32, 128, 512].map { try deviation(width: $0, seeds: 8) }
      #expect(deviations[2] < 0.06)
      for (wide, narrow) in zip(deviations.dropFirst(), deviations) {
        #expect(narrow / wide > 1.4 && narrow / wide < 2.9)
      }
    } else {
      #expect(try deviation(width: 48, seeds: 1) < 0.3)
    }
  }

  /// Networks drawn and trained by `FiniteNetwork` are distributed as predicted: mean and variance over
  /// draws, with momentum. 4.5 standard errors, and 5 % of the starting variance for the width.
  @Test(.enabled(if: isOptimized)) func ensemblesTrainAsPredicted() throws {
    let ensemble = try WideNetworkEnsemble(
      .ntk, network, inputs: Points(rows: x), targets: Matrix(column: y))
    let predictor = try ensemble.predictor(for: Points(rows: z))
    let (draws, steps, momentum) = (300, 25, 0.5)
    let rate = try 0.4 * ensemble.maximumStableLearningRate(momentum: momentum)
    let loss = SquaredTrainingLoss(targets: Matrix(column: y))
    var values: [[Double]] = []
    for draw in 0..<draws {
      var drawn = try FiniteNetwork(
        network, inputDimension: 2, width: 256, seed: 11, draw: draw)
      try drawn.train(
        inputs: Points(rows: x), loss: loss, steps: steps, learningRate: rate, momentum: momentum)
      values.append(try drawn.outputs(Points(rows: z)).elements)
    }
    let length = TrainingLength.descent(steps: steps, learningRate: rate, momentum: momentum)
    let mean = try predictor.mean(after: length)
    let variance = try predictor.variance(after: length)
    let start = try predictor.variance(after: .flow(time: 0))
    for i in z.indices {
      let all = values.map { $0[i] }
      let center = all.reduce(0, +) / Double(draws)
      let spread = all.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(draws - 1)
      #expect(
        abs(center - mean[i, 0]) < 4.5 * (variance[i] / Double(draws)).squareRoot() + 0.03)
      // A variance of Gaussian numbers has the relative error √(2/draws).
      #expect(
        abs(spread - variance[i]) < 4.5 * variance[i] * (2 / Double(draws)).squareRoot()
          + 0.05 * start[i])
    }
  }
}
