// Your first neural tangent kernel: what a very wide network would learn from 40 values, without a
// network.
//
// Look at how the mean nears the truth with time, how the spread of the ensemble shrinks where there are
// data and stays where there are none, and that the end is kernel ridge regression with this kernel.

import Foundation
import Mercer

var stream = RandomStream(seed: 1, purpose: "example")
let x = (0..<40).map { _ in [4 * stream.uniform() - 2] }
let y = x.map { sin(2 * $0[0]) }
let places: [[Double]] = [[-3], [-1.5], [0], [1.5], [3]]

// snippet.kernel
// Two hidden layers of infinitely many relu units; the text form is what `--kernel` takes.
let network = try Network.relu(depth: 2, weightVariance: 2, biasVariance: 0.1)
let kernel = try NetworkKernel<Double>(.ntk, network)
print(kernel)
let few = Points(rows: Array(places[1...3]))
print("Θ of three inputs:")
for row in 0..<3 {
  let values = try kernel.matrix(rows: few, columns: few).row(row)
  print(" ", values.map { String(format: "%7.3f", $0) }.joined())
}
// snippet.end

// snippet.train
// All networks of this kind, each from random weights of its own, trained on the 40 values.
let ensemble = try WideNetworkEnsemble(
  .ntk, network, inputs: Points(rows: x), targets: Matrix(column: y))
let predictor = try ensemble.predictor(for: Points(rows: places))
print("time         mean ± deviation at x =", places.map { "\($0[0])" }.joined(separator: ", "))
for time in [0, 1, 10, 100, 1e4, .infinity] {
  let length = TrainingLength.flow(time: time)
  let mean = try predictor.mean(after: length)
  let variance = try predictor.variance(after: length)
  let cells = variance.indices.map {
    String(format: "%6.2f ± %4.2f", mean[$0, 0], variance[$0].squareRoot())
  }
  print(String(format: "%8g", time), cells.joined(separator: "  "))
}
print(
  "truth   ", places.map { String(format: "%6.2f       ", sin(2 * $0[0])) }.joined(separator: "  "))
print(
  "a learning rate up to", String(format: "%.2f", try ensemble.maximumStableLearningRate()),
  "is stable")
// snippet.end

// snippet.ridge
// The same end by the solver for large data, where n is no limit.
let data = try LabelledData(inputs: Points(rows: x), targets: y)
let model = try KernelRidge(kernel: kernel, ridge: 1e-8).fit(data)
let values = try model.predict(Points(rows: places)).elements
print("ridge   ", values.map { String(format: "%6.2f       ", $0) }.joined(separator: "  "))
// snippet.end
