import Foundation
import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport

/// Kernels whose values come from registers, and kernels that fill tiles.
let reducedKernels = [
  "gaussian(lengthScale: 0.7)", "laplace(lengthScale: 2)", "matern(smoothness: 1.5)",
  "matern(smoothness: 2.5)", "productLaplace(lengthScale: 4)", "rationalQuadratic(alpha: 2)",
  "powerExponential(q: 1.5, p: 0.8, lengthScale: 2)", "arcCosine(order: 1)",
  "gaussian(lengthScale: 0.7) + linear", "linear", "polynomial(degree: 3, offset: 1)", "overlap",
  "anovaLaplace(weight: 3)", "additiveLaplace(order: 2)",
]

/// Around the panels and steps of all instruction sets; one row, and several bands.
#if DEBUG
  let reducedSizes = [(1, 1), (1, 500), (3, 47), (50, 48), (9, 49)]
#else
  let reducedSizes = [(1, 1), (1, 500), (3, 47), (50, 48), (9, 49), (97, 500), (1, 5000)]
#endif

/// An operator on random points of which some coincide, with its entries in Double.
struct ReducedExample<E: Scalar> {
  let gram: TiledCrossGram<E>
  let entries: Matrix<Double>
  let stored: DenseCrossGram<E>

  init(_ text: String, rows n: Int, columns m: Int, dimension d: Int = 3) throws {
    let kernel = try makeKernel(parsing: text, of: E.self)
    let x = Points<E>.random(count: n, dimension: d, seed: 1)
    var z = Matrix<E>.random(rowCount: m, columnCount: d, seed: 2)
    for j in stride(from: 0, to: m, by: 5) {
      for c in 0..<d { z[j, c] = x.coordinates[j % n, c] }
    }
    gram = try TiledCrossGram(kernel, rows: x, columns: Points(z))
    let matrix = try gram.densified(context: .default)
    entries = Matrix(converting: matrix)
    stored = DenseCrossGram(matrix)
  }
}

/// Weights of which some are 0 and some are large.
func someWeights(_ m: Int) -> [Double] {
  (0..<m).map { j -> Double in
    if j % 4 == 2 { return 0 }
    return j % 7 == 1 ? 1e3 : 0.25 + Double(j % 3)
  }
}

/// Several threads, and one.
let manyThreads = ExecutionContext(threadCount: 3)
let oneThread = ExecutionContext(threadCount: 1)
