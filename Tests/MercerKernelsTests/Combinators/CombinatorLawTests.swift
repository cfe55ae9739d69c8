import MercerCore
import MercerKernels
import MercerTestSupport
import Testing

/// Combinations keep the laws that every kernel keeps. What is centred is anchored first: that is
/// when `centred` is one function of two inputs.
@Suite struct CombinatorLawTests {
  static let texts = [
    "gaussian(lengthScale: 0.9) + 0.4 * linear", "matern(smoothness: 2.5) * polynomial(degree: 2)",
    "3 * laplace(lengthScale: 0.7)", "(gaussian + linear) ^ 3", "gaussian(on: [2, 0])",
    "select(gaussian + 0.5 * linear, on: [1])", "normalised(polynomial(degree: 2, offset: 0.5))",
    "centred(gaussian)", "normalised(centred(gaussian * cosine) + ntk(dense > relu > dense))",
  ]

  private func kernel<Element: Scalar>(_ text: String) throws -> any PointKernel<Element> {
    let reference = Points<Element>.random(count: 8, dimension: 3, seed: 40)
    return try makeKernel(parsing: text, of: Element.self).anchored(to: reference)
  }

  @Test(arguments: texts)
  func lawsInDouble(text: String) throws {
    let (x, z) = (
      Points<Double>.random(count: 19, dimension: 3, seed: 31),
      Points<Double>.random(count: 17, dimension: 3, seed: 32)
    )
    #expect(KernelLaws.check(try kernel(text), x, z) == [])
  }

  @Test(arguments: texts)
  func lawsInFloat(text: String) throws {
    let (x, z) = (
      Points<Float>.random(count: 19, dimension: 3, seed: 31),
      Points<Float>.random(count: 17, dimension: 3, seed: 32)
    )
    #expect(KernelLaws.check(try kernel(text), x, z) == [])
  }

  @Test(arguments: texts)
  func gradients(text: String) throws {
    let (x, z) = (
      Points<Double>.random(count: 7, dimension: 3, seed: 31),
      Points<Double>.random(count: 9, dimension: 3, seed: 33)
    )
    #expect(KernelLaws.checkGradients(try kernel(text), x, z) == [])
  }
}
