import Foundation
import MercerCore
import MercerKernels
import Testing

@Suite struct KernelRegistryTests {
  /// Every leaf, every combinator, and networks.
  static let texts = [
    "gaussian(lengthScale: 1.2, scales: [1, 0.2, 0.7]) + 0.1 * linear",
    "laplace(lengthScale: 2, transform: [[1, 0.5, 0], [0, 1, -0.25]])",
    "productLaplace(lengthScale: 3, scales: [1, 0.2, 0.7])",
    "powerExponential(q: 1.5, p: 1.2, lengthScale: 2)",
    "matern(smoothness: 2.5, lengthScale: 0.3) * overlap(on: [1, 2])",
    "anovaLaplace(lengthScale: 3, weight: 0.5, scales: [1, 0.2, 0.7])",
    "additiveLaplace(lengthScale: 3) + additiveLaplace(order: 2, lengthScale: 2, on: [0, 2])",
    "rationalQuadratic(alpha: 0.7, lengthScale: 1.5) + periodic(period: 2, on: [0])",
    "polynomial(degree: 3, offset: 0.5) + cosine + arcCosine(order: 1)",
    "ntk((dense(weightVariance: 2, biasVariance: 0.1) > relu) ^ 3 > dense)",
    "nngp(dense > leakyRelu(slope: 0.1) > dense, on: [0, 2])",
    "normalised(centred(linear ^ 2 + 1e-3 * select(gaussian + linear, on: [2, 0])))",
  ]

  @Test(arguments: texts)
  func kernelsPrintAndReadBack(text: String) throws {
    let kernel: any PointKernel<Double> = try makeKernel(parsing: text)
    let again: any PointKernel<Double> = try kernel.expression.makeKernel()
    #expect(again.expression == kernel.expression)
    #expect(try KernelExpression(parsing: kernel.description) == kernel.expression)
    let (x, z) = (Points(rows: somePoints(4, 3, seed: 1)), Points(rows: somePoints(5, 3, seed: 2)))
    // The same parameters, bit for bit, give the same values.
    #expect(try again.matrix(rows: x, columns: z) == kernel.matrix(rows: x, columns: z))
    #expect(again.parameters == kernel.parameters)
  }

  @Test func namesAreDistinct() {
    let names =
      KernelRegistry<Double>.standard.syntaxes.map(\.name) + KernelRegistry<Double>.combinators
    #expect(Set(names).count == names.count)
    #expect(names.count >= 17)
  }

  @Test func everyKernelWithoutRequiredArgumentsIsMadeFromItsName() throws {
    for syntax in KernelRegistry<Double>.standard.syntaxes
    where !syntax.parameters.contains(where: { $0.absence == .required }) {
      let kernel: any PointKernel<Double> = try makeKernel(parsing: syntax.name)
      #expect(try KernelExpression(parsing: kernel.description) == kernel.expression)
    }
  }

  @Test func aRegistryCanBeExtended() throws {
    let mine = KernelSyntax<Double>("mine", summary: "twice linear", parameters: []) {
      (_) throws(MercerError) in try ScaledKernel(2, LinearKernel<Double>())
    }
    let registry = KernelRegistry(KernelRegistry<Double>.standard.syntaxes + [mine])
    #expect(try registry.makeKernel(parsing: "mine + linear").description == "2 * linear + linear")
  }

  private struct Golden: Decodable {
    struct Case: Decodable {
      let kernel: String
      let columns: [Int]?
      let gram_first_row: [Double]
    }
    let x: [[Double]]
    let cases: [Case]
  }

  /// scikit-learn's kernels in our words: its DotProduct adds sigma_0² = 0.64.
  @Test func aSumEqualsScikitLearn() throws {
    let golden = try Golden.golden("sklearn_gram_rows.json")
    let expected = try #require(golden.cases.first { $0.kernel == "ScaledRBF_plus_Linear" })
    let kernel: any PointKernel<Double> = try makeKernel(
      parsing: "1.9 * gaussian(lengthScale: 1.3) + polynomial(degree: 1, offset: 0.64)")
    let points = Points(rows: golden.x)
    let row = try kernel.matrix(rows: points.subset(at: [0]), columns: points).row(0)
    for (value, expected) in zip(row, expected.gram_first_row) {
      // The tolerance for all golden values in Double, relative to values of order 1.
      #expect(abs(value - expected) <= 1e-10 * max(1, abs(expected)))
    }
    #expect(row.count == expected.gram_first_row.count)
  }
}
