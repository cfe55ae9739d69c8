// The nearest neighbours of some points, and the logarithm of a kernel density there.

import Foundation
import Mercer

var stream = RandomStream(seed: 1, purpose: "example")
let points = Points<Float>(
  rows: (0..<5000).map { _ in (0..<3).map { _ in Float(stream.normal()) } })
let queries = Points<Float>(rows: [[0, 0, 0], [1, 1, 1], [40, 0, 0]])

// snippet.neighbours
let nearest = try nearestNeighbours(3, of: queries, among: points)
for row in 0..<nearest.rowCount {
  let distances = nearest.values.row(row).map { $0.squareRoot() }
  print("points \(nearest.columns(ofRow: row)) at distances \(distances)")
}
// snippet.end

// snippet.density
let width = 0.4
let gram = try TiledCrossGram(
  GaussianKernel<Float>(lengthScale: width), rows: queries, columns: points)
let share = [Double](repeating: 1 / Double(points.count), count: points.count)
// The Gaussian of three variables is k over (2π width²)^(3/2).
let normaliser = 1.5 * log(2 * .pi * width * width)
for (row, logSum) in try gram.rowLogSums(weights: share).enumerated() {
  print("log density at query \(row): \(logSum - normaliser)")
}
// snippet.end
