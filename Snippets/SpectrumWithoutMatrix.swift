// The spectrum of a kernel matrix that is never stored: leading eigenpairs, and sums over all
// eigenvalues with an interval.
//
// Look at how small the residuals are beside the eigenvalues, and whether the intervals hold the truth:
// n is small enough here to factorise K and see.

import Foundation
import Mercer

let (n, ridge) = (2000, 0.1)
var stream = RandomStream(seed: 1, purpose: "example")
let x = Points(rows: (0..<n).map { _ in (0..<3).map { _ in stream.normal() } })
let gram = try TiledGram(LaplaceKernel<Double>(lengthScale: 2), inputs: x)

// snippet.pairs
// To a target; each eigenvalue is within its residual of one of K.
let pairs: EigenPairs<Double> = try BlockLanczos(count: 10).leadingPairs(of: gram)
print(pairs.report.method, pairs.report.blockProducts, "products with a block")
print("  eigenvalues", pairs.values.map { String(format: "%.4f", $0) }.joined(separator: " "))
print("  largest residual", pairs.residuals.max() ?? .nan)

// A fixed, small number of products, and a bound of what is missed.
let rough: EigenPairs<Double> = try RandomisedSubspaceIteration(count: 10, powerIterations: 1)
  .leadingPairs(of: gram)
print(rough.report.method, rough.report.blockProducts, "products with a block")
print("  eigenvalues", rough.values.map { String(format: "%.4f", $0) }.joined(separator: " "))
print("  largest residual", rough.residuals.max() ?? .nan)
print("  ‖K − Q Qᵀ K‖ is at most", rough.report.rangeError ?? .nan, "for the subspace Q searched")
// snippet.end

// snippet.sums
let system: any SymmetricGramOperator<Double> = try gram.shifted(by: ridge)
var stored: Matrix<Double> = try gram.densified()
for i in 0..<n { stored[i, i] += ridge }
let factor = try Cholesky(stored)
let trace = try StochasticTrace(products: 60).trace(of: gram)
print("tr K is in", trace.interval, "by \(trace.products) products; it is", n)
let logDeterminant = try LanczosQuadrature().logDeterminant(of: system)
print("log det(K + λ I) is in", logDeterminant.interval, "; it is", factor.logDeterminant)
let dimension = try LanczosQuadrature().trace(of: system) { (t) throws(MercerError) in
  (t - ridge) / t
}
let truth = try factor.inverseDiagonal().reduce(0) { $0 + 1 - ridge * $1 }
print("the effective dimension tr K (K + λ I)⁻¹ is in", dimension.interval, "; it is", truth)
// snippet.end
