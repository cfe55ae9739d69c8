// Training curves foretold: real networks, trained by gradient descent in plain loops below, beside what
// the tangent kernel of the infinitely wide network says of them before a step is taken.
//
// Look at how the difference halves when the width grows fourfold. Give a name to write the plot:
// `swift run -c release TrainingCurves curves.svg`.

import Foundation
import Mercer
import MercerReport

// snippet.network
/// Two hidden layers of erf units: z = σw/√(fan-in) W a + σb b, all of W and b standard normal at first.
struct SmallNetwork {
  var layers: [(weights: [[Double]], biases: [Double])]
  let weight = sqrt(1.5)
  let bias = sqrt(0.1)

  init(inputs: Int, width: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: "small network")
    layers = zip([inputs, width, width], [width, width, 1]).map { fanIn, units in
      let weights = (0..<units).map { _ in (0..<fanIn).map { _ in stream.normal() } }
      return (weights, (0..<units).map { _ in stream.normal() })
    }
  }

  /// What enters each layer, and what comes out at the end.
  func pass(_ x: [Double]) -> (entering: [[Double]], output: Double) {
    var entering = [x]
    for (l, layer) in layers.enumerated() {
      let scale = weight / Double(entering[l].count).squareRoot()
      let units = zip(layer.weights, layer.biases).map { row, b in
        scale * zip(row, entering[l]).reduce(0) { $0 + $1.0 * $1.1 } + bias * b
      }
      if l == layers.count - 1 { return (entering, units[0]) }
      entering.append(units.map { erf($0) })
    }
    return (entering, 0)
  }

  /// A step of gradient descent on Σ (f − y)²/2n; returns the outputs before it.
  mutating func step(_ x: [[Double]], _ y: [Double], rate: Double) -> [Double] {
    var (changed, outputs) = (layers, [Double]())
    let count = y.count
    for (x, y) in zip(x, y) {
      let (entering, output) = pass(x)
      outputs.append(output)
      // The derivatives of the loss by the units of one layer, from the last to the first.
      var byUnits = [(output - y) / Double(count)]
      for l in layers.indices.reversed() {
        let scale = weight / Double(entering[l].count).squareRoot()
        var byInputs = [Double](repeating: 0, count: entering[l].count)
        for (u, derivative) in byUnits.enumerated() {
          for k in byInputs.indices {
            byInputs[k] += scale * derivative * layers[l].weights[u][k]
            changed[l].weights[u][k] -= rate * scale * derivative * entering[l][k]
          }
          changed[l].biases[u] -= rate * bias * derivative
        }
        // erf′ from erf itself would lose digits; units are few, so they are made again.
        byUnits =
          l == 0
          ? []
          : zip(byInputs, units(before: l, entering[l - 1])).map {
            $0 * 2 / Double.pi.squareRoot() * exp(-$1 * $1)
          }
      }
    }
    layers = changed
    return outputs
  }

  /// The units of the layer before layer l, from what entered it.
  func units(before l: Int, _ entering: [Double]) -> [Double] {
    let scale = weight / Double(entering.count).squareRoot()
    return zip(layers[l - 1].weights, layers[l - 1].biases).map { row, b in
      scale * zip(row, entering).reduce(0) { $0 + $1.0 * $1.1 } + bias * b
    }
  }
}
// snippet.end

var stream = RandomStream(seed: 1, purpose: "example")
let x = (0..<12).map { _ in [stream.normal(), stream.normal()] }
let y = x.map { sin($0[0]) - $0[1] }

// snippet.predict
// The infinitely wide network of the same shape: one eigendecomposition, before any training.
let dense = try DenseLayer(weightVariance: 1.5, biasVariance: 0.1)
let network = try Network([dense, ErfActivation(), dense, ErfActivation(), dense])
let ensemble = try WideNetworkEnsemble(
  .ntk, network, inputs: Points(rows: x), targets: Matrix(column: y))
let rate = try 0.5 * ensemble.maximumStableLearningRate()
print("half of the largest stable learning rate is", String(format: "%.2f", rate))
// snippet.end

/// Σ (f − y)²/2n.
func loss(_ f: [Double], _ y: [Double]) -> Double {
  zip(f, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(2 * y.count)
}

// snippet.compare
let shown = [0, 1, 3, 10, 30, 100, 200]
var curves: [Curve] = []
print(
  "width  kind    " + shown.map { String(format: "  step %3d", $0) }.joined() + "   off by (rms)")
for (index, width) in [16, 64, 256].enumerated() {
  var trained = SmallNetwork(inputs: 2, width: width, seed: 3)
  let start = Matrix(column: x.map { trained.pass($0).output })
  var (real, foretold, squares) = ([Double](), [Double](), 0.0)
  for step in 0...200 {
    let outputs = trained.step(x, y, rate: rate)
    let prediction = try ensemble.trainingPredictor.outputs(
      from: start, trainingStart: start,
      after: .descent(steps: step, learningRate: rate)
    ).elements
    real.append(loss(outputs, y))
    foretold.append(loss(prediction, y))
    squares += zip(outputs, prediction).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
  func line(_ name: String, _ losses: [Double]) -> String {
    String(format: "%5d  ", width) + name.padding(toLength: 8, withPad: " ", startingAt: 0)
      + shown.map { String(format: "%10.5f", losses[$0]) }.joined()
  }
  print(line("trained", real))
  print(
    line("foretold", foretold),
    String(format: "%11.4f", (squares / Double(201 * y.count)).squareRoot()))
  let steps = (0...200).map(Double.init)
  curves.append(Curve("width \(width), trained", x: steps, y: real, colour: index))
  curves.append(
    Curve("width \(width), foretold", x: steps, y: foretold, style: .dashed, colour: index))
}
// snippet.end

// snippet.plot
if CommandLine.arguments.count > 1 {
  let plot = CurvePlot(
    title: "Training curves, foretold and real",
    summary: "The wider the network, the closer its training is to what its tangent kernel says.",
    x: Quantity("step"), y: Quantity("loss", scale: .logarithmic), curves: curves)
  try plot.svgFile().write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
  print("wrote", CommandLine.arguments[1])
}
// snippet.end
