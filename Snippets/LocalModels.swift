// Kernel machines on the leaves of a tree, beside one on all rows.
//
// Which column matters depends on the side of the first. Look at the errors of rows kept apart, with one
// metric for all and with one that each leaf learns for itself, and at what the fits take: a leaf of m rows
// costs m³ / 3, so that eight leaves of n / 8 rows cost a sixtieth of the whole.

import Foundation
import Mercer

let (n, d) = (4000, 8)
var stream = RandomStream(seed: 1, purpose: "example")
func table(
  _ count: Int, noise: Double, _ stream: inout RandomStream
) throws -> LabelledData<Points<Double>> {
  let x = (0..<count).map { _ in (0..<d).map { _ in 2 * stream.uniform() - 1 } }
  let y = x.map { x in
    (x[0] > 0 ? 2 + sin(6 * x[1]) : sin(6 * x[2])) + noise * stream.normal()
  }
  return try LabelledData(inputs: Points(rows: x), targets: Matrix(column: y))
}
let train = try table(n, noise: 0.1, &stream)
let apart = try table(1000, noise: 0, &stream)

// snippet.fit
let kernel = try LaplaceKernel<Double>(lengthScale: 3)
print("way                              leaves  seconds   error")
for (name, leafRows, rounds) in [
  ("one regression on all rows", n, 0), ("leaves, one metric", 600, 0),
  ("one regression, its metric", n, 3), ("leaves, each with its metric", 600, 3),
] {
  let estimator = try LocalKernelRidge(
    kernel: kernel, ridge: 0.1, leafRows: leafRows, metricRounds: rounds)
  var model: LocalKernelRidgeModel!
  let time = try ContinuousClock().measure { model = try estimator.fit(train) }
  let missed = zip(try model.predict(apart.inputs).elements, apart.targets.elements).map(-)
  let error = (missed.reduce(0) { $0 + $1 * $1 } / Double(apart.count)).squareRoot()
  print(
    name.padding(toLength: 32, withPad: " ", startingAt: 0),
    String(format: "%6d %8.2f %7.3f", model.tree.leafCount, time / .seconds(1), error))
}
// snippet.end
