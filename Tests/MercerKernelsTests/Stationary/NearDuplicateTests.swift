import MercerCore
import MercerKernels
import Testing

/// Points that are close to each other and far from the origin, where distances from inner
/// products lose their digits.
@Suite struct NearDuplicateTests {
  /// Points around 10⁶, the second of each pair 2⁻¹⁰ from the first in each coordinate; all
  /// coordinates are exact in Double.
  private func points(dimension d: Int) -> Matrix<Double> {
    var numbers = TestNumbers(seed: 21)
    let base = numbers.matrix(4, d)
    var matrix = Matrix<Double>(rowCount: 8, columnCount: d)
    for i in 0..<4 {
      for k in 0..<d {
        let value = (base[i, k] * 1024).rounded() / 1024 + 1_000_000
        matrix[2 * i, k] = value
        matrix[2 * i + 1, k] = value + (k % 2 == 0 ? 1 : -1) / 1024
      }
    }
    return matrix
  }

  @Test(arguments: [3, 16, 17, 40])
  func distancesKeepTheirDigits(dimension d: Int) throws {
    let x = points(dimension: d)
    // A short length scale, so that the pairs are at a distance that matters.
    let l = 0.002 * Double(d).squareRoot()
    let kernels: [any Kernel<Points<Double>, Double>] = [
      try GaussianKernel(lengthScale: l), try LaplaceKernel(lengthScale: l),
      try MaternKernel(smoothness: 2.5, lengthScale: l),
      try RationalQuadraticKernel(lengthScale: l),
    ]
    let formulas: [(Double) -> Double] = [
      { exponential(-$0 / (2 * l * l)) }, { exponential(-$0.squareRoot() / l) },
      {
        let u = (5 * $0).squareRoot() / l
        return (1 + u + u * u / 3) * exponential(-u)
      },
      { 1 / (1 + $0 / (2 * l * l)) },
    ]
    for (kernel, formula) in zip(kernels, formulas) {
      let same = try kernel.matrix(rows: Points(x), columns: Points(x))
      let copied = try kernel.matrix(
        rows: Points(x), columns: Points(Matrix(rows: (0..<8).map { x.row($0) })))
      for i in 0..<4 {
        let expected = formula(distance(x.row(2 * i), x.row(2 * i + 1)))
        // The center, a rounded mean, is subtracted from both points: that costs 1e-10 of the
        // coordinates' unit, 1e-7 of these distances.
        #expect(abs(same[2 * i, 2 * i + 1] - expected) < 1e-6, "\(kernel)")
        #expect(abs(copied[2 * i, 2 * i + 1] - expected) < 1e-6, "\(kernel)")
        // Equal points are at distance 0, also when they are not the same memory.
        #expect(same[2 * i, 2 * i] == 1)
        #expect(copied[2 * i, 2 * i] == 1)
      }
    }
  }

  @Test func floatKeepsItsDigitsToo() throws {
    // Coordinates near 1000, with 2⁻¹⁴ as unit of the last place, and pairs 2⁻¹⁰ apart.
    let kernel = try LaplaceKernel<Float>(lengthScale: 0.01)
    for d in [4, 32] {
      var rows = [[Float]](repeating: [Float](repeating: 1000, count: d), count: 2)
      rows[1] = rows[1].map { $0 + 1 / 1024 }
      rows.append([Float](repeating: 1001, count: d))
      let points = Points(rows: rows)
      let matrix = try kernel.matrix(rows: points, columns: points)
      let expected = exponential(-(Double(d).squareRoot() / 1024) / 0.01)
      // The mean of the points is rounded to 2⁻¹⁴, but all differences from it are exact.
      #expect(abs(Double(matrix[0, 1]) - expected) < 1e-5 * expected)
    }
  }
}
