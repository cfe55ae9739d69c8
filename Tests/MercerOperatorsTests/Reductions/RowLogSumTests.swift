import Foundation
import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import Testing

/// Sums along rows and their logarithms, against loops over the stored entries in Double.
@Suite struct RowLogSumTests {
  @Test(arguments: reducedKernels)
  func sumsAndLogarithms(kernel: String) throws {
    for (n, m) in reducedSizes {
      // Float: entries up to 64 in exponents; terms agree to some units, and sums keep that.
      try check(ReducedExample<Float>(kernel, rows: n, columns: m), tolerance: 4e-6)
      try check(ReducedExample<Double>(kernel, rows: n, columns: m), tolerance: 1e-13)
    }
  }

  private func check<E: Scalar>(_ example: ReducedExample<E>, tolerance: Double) throws {
    let (gram, entries) = (example.gram, example.entries)
    let (n, m) = (entries.rowCount, entries.columnCount)
    for weights in [nil, someWeights(m)] {
      let w = weights ?? [Double](repeating: 1, count: m)
      let isPositive = entries.elements.allSatisfy { $0 >= 0 }
      let sums = try gram.rowSums(weights: weights, context: oneThread)
      let exponentials = try gram.rowLogSumExp(weights: weights, context: oneThread)
      #expect(try gram.rowSums(weights: weights, context: manyThreads) == sums)
      #expect(try gram.rowLogSumExp(weights: weights, context: manyThreads) == exponentials)
      let ofStored = try example.stored.rowLogSumExp(weights: weights)
      let logSums = isPositive ? try gram.rowLogSums(weights: weights, context: oneThread) : []
      if isPositive {
        #expect(try gram.rowLogSums(weights: weights, context: manyThreads) == logSums)
      }
      for i in 0..<n {
        let row = entries.row(i)
        let sum = zip(row, w).map { $0 * $1 }.reduce(0, +)
        let size = zip(row, w).map { abs($0) * $1 }.reduce(0, +)
        #expect(abs(sums[i] - sum) <= tolerance * size)
        let most = zip(row, w).filter { $1 > 0 }.map(\.0).max() ?? 0
        let exponential = log(zip(row, w).map { exp($0 - most) * $1 }.reduce(0, +)) + most
        let scale = max(1, abs(exponential))
        #expect(abs(exponentials[i] - exponential) <= tolerance * scale)
        #expect(abs(ofStored[i] - exponentials[i]) <= tolerance * scale)
        // 0 (overlap) has the logarithm −∞ on both sides.
        if isPositive, sum > 0 {
          #expect(abs(logSums[i] - log(sum)) <= tolerance * max(1, abs(log(sum))))
        } else if isPositive {
          #expect(logSums[i] == -.infinity)
        }
      }
    }
  }

  /// Kernels at a thousand length scales, whose values vanish, by their formulas.
  @Test func farPointsHaveLogarithms() throws {
    let (root3, root5) = (3.0.squareRoot(), 5.0.squareRoot())
    try checkFar("gaussian") { -$0 * $0 / 2 }
    try checkFar("laplace") { -$0 }
    try checkFar("productLaplace") { -$0 }
    try checkFar("matern(smoothness: 1.5)") { log(1 + root3 * $0) - root3 * $0 }
    try checkFar("matern(smoothness: 2.5)") { log(1 + root5 * $0 + 5 * $0 * $0 / 3) - root5 * $0 }
    try checkFar("rationalQuadratic(alpha: 2)") { -2 * log(1 + $0 * $0 / 4) }
    try checkFar("powerExponential(q: 2, p: 1.5)") { -pow($0, 1.5) }
  }

  private func checkFar(_ text: String, logarithm: (Double) -> Double) throws {
    try checkFar(text, as: Double.self, tolerance: 1e-13, logarithm)
    try checkFar(text, as: Float.self, tolerance: 1e-6, logarithm)
  }

  /// The tolerance is relative to the logarithms, as rounding of the exponents is.
  private func checkFar<E: Scalar>(
    _ text: String, as: E.Type, tolerance: Double, _ logarithm: (Double) -> Double
  ) throws {
    let gram = try TiledCrossGram(
      makeKernel(parsing: text, of: E.self), rows: Points(rows: [[0, 0, 0]]),
      columns: Points(rows: [[1000, 0, 0], [0, -1001, 0]]))
    let (near, far) = (logarithm(1000), logarithm(1001))
    let expected = near + log(1 + exp(far - near))
    let value = try gram.rowLogSums()[0]
    #expect(abs(value - expected) <= tolerance * abs(expected), "\(text): \(value)")
  }

  /// Exponents of ±10⁴ on many columns, and a constant added to all of them.
  @Test func largeExponents() throws {
    for shift in [0.0, 1e4, -1e4] {
      var matrix = Matrix<Double>.random(rowCount: 3, columnCount: 1100, seed: 8)
      for i in 0..<3 { for j in 0..<1100 { matrix[i, j] = 20 * matrix[i, j] + shift } }
      let sums = try DenseCrossGram(matrix).rowLogSumExp(weights: someWeights(1100))
      for i in 0..<3 {
        let terms = zip(matrix.row(i), someWeights(1100)).map { exp($0 - shift) * $1 }
        #expect(abs(sums[i] - shift - log(terms.reduce(0, +))) <= 1e-11)
      }
    }
    // A factor of all weights adds its logarithm, also where Float does not hold it.
    let float = DenseCrossGram(Matrix<Float>.random(rowCount: 2, columnCount: 60, seed: 9))
    let plain = try float.rowLogSumExp()
    for factor in [1e-200, 1e200] {
      let weighted = try float.rowLogSumExp(weights: [Double](repeating: factor, count: 60))
      for i in 0..<2 { #expect(abs(weighted[i] - plain[i] - log(factor)) <= 1e-12) }
    }
  }

  /// A column of weight 0 does not count, however large its exponent.
  @Test func weightsOfZero() throws {
    var matrix = Matrix<Float>(rowCount: 1, columnCount: 50, repeating: 1)
    matrix[0, 20] = 1e4
    var weights = [Double](repeating: 1, count: 50)
    weights[20] = 0
    let gram = DenseCrossGram(matrix)
    #expect(abs(try gram.rowLogSumExp(weights: weights)[0] - 1 - log(49)) <= 1e-12)
    let zeros = [Double](repeating: 0, count: 50)
    #expect(try gram.rowLogSumExp(weights: zeros) == [-.infinity])
    #expect(try gram.rowLogSums(weights: zeros) == [-.infinity])
  }

  @Test func refusals() throws {
    let x = Points<Double>.random(count: 4, dimension: 2, seed: 1)
    let gram = try TiledCrossGram(GaussianKernel<Double>(), rows: x, columns: x)
    for weights in [[1, 1, -0.5, 1], [1, .nan, 1, 1], [.infinity, 1, 1, 1]] {
      #expect(code { try gram.rowLogSumExp(weights: weights) } == .invalidParameter)
      #expect(code { try gram.rowLogSums(weights: weights) } == .invalidParameter)
    }
    #expect(code { try gram.rowSums(weights: [1]) } == .shapeMismatch)
    #expect(code { try gram.rowLogSums(weights: [1]) } == .shapeMismatch)
    // A linear kernel between opposite points is negative.
    let one = Points<Double>(rows: [[1, 2]])
    let linear = try TiledCrossGram(
      makeKernel(parsing: "linear", of: Double.self), rows: one, columns: Points(rows: [[-1, -1]]))
    #expect(code { try linear.rowLogSums() } == .invalidData)
    #expect(try linear.rowLogSumExp() == [-3])
  }
}
