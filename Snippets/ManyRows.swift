// A kernel machine on 100,000 rows: 500 centres, or 500 random features.
//
// Look first at the iterations and residuals of the three ways to solve for the centres: they arrive at
// the same function. Then at the error of held-out rows over the ridges, of which the rows were read
// once for all. Last, the same number of random Fourier features, which do not follow the data.

import Foundation
import Mercer

let (n, m, d) = (100_000, 500, 4)
var stream = RandomStream(seed: 1, purpose: "example")
func inputs(_ count: Int, _ stream: inout RandomStream) -> Matrix<Double> {
  Matrix(rowCount: count, columnCount: d, elements: (0..<count * d).map { _ in stream.normal() })
}
func values(_ x: Matrix<Double>) -> [Double] {
  (0..<x.rowCount).map { sin(2 * x[$0, 0]) + x[$0, 1] * x[$0, 2] }
}
func rootMeanSquare(_ a: [Double], _ b: [Double]) -> Double {
  (zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)).squareRoot()
}
let x = inputs(n, &stream)
let y = Matrix(column: values(x).map { $0 + 0.1 * stream.normal() })
let others = inputs(5000, &stream)
let truth = values(others)

// snippet.solve
// Entries are computed in Float; in Double only for the right-hand side and the true residual.
let narrow = try LaplaceKernel<Float>(lengthScale: 4)
let kernel = try LaplaceKernel<Double>(lengthScale: 4)
let narrowRows = Points<Float>(Matrix(converting: x))
let chosen = try CentreSelector(.kMeansPlusPlus).select(
  m, from: GramColumns(narrow, inputs: narrowRows))
let centres = Points(x).subset(at: chosen)
let cross = try TiledCrossGram(narrow, rows: narrowRows, columns: narrowRows.subset(at: chosen))
let exact = try TiledCrossGram(kernel, rows: Points(x), columns: centres)
let core = try TiledCrossGram(kernel, rows: centres, columns: centres)
let between = try TiledCrossGram(kernel, rows: Points(others), columns: centres)
for method: CentreRidge.Method in [.direct, .sampled, .falkon] {
  let solution = try CentreRidge(ridge: 1e-6 * Double(n), method: method).solve(
    cross, exact: exact, core: core, targets: y)
  let error = rootMeanSquare(try between.applied(to: solution.values).elements, truth)
  print(
    solution.report.method, "\n ", solution.report.iterations, "iterations, residual",
    solution.report.relativeResidual ?? .nan, "error", error)
}
// snippet.end

// snippet.path
let path: CentreRidgePath<Float> = try CentreRidgePath(
  cross, core: core, targets: y, leastRidge: 1e-9 * Double(n))
for exponent in -9 ... -4 {
  let ridge = pow(10, Double(exponent)) * Double(n)
  let predictions: Matrix<Double> = try between.applied(to: path.coefficients(ridge: ridge))
  print("ridge 1e\(exponent) n: error", rootMeanSquare(predictions.elements, truth))
}
// snippet.end

// snippet.features
let map = try RandomFourierFeatures(
  of: narrow, dimension: d, count: m, sampling: .orthogonal, seed: 1)
let fit = try LowRankGram(map.values(of: narrowRows)).solveRidge(1e-6 * Double(n), targets: y)
let features = try map.values(of: Points(Matrix(converting: others)))
let predictions = try Matrix<Double>(converting: features).multiplied(by: fit.featureWeights)
print("\(m) random features: error", rootMeanSquare(predictions.elements, truth))
// snippet.end
