// What does a preconditioner save? The ridge regression of an ill-conditioned kernel matrix by conjugate
// gradients, without one and with each there is.
//
// Look at the products with K: they are the cost where n is large. All arrive at the same coefficients.

import Foundation
import Mercer

let n = 3000
var stream = RandomStream(seed: 1, purpose: "example")
// Six columns made of three, so that they hang together as those of most tables do.
let x = Matrix(
  rows: (0..<n).map { _ in
    let hidden = (0..<3).map { _ in stream.normal() }
    return (0..<6).map { hidden[$0 % 3] + 0.2 * stream.normal() }
  })
let y = Matrix(column: (0..<n).map { sin(x[$0, 0]) * x[$0, 1] + 0.1 * stream.normal() })

// snippet.solve
let kernel = try GaussianKernel<Double>(lengthScale: 2)
let gram = try TiledGram(kernel, inputs: Points(x))
for preconditioner in RidgePreconditioner.allCases {
  let solver = IterativeRidge(
    preconditioner: preconditioner, rank: 200, tolerance: 1e-6, iterationLimit: 5000)
  let report = try solver.solve(
    gram, columns: GramColumns(kernel, inputs: Points(x)),
    shifts: [Double](repeating: 1e-6 * Double(n), count: n), targets: y, context: .default
  ).report
  print("\(report.iterations) products:", report.method)
  print("  relative residual \(report.relativeResidual ?? .nan), \(report.stopReason.rawValue)")
}
// snippet.end
