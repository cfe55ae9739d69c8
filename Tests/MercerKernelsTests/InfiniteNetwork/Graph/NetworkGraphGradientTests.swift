import MercerCore
import MercerKernels
import Testing

@Suite("Gradients of networks of all layers")
struct NetworkGraphGradientTests {
  private static let networks = [
    "dense(biasVariance: 0.2) > erf(c: 0.1) > dense", "dense > gelu > dense(weightVariance: 1.4)",
    "dense(biasVariance: 0.3) > sin(c: 0.2) > dense > cos > dense", "dense > rbf > dense",
    "dense > sinCos > dense > exp(b: 0.4) > dense", "dense > gaussian > dense",
    "dense > monomial(degree: 3) > layerNorm > dense", "dense > hermite(degree: 2) > dense",
    "dense > rectifiedMonomial(degree: 2) > dense", "dense > step > dense(biasVariance: 0.1)",
    "dense > residual(relu > dense) > layerNorm > dense",
    "dense > residual(dense > relu) > residual(dense(biasVariance: 0.3) > relu) > dense",
    "product(dense > sigmoidLike, dense(weightVariance: 1.7)) > dense > relu > dense",
    "product(dense > relu, dense > gelu) > dense",
    "concatenate(dense > relu, dense(width: 2) > erf, dense) > dense > gelu > dense",
    "sum(dense > relu, dense > gelu, dense > cos) > dense > relu > dense",
    "dense > relu > layerNorm > dense > erf > dense",
    "dense > relu > dropout(rate: 0.3) > dense > relu > dense",
    "dense(learningRate: 0.5) > relu > dense(biasVariance: 0.2, learningRate: 3)",
    "dense(parametrisation: standard, width: 4) > relu > "
      + "dense(parametrisation: standard, biasVariance: 0.5)",
    "dense(width: 8) > erf > dense(parametrisation: meanField, biasVariance: 0.2)",
    "residual(dense > relu > dense) > dense",
  ]

  /// Central differences with step h = 1e-5 err by h² and by 1e-16/h, times third derivatives that are
  /// larger here than for rectifiers.
  @Test("They agree with central differences", arguments: networks)
  func gradients(text: String) throws {
    let check = GradientCheck(rows: 3, columns: 4, dimension: 3, seed: 11)
    for kind in NetworkKernel<Double>.Kind.allCases {
      let expression = try KernelExpression(parsing: "\(kind.rawValue)(\(text))")
      guard case .call(_, let arguments) = expression, case .network(let tree) = arguments[0].value
      else {
        Issue.record("no network")
        return
      }
      for metric in [Metric.identity, .scales([1.2, 0.3, 0.8])] {
        let kernel = try NetworkKernel<Double>(kind, Network(tree), metric: metric)
        #expect(try check.inputError(kernel) < 1e-6)
        #expect(try check.parameterError(kernel) < 1e-6)
      }
    }
  }

  @Test("Those of a function by quadrature, too")
  func function() throws {
    let check = GradientCheck(rows: 3, columns: 4, dimension: 3, seed: 11)
    let layer = try FunctionActivation("square", terms: 12) { $0 * $0 + 0.3 * $0 * $0 * $0 }
    let dense = try DenseLayer(weightVariance: 0.8)
    let network = try Network([
      dense, layer, BranchLayer(.residual, [Network([dense, layer])]), dense,
    ])
    for kind in NetworkKernel<Double>.Kind.allCases {
      let kernel = try NetworkKernel<Double>(kind, network)
      #expect(try check.inputError(kernel) < 1e-6)
      #expect(try check.parameterError(kernel) < 1e-6)
    }
  }

  @Test("At equal, opposite and zero inputs they are finite", arguments: networks)
  func kinks(text: String) throws {
    var stream = TestStream(seed: 3)
    var rows = (0..<3).map { _ in (0..<3).map { _ in stream.roughNormal() } }
    rows += [rows[0], rows[1].map { -$0 }, rows[2].map { 3 * $0 }, [0, 0, 0]]
    let x = Points<Double>(rows: rows)
    for kind in ["nngp", "ntk"] {
      try expectFiniteGradients(
        of: makeKernel(parsing: "\(kind)(\(text))", of: Double.self), at: x)
    }
  }
}
