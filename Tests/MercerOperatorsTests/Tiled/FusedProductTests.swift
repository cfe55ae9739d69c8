import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import RealModule
import Testing

/// Fused products against stored matrices, at sizes around the panels and blocks of every
/// instruction set, in as many rows as make the operator choose the fused path.
@Suite struct FusedProductTests {
  static let kernels = [
    "gaussian(lengthScale: 1.5)", "laplace(lengthScale: 2)", "matern(smoothness: 0.5)",
    "matern(smoothness: 1.5, lengthScale: 2)", "matern(smoothness: 2.5, lengthScale: 3)",
    "productLaplace(lengthScale: 4)",
  ]

  private func check<E: Scalar>(
    _ text: String, rows n: Int, columns m: Int, dimension d: Int, outputs k: Int, as: E.Type
  ) throws {
    let kernel = try makeKernel(parsing: text, of: E.self)
    let x = Points<E>.random(count: n, dimension: d, seed: 1)
    // Some columns are rows too, so that distances of exactly zero occur.
    var coordinates = Matrix<E>.random(rowCount: m, columnCount: d, seed: 2)
    for j in stride(from: 0, to: m, by: 5) {
      for c in 0..<d { coordinates[j, c] = x.coordinates[j % n, c] }
    }
    let gram = try TiledCrossGram(kernel, rows: x, columns: Points(coordinates))
    let v = Matrix<E>.random(rowCount: m, columnCount: k, seed: 3)
    let dirty = Matrix<E>(rowCount: n, columnCount: k, repeating: .nan)
    var (one, three) = (dirty, dirty)
    try gram.apply(v, into: &one, context: ExecutionContext(threadCount: 1))
    try gram.apply(v, into: &three, context: ExecutionContext(threadCount: 3))
    #expect(one == three)
    let stored = Matrix<Double>(converting: try gram.densified(context: .default))
    let expected = try stored.multiplied(by: Matrix<Double>(converting: v))
    // Entries agree to the precision of E; sums of m of them in steps of 512.
    let tolerance = (E.self == Float.self ? 3e-6 : 1e-14) * Double(m).squareRoot()
    let worst = zip(one.elements, expected.elements).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= tolerance, "\(text) \(n) × \(m), d = \(d), \(k) outputs: \(worst)")
  }

  @Test(arguments: kernels)
  func agreesWithStoredMatrices(kernel: String) throws {
    for (m, d, k) in [(1, 3, 1), (47, 20, 2), (49, 3, 16), (130, 33, 1)] {
      try check(kernel, rows: 2051, columns: m, dimension: d, outputs: k, as: Float.self)
      try check(kernel, rows: 2051, columns: m, dimension: d, outputs: k, as: Double.self)
    }
  }

  /// Points 10⁴ length scales from the origin and 10⁻⁴ apart: centring and the pairs summed anew
  /// keep what the coordinates themselves hold.
  @Test func closePointsFarFromTheOrigin() throws {
    let d = 24
    var coordinates = Matrix<Double>.random(rowCount: 2048, columnCount: d, seed: 4)
    for i in 0..<2048 { for c in 0..<d { coordinates[i, c] = 1e4 + 1e-4 * coordinates[i, c] } }
    let points = Points(coordinates)
    let gram = try TiledCrossGram(
      LaplaceKernel<Double>(lengthScale: 1e-3), rows: points,
      columns: points.subset(at: [3, 9, 77]))
    let y = try gram.applied(to: Matrix<Double>(column: [1, -0.5, 2]))
    for i in [0, 3, 500, 2047] {
      var expected = 0.0
      for (j, weight) in [(3, 1.0), (9, -0.5), (77, 2.0)] {
        let squared = (0..<d).map { coordinates[i, $0] - coordinates[j, $0] }.map { $0 * $0 }
        expected += weight * Double.exp(-squared.reduce(0, +).squareRoot() / 1e-3)
      }
      #expect(abs(y[i, 0] - expected) < 1e-10)
    }
  }
}
