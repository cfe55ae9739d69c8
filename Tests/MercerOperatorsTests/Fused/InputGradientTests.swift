import MercerCore
import MercerKernels
import MercerOperators
import MercerTestSupport
import Testing

/// Gradients of predictors at their inputs, against central differences of the predictor in Double.
@Suite struct InputGradientTests {
  /// With loops of their own, with metrics, and without: sums and networks go by tiles of weights.
  static let kernels = [
    "gaussian(lengthScale: 1.5)", "laplace(lengthScale: 2)", "productLaplace(lengthScale: 3)",
    "matern(smoothness: 1.5, scales: [1, 0.5, 2])", "rationalQuadratic", "polynomial(degree: 3)",
    "powerExponential(q: 1.5, p: 1.5, lengthScale: 2)", "gaussian + linear",
    "anovaLaplace(lengthScale: 2, scales: [1, 0.5, 2])", "additiveLaplace(order: 2, on: [0, 2])",
    "additiveLaplace(order: 2, lengthScale: 2, transform: [[1, 0.5, 0], [0, 0, 0], [0, 1, -0.3]])",
    "ntk(dense > relu > dense)",
  ]

  @Test(arguments: kernels, [1, 3])
  func isThatOfDifferences(text: String, outputs: Int) throws {
    let kernel = try makeKernel(parsing: text, of: Double.self)
    let (n, m, d) = (50, 70, 3)
    let x = Points<Double>.random(count: n, dimension: d, seed: 11)
    let z = Points<Double>.random(count: m, dimension: d, seed: 12)
    let v = Matrix<Double>.random(rowCount: m, columnCount: outputs, seed: 13)
    let found = try TiledCrossGram(kernel, rows: x, columns: z).inputGradient(of: v)
    let step = 1e-5
    for c in 0..<d {
      var (up, down) = (x.coordinates, x.coordinates)
      for i in 0..<n {
        up[i, c] += step
        down[i, c] -= step
      }
      let above = try TiledCrossGram(kernel, rows: Points(up), columns: z).applied(to: v)
      let below = try TiledCrossGram(kernel, rows: Points(down), columns: z).applied(to: v)
      for o in 0..<outputs {
        for i in 0..<n {
          let expected = (above[i, o] - below[i, o]) / (2 * step)
          // The difference is off by step² times a third derivative, and by rounding over step.
          #expect(abs(found[i, o * d + c] - expected) <= 1e-6 * max(1, abs(expected)), "\(text)")
        }
      }
    }
  }

  @Test func floatIsNearDoubleAndThreadsDoNotMatter() throws {
    let x = Points<Double>.random(count: 101, dimension: 20, seed: 14)
    let v = Matrix<Double>.random(rowCount: 101, columnCount: 2, seed: 15)
    let exact = try TiledCrossGram(
      GaussianKernel<Double>(lengthScale: 2), rows: x, columns: x
    ).inputGradient(of: v)
    let points = Points(Matrix<Float>(converting: x.coordinates))
    let gram = try TiledCrossGram(
      GaussianKernel<Float>(lengthScale: 2), rows: points, columns: points)
    let weights = Matrix<Float>(converting: v)
    let one = try gram.inputGradient(of: weights, context: ExecutionContext(threadCount: 1))
    let three = try gram.inputGradient(of: weights, context: ExecutionContext(threadCount: 3))
    #expect(one == three)
    // Sums of 101 terms of size 1.
    #expect(zip(one.elements, exact.elements).allSatisfy { abs(Double($0) - $1) <= 2e-5 })
  }

  @Test func coefficientsOfAnotherSizeAreRefused() throws {
    let x = Points<Double>.random(count: 5, dimension: 2, seed: 16)
    let gram = try TiledCrossGram(GaussianKernel<Double>(), rows: x, columns: x)
    #expect(throws: MercerError.self) {
      _ = try gram.inputGradient(of: Matrix(rowCount: 4, columnCount: 1))
    }
  }
}
