import MercerCore
import MercerKernels
import Testing

/// Kernels made from their arguments, and printed as them; ranges of parameters.
@Suite struct KernelSyntaxTests {
  private static let syntaxes: [KernelSyntax<Double>] = [
    GaussianKernel.syntax, LaplaceKernel.syntax, ProductLaplaceKernel.syntax,
    PowerExponentialKernel.syntax, MaternKernel.syntax, RationalQuadraticKernel.syntax,
    PeriodicKernel.syntax, LinearKernel.syntax, PolynomialKernel.syntax, CosineKernel.syntax,
    OverlapKernel.syntax,
  ]

  @Test func expressionsMakeEqualKernels() throws {
    for metric in metrics(dimension: 3) {
      for sample in try kernelSamples(metric: metric, Double.self) {
        guard case .call(let name, let arguments) = sample.kernel.expression else {
          Issue.record("\(sample.kernel) is no call")
          continue
        }
        let known = KernelRegistry<Double>.standard.syntaxes
        let syntax = try #require(known.first { $0.name == name })
        let again = try syntax.make(arguments)
        #expect(again.expression == sample.kernel.expression)
        #expect(again.parameters == sample.kernel.parameters)
        #expect(try isEqual(sample.kernel, to: again))
      }
    }
  }

  private func isEqual(_ a: some Kernel, to b: any Kernel) throws -> Bool {
    let a = try #require(a as? any Equatable)
    func equal<T: Equatable>(_ a: T) -> Bool { (b as? T) == a }
    return equal(a)
  }

  @Test func everyParameterIsPrinted() throws {
    #expect(
      try GaussianKernel<Float>(lengthScale: 1.2).expression
        == .call("gaussian", [.init("lengthScale", .number(1.2))]))
    #expect(
      try PolynomialKernel<Float>(offset: 0, metric: .scales([1, 0.2])).expression
        == .call(
          "polynomial",
          [
            .init("degree", .number(2)), .init("offset", .number(0)),
            .init("scales", .list([1, 0.2])),
          ]))
    #expect(try LinearKernel<Float>().expression == .call("linear"))
    #expect(
      try MaternKernel<Float>(
        smoothness: 1.5, metric: .transform(Matrix(rows: [[1, 2], [3, 4]]))
      ).expression
        == .call(
          "matern",
          [
            .init("smoothness", .number(1.5)), .init("lengthScale", .number(1)),
            .init("transform", .matrix([[1, 2], [3, 4]])),
          ]))
  }

  @Test func defaultsAreThoseOfTheInitialisers() throws {
    for syntax in Self.syntaxes where syntax.name != "powerExponential" {
      let kernel = try syntax.make([])
      #expect(kernel.parameters.allSatisfy { $0.value == 1 }, "\(syntax.name)")
    }
    #expect(throws: MercerError.self) { try PowerExponentialKernel<Double>.syntax.make([]) }
  }

  @Test func wrongArgumentsAreRefused() throws {
    let one = KernelExpression.Value.number(1)
    let wrong: [(KernelSyntax<Double>, [KernelExpression.Argument])] = [
      (GaussianKernel.syntax, [.init("lenghtScale", one)]),
      (GaussianKernel.syntax, [.init(nil, one)]),
      (GaussianKernel.syntax, [.init("lengthScale", .list([1]))]),
      (GaussianKernel.syntax, [.init("lengthScale", one), .init("lengthScale", one)]),
      (
        GaussianKernel.syntax,
        [.init("scales", .list([1])), .init("transform", .matrix([[1]]))]
      ),
      (GaussianKernel.syntax, [.init("transform", .matrix([[1, 2], [3]]))]),
      (PolynomialKernel.syntax, [.init("degree", .number(1.5))]),
      (OverlapKernel.syntax, [.init("scales", .list([1]))]),
    ]
    for (syntax, arguments) in wrong {
      let error = #expect(throws: MercerError.self) { try syntax.make(arguments) }
      #expect(error?.code == .invalidExpression, "\(arguments)")
    }
  }

  @Test func rangesAreChecked() throws {
    let wrong: [() throws -> any Kernel] = [
      { try GaussianKernel<Double>(lengthScale: 0) },
      { try LaplaceKernel<Double>(lengthScale: -1) },
      { try ProductLaplaceKernel<Double>(lengthScale: .infinity) },
      { try MaternKernel<Double>(smoothness: 2) },
      { try MaternKernel<Double>(lengthScale: .nan) },
      { try PowerExponentialKernel<Double>(q: 1, p: 1.5) },
      { try PowerExponentialKernel<Double>(q: 2.5, p: 1) },
      { try PowerExponentialKernel<Double>(q: .nan, p: 1) },
      { try PowerExponentialKernel<Double>(q: 1, p: .nan) },
      { try PowerExponentialKernel<Double>(q: 1, p: 0) },
      { try RationalQuadraticKernel<Double>(alpha: 0) },
      { try PeriodicKernel<Double>(period: -2) },
      { try PolynomialKernel<Double>(degree: 0) },
      { try PolynomialKernel<Double>(offset: -0.1) },
      { try LinearKernel<Double>(metric: .scales([1, -1])) },
      { try CosineKernel<Double>(metric: .scales([.nan])) },
      { try GaussianKernel<Double>(metric: .transform(Matrix(rows: [[.infinity]]))) },
    ]
    for make in wrong {
      let error = #expect(throws: MercerError.self) { _ = try make() }
      #expect(error?.code == .invalidParameter)
    }
  }

  @Test func parametersOfTheMetricComeLast() throws {
    let kernel = try RationalQuadraticKernel<Double>(
      alpha: 2, lengthScale: 3, metric: .scales([0.5, 0, 0.7]))
    #expect(kernel.parameters.map(\.name) == ["lengthScale", "alpha", "scales[0]", "scales[2]"])
    let other = try kernel.withParameters([1, 4, 0.1, 0.2])
    #expect(
      try other
        == RationalQuadraticKernel(alpha: 4, lengthScale: 1, metric: .scales([0.1, 0, 0.2])))
    #expect(throws: MercerError.self) { try kernel.withParameters([1, 4, 0.1]) }
    #expect(throws: MercerError.self) { try kernel.withParameters([0, 4, 0.1, 0.2]) }
  }
}
