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
    "productLaplace(lengthScale: 4)", "rationalQuadratic(alpha: 2)",
    "powerExponential(q: 1.5, p: 1.5, lengthScale: 4)",
    "powerExponential(q: 1.5, p: 1, lengthScale: 4)", "linear", "polynomial(degree: 3)",
    "arcCosine(order: 0)", "arcCosine(order: 1)", "arcCosine(order: 2)",
    "ntk((dense > relu) ^ 2 > dense)",
    "nngp(dense(biasVariance: 0.1) > leakyRelu(slope: 0.2) > dense)",
    "overlap", "anovaLaplace(lengthScale: 4)", "additiveLaplace(order: 2, lengthScale: 0.5)",
    "anovaLaplace(lengthScale: 1e-3)", "additiveLaplace(lengthScale: 0.02, on: [0, 2])",
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
    let expected = stored.multiplied(by: Matrix<Double>(converting: v))
    // The entries are the same; sums of m of them run in steps of 480.
    let largest = stored.elements.map(abs).max() ?? 0
    let tolerance = (E.self == Float.self ? 3e-6 : 1e-14) * Double(m).squareRoot() * largest
    let worst = zip(one.elements, expected.elements).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(worst <= tolerance, "\(text) \(n) × \(m), d = \(d), \(k) outputs: \(worst)")
  }

  @Test(arguments: kernels)
  func agreesWithStoredMatrices(kernel: String) throws {
    // 24 outputs are the most in registers, 30 are multiplied by packed tiles.
    for (m, d, k) in [(1, 3, 1), (47, 20, 2), (49, 3, 24), (50, 4, 30), (130, 33, 1)] {
      try check(kernel, rows: 771, columns: m, dimension: d, outputs: k, as: Float.self)
      try check(kernel, rows: 771, columns: m, dimension: d, outputs: k, as: Double.self)
    }
  }

  /// Enough columns for the transposed product in registers (16 steps of 480), few rows.
  @Test(arguments: ["gaussian", "polynomial"])
  func transposedProducts(text: String) throws {
    let kernel = try makeKernel(parsing: text, of: Float.self)
    let x = Points<Float>.random(count: 53, dimension: 3, seed: 5)
    let z = Points<Float>.random(count: 7700, dimension: 3, seed: 6)
    let gram = try TiledCrossGram(kernel, rows: x, columns: z)
    let v = Matrix<Float>.random(rowCount: 53, columnCount: 2, seed: 7)
    var (one, three) = (Matrix<Float>(rowCount: 7700, columnCount: 2, repeating: .nan), v)
    three = one
    try gram.applyTransposed(v, into: &one, context: ExecutionContext(threadCount: 1))
    try gram.applyTransposed(v, into: &three, context: ExecutionContext(threadCount: 3))
    #expect(one == three)
    let stored = try gram.densified().transposed()
    // Sums of 53 entries of size 16 at most.
    #expect(distance(one, stored.multiplied(by: v)) <= 1e-4)
  }

  /// A symmetric operator evaluates each pair once; a rectangular one on the same points does not.
  @Test(arguments: ["gaussian", "anovaLaplace", "ntk(dense > relu > dense)"], [1, 3])
  func symmetricProducts(text: String, outputs: Int) throws {
    try checkSymmetric(text, outputs, as: Double.self, tolerance: 1e-12)
    try checkSymmetric(text, outputs, as: Float.self, tolerance: 5e-4)
  }

  private func checkSymmetric<E: Scalar>(
    _ text: String, _ outputs: Int, as: E.Type, tolerance: Double
  ) throws {
    let kernel = try makeKernel(parsing: text, of: E.self)
    // Bands of 48 rows, the last of which is short and ends inside of a panel.
    let x = Points<E>.random(count: 1003, dimension: 19, seed: 8)
    let v = Matrix<E>.random(rowCount: 1003, columnCount: outputs, seed: 9)
    let gram = try TiledGram(kernel, inputs: x)
    let one = try gram.applied(to: v, context: ExecutionContext(threadCount: 1))
    let three = try gram.applied(to: v, context: ExecutionContext(threadCount: 3))
    #expect(one == three)
    let rectangular = try TiledCrossGram(kernel, rows: x, columns: x).applied(to: v)
    #expect(distance(one, rectangular) <= tolerance)
  }

  private func distance<E: Scalar>(_ a: Matrix<E>, _ b: Matrix<E>) -> Double {
    zip(a.elements, b.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
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
