import MercerCore
import MercerKernels
import MercerTestSupport
import Testing

/// A kernel in both precisions, for the laws. A new kernel on points is a line in `all`.
struct KernelLawCase: CustomTestStringConvertible, Sendable {
  typealias Maker<E: Scalar> = @Sendable () throws -> any Kernel<Points<E>, E>

  let testDescription: String
  /// Whether the points are small whole numbers, such as the codes of categories.
  let takesCodes: Bool
  /// Whether differences can check the gradient by the inputs.
  var hasInputGradient = true
  let float: Maker<Float>
  let double: Maker<Double>

  init(
    _ name: String, takesCodes: Bool = false, _ float: @escaping Maker<Float>,
    _ double: @escaping Maker<Double>
  ) {
    testDescription = name
    self.takesCodes = takesCodes
    self.float = float
    self.double = double
  }

  /// A kernel by its text form.
  init(parsing text: String, hasInputGradient: Bool = true) {
    self.init(
      text, { try makeKernel(parsing: text, of: Float.self) },
      { try makeKernel(parsing: text, of: Double.self) })
    self.hasInputGradient = hasInputGradient
  }

  static let scales = Metric.scales([1, 0.2, 0.7])
  static let transform = Metric.transform(Matrix(rows: [[1, 0.5, 0], [-0.3, 0.8, 0.2]]))

  static let all: [KernelLawCase] = [
    .init("gaussian", { try GaussianKernel(lengthScale: 0.9) }) {
      try GaussianKernel(lengthScale: 0.9)
    },
    .init("gaussian with scales", { try GaussianKernel(metric: scales) }) {
      try GaussianKernel(metric: scales)
    },
    .init("gaussian with a transform", { try GaussianKernel(metric: transform) }) {
      try GaussianKernel(metric: transform)
    },
    .init("laplace", { try LaplaceKernel(lengthScale: 1.3, metric: scales) }) {
      try LaplaceKernel(lengthScale: 1.3, metric: scales)
    },
    .init("productLaplace", { try ProductLaplaceKernel(lengthScale: 2, metric: scales) }) {
      try ProductLaplaceKernel(lengthScale: 2, metric: scales)
    },
    .init("powerExponential", { try PowerExponentialKernel(q: 1.5, p: 1.2, lengthScale: 0.8) }) {
      try PowerExponentialKernel(q: 1.5, p: 1.2, lengthScale: 0.8)
    },
    .init("matern 1/2", { try MaternKernel(smoothness: 0.5, lengthScale: 0.7) }) {
      try MaternKernel(smoothness: 0.5, lengthScale: 0.7)
    },
    .init("matern 3/2", { try MaternKernel(smoothness: 1.5, metric: scales) }) {
      try MaternKernel(smoothness: 1.5, metric: scales)
    },
    .init("matern 5/2", { try MaternKernel(smoothness: 2.5, metric: transform) }) {
      try MaternKernel(smoothness: 2.5, metric: transform)
    },
    .init("rationalQuadratic", { try RationalQuadraticKernel(alpha: 0.7, lengthScale: 0.6) }) {
      try RationalQuadraticKernel(alpha: 0.7, lengthScale: 0.6)
    },
    .init("periodic", { try PeriodicKernel(period: 1.1, lengthScale: 0.8) }) {
      try PeriodicKernel(period: 1.1, lengthScale: 0.8)
    },
    .init(parsing: "anovaLaplace(lengthScale: 1.3, weight: 0.6, scales: [1, 0.2, 0.7])"),
    .init(
      parsing: "anovaLaplace(weight: 20, transform: [[1, 0.5, 0], [0, 0, 0], [-0.3, 0.8, 0.2]])"),
    .init(parsing: "anovaLaplace(lengthScale: 0.01)"),
    .init(parsing: "additiveLaplace(lengthScale: 0.8, scales: [1, 0, 0.7])"),
    .init(parsing: "additiveLaplace(order: 2, lengthScale: 1.3, scales: [1, 0.2, 0.7])"),
    .init(parsing: "additiveLaplace(order: 2, lengthScale: 0.01)"),
    .init("linear", { try LinearKernel(metric: scales) }) { try LinearKernel(metric: scales) },
    .init("polynomial", { try PolynomialKernel(degree: 3, offset: 0.5) }) {
      try PolynomialKernel(degree: 3, offset: 0.5)
    },
    .init("cosine", { try CosineKernel(metric: transform) }) {
      try CosineKernel(metric: transform)
    },
    .init("overlap", takesCodes: true, { OverlapKernel() }) { OverlapKernel() },
    // Its slope is infinite where directions meet, and differences near there are far off: 1/θ³.
    .init(parsing: "arcCosine(order: 0)", hasInputGradient: false),
    .init(parsing: "arcCosine(order: 1, scales: [1, 0.2, 0.7])"),
    .init(parsing: "arcCosine(order: 2)"),
    .init(parsing: "nngp(dense(weightVariance: 2, biasVariance: 0.1) > relu > dense)"),
    .init(parsing: "ntk((dense(weightVariance: 2, biasVariance: 0.1) > relu) ^ 3 > dense)"),
    .init(parsing: "ntk(dense > leakyRelu(slope: 0.1) > dense)"),
  ]

  /// Points for this kernel; with `sharing`, one of them is the second of the points of seed 31.
  func points<E: Scalar>(_ count: Int, seed: UInt64, sharing: Bool = false) -> Points<E> {
    var points = Points<E>.random(count: count, dimension: 3, seed: seed)
    if sharing {
      let other = Points<E>.random(count: 2, dimension: 3, seed: 31)
      for k in 0..<3 { points.coordinates[0, k] = other.coordinates[1, k] }
    }
    if takesCodes {
      let codes = points.coordinates.elements.map { (($0 + 1) * 2).rounded(.down) }
      points = Points(Matrix(rowCount: count, columnCount: 3, elements: codes))
    }
    return points
  }
}

@Suite("Every kernel keeps the laws")
struct KernelLawTests {
  @Test("of kernels, in Double", arguments: KernelLawCase.all)
  func doubleLaws(kernel: KernelLawCase) throws {
    let violations = KernelLaws.check(
      try kernel.double(), kernel.points(19, seed: 31),
      kernel.points(17, seed: 32, sharing: true))
    #expect(violations == [])
  }

  @Test("of kernels, in Float", arguments: KernelLawCase.all)
  func floatLaws(kernel: KernelLawCase) throws {
    let violations = KernelLaws.check(
      try kernel.float(), kernel.points(19, seed: 31),
      kernel.points(17, seed: 32, sharing: true))
    #expect(violations == [])
  }

  @Test("Float agrees with Double", arguments: KernelLawCase.all)
  func precision(kernel: KernelLawCase) throws {
    func check<F: Kernel, D: Kernel>(_ float: F, _ double: D) -> [LawViolation]
    where
      F.Inputs == Points<Float>, F.Element == Float, D.Inputs == Points<Double>,
      D.Element == Double
    {
      KernelLaws.checkPrecision(
        float: float, double: double, kernel.points(19, seed: 31),
        kernel.points(17, seed: 32, sharing: true))
    }
    #expect(check(try kernel.float(), try kernel.double()) == [])
  }

  @Test("gradients agree with finite differences", arguments: KernelLawCase.all)
  func gradients(kernel: KernelLawCase) throws {
    let violations = KernelLaws.checkGradients(
      try kernel.double(), kernel.points(7, seed: 31), kernel.points(9, seed: 33),
      hasInputGradient: kernel.hasInputGradient && !kernel.takesCodes)
    #expect(violations == [])
  }
}
