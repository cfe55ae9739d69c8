// Which rows should be the centres of a kernel machine? Every choice there is, on a table where most
// rows are alike and one in twenty is not.
//
// Look at the last two columns: what share of the kernel matrix the centres cannot express, and the
// error on rows of the rare kind. What each choice costs is in docs/solvers-at-scale.md.

import Foundation
import Mercer

let (n, m) = (4000, 100)
let ridge = 1e-6 * Double(n)
var stream = RandomStream(seed: 1, purpose: "example")
let x = Points<Double>(
  rows: (0..<n).map { i in
    (0..<2).map { _ in stream.normal() * (i.isMultiple(of: 20) ? 2 : 0.2) }
  })
let rare = Points<Double>(rows: (0..<1000).map { _ in (0..<2).map { _ in 2 * stream.normal() } })
let truths = [x, rare].map { points in
  (0..<points.count).map { i in
    sin(2 * points.coordinates[i, 0]) + cos(points.coordinates[i, 1])
  }
}
let y = Matrix(column: truths[0].map { $0 + 0.05 * stream.normal() })
let kernel = try GaussianKernel<Double>(lengthScale: 1)

// snippet.centres
let choices: [(name: String, method: CentreSelector.Method)] = [
  ("uniform", .uniform),
  ("k-means++", .kMeansPlusPlus),
  ("ridge leverage scores", .ridgeLeverage(ridge: ridge)),
  ("randomly pivoted Cholesky", .randomlyPivotedCholesky),
  ("determinantal", .determinantal),
  ("volume-rescaled", .volumeRescaled()),
  ("the first rows, by number", .rows(Array(0..<m))),
]
print("choice                      seconds   not seen   error")
for (name, method) in choices {
  var rows: [Int] = []
  let time = try ContinuousClock().measure {
    rows = try CentreSelector(method, seed: 1).select(m, from: GramColumns(kernel, inputs: x))
  }
  let centres = x.subset(at: rows)
  let cross = try TiledCrossGram(kernel, rows: x, columns: centres)
  let core = try TiledCrossGram(kernel, rows: centres, columns: centres)

  // tr(K − K_nm K_mm⁻¹ K_mn) / tr K
  let corner: Cholesky<Double> = try Cholesky(core.densified(), jitter: .upTo(1e-8))
  let seen: Matrix<Double> = try corner.solveFactor(cross.densified().transposed())
  let rest = 1 - seen.elements.reduce(0) { $0 + $1 * $1 } / Double(n)

  let model = try CentreRidge(ridge: ridge).solve(cross, core: core, targets: y)
  let predictions: Matrix<Double> = try TiledCrossGram(kernel, rows: rare, columns: centres)
    .applied(to: model.values)
  let squares = zip(predictions.elements, truths[1]).map { ($0 - $1) * ($0 - $1) }
  let error = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  print(
    name.padding(toLength: 26, withPad: " ", startingAt: 0),
    String(format: "%8.3f %10.1e %7.3f", time / .seconds(1), rest, error))
}
// snippet.end
