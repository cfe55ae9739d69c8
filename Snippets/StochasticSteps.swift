// A model before one product with K is done: steps that look at a few rows each.
//
// Look at the products, entries computed over those of the whole matrix, and at the errors of rows kept
// apart after one epoch and at the end (0.01 is the noise). When such steps are worth it, and when conjugate
// gradients are, is in docs/stochastic-solvers.md.

import Foundation
import Mercer

let n = 4000
var stream = RandomStream(seed: 1, purpose: "example")
let rows = (0..<n + 1000).map { _ in (0..<5).map { _ in Float(stream.normal()) } }
let truths = rows.map { sin(2 * $0[0]) + $0[1] * $0[2] }
let noisy = truths.map { $0 + 0.1 * Float(stream.normal()) }
let x = Points(rows: Array(rows.prefix(n)))
let y = Matrix(column: Array(noisy.prefix(n)))
let apart = try HeldOutRows(
  inputs: Points(rows: Array(rows.suffix(1000))), targets: Matrix(column: noisy.suffix(1000)))
let kernel = try LaplaceKernel<Float>(lengthScale: 4)

// snippet.fit
// The model on all rows, no ridge: ended where the error of other rows ceases to fall.
let eigenPro = try EigenPro().fit(kernel, inputs: x, targets: y, heldOut: apart)
print(eigenPro.report.method)
print(
  "  \(eigenPro.report.epochs) epochs, \(eigenPro.report.products) products, held-out mean squares")
print(
  "  after one and at best:", eigenPro.report.heldOutErrors[0], "and",
  eigenPro.report.heldOutErrors.min() ?? .nan)

// The model on 300 centres, however many rows there are.
let centres = x.subset(
  at: try CentreSelector(.kMeansPlusPlus).select(300, from: GramColumns(kernel, inputs: x)))
let onCentres = try EigenProCentres().fit(
  kernel, inputs: x, centres: centres, targets: y, heldOut: apart)
print(onCentres.report.method)
print(
  "  \(onCentres.report.epochs) epochs, \(onCentres.report.products) products, held-out mean squares"
)
print(
  "  after one and at best:", onCentres.report.heldOutErrors[0], "and",
  onCentres.report.heldOutErrors.min() ?? .nan)

// The exact ridge regression, a block of rows at a time, to a residual that is checked.
let blocks = try ASkotch(ridge: 0.1, tolerance: 1e-3).fit(kernel, inputs: x, targets: y)
let predictions: Matrix<Float> = try TiledCrossGram(kernel, rows: apart.inputs, columns: x)
  .applied(to: blocks.coefficients)
let squares = zip(predictions.elements, apart.targets.elements).map { ($0 - $1) * ($0 - $1) }
print(blocks.report.method)
print("  \(blocks.report.epochs) epochs, \(blocks.report.products) products, relative residual")
print("  \(blocks.report.relativeResidual), held-out mean square", squares.reduce(0, +) / 1000)
// snippet.end
