// What depth does to a relu network: its kernel as a function of the angle of two inputs, and how fast
// it learns.
//
// Look at how Θ tends to a peak at 0° above a floor of a quarter: all modes but one are then learned at one
// speed, and what is learned of an input says ever less of its neighbours. k tends to 1 everywhere: at the
// start a deep network says nearly the same of all inputs. One hidden layer without biases is blind to some
// modes, so that its slowest takes forever. Residual branches keep a deep network near a shallow one.
// Sources: Xiao, Pennington and Schoenholz 2020 (1912.13053); Huang, Wang, Tao and Zhao 2020 (2002.06262).
// Give a name to write the plot: `swift run -c release WhatDepthDoes depth.svg`.

import Foundation
import Mercer
import MercerReport

let depths = [1, 2, 4, 8, 16, 32]
let angles = (0...60).map { Double($0) * .pi / 60 }
// Inputs on a circle of radius √2, so that k(x, x) = 1 at every layer with weight variance 2.
let circle = Points(rows: angles.map { [sqrt(2) * cos($0), sqrt(2) * sin($0)] })
let first = Points(circle.coordinates.rows(0..<1))

/// k(0°, angle)/k(0°, 0°).
func shape(_ kind: NetworkKernel<Double>.Kind, _ network: Network, _ circle: Points<Double>) throws
  -> [Double]
{
  let first = Points(circle.coordinates.rows(0..<1))
  let values = try NetworkKernel(kind, network).matrix(rows: first, columns: circle).row(0)
  return values.map { $0 / values[0] }
}

// snippet.depth
var curves: [Curve] = []
print("depth   Θ(60°)/Θ(0°)  Θ(180°)/Θ(0°)  k(60°)/k(0°)  slowest/fastest mode of 30 points")
for (index, depth) in depths.enumerated() {
  let network = try Network.relu(depth: depth)
  let tangent = try shape(.ntk, network, circle)
  let start = try shape(.nngp, network, circle)
  // 30 points all around.
  let around = Points(
    rows: (0..<30).map { i in
      let angle = 2 * .pi * (Double(i) + 0.5) / 30
      return [sqrt(2) * cos(angle), sqrt(2) * sin(angle)]
    })
  let ensemble = try WideNetworkEnsemble(
    .ntk, network, inputs: around, targets: Matrix(rowCount: 30, columnCount: 1, repeating: 1))
  let times = ensemble.learnedModes.map(\.learningTime)
  print(
    String(
      format: "%5d %13.3f %14.3f %13.3f %12.0f", depth, tangent[20], tangent[60], start[20],
      times[29] / times[0]))
  curves.append(
    Curve("depth \(depth)", x: angles.map { $0 * 180 / .pi }, y: tangent, colour: index))
}
// snippet.end

// snippet.residual
let dense = try DenseLayer()
let step = try Network([RectifierLayer.relu, DenseLayer(weightVariance: 0.25)])
let blocks = try (0..<32).map { _ -> any NetworkLayer in try BranchLayer(.residual, [step]) }
let residual = try Network([dense] + blocks + [RectifierLayer.relu, dense] as [any NetworkLayer])
let kept = try shape(.ntk, residual, circle)
print("32 residual blocks:", String(format: "%.3f %.3f", kept[20], kept[60]))
// snippet.end

// snippet.plot
if CommandLine.arguments.count > 1 {
  let plot = CurvePlot(
    title: "The tangent kernel of relu networks by depth",
    summary: "The deeper the network, the more alike are all angles but zero.",
    x: Quantity("angle between two inputs", unit: "°"), y: Quantity("Θ(angle)/Θ(0)"),
    curves: curves)
  try plot.svgFile().write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
  print("wrote", CommandLine.arguments[1])
}
// snippet.end
