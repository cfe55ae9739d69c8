import MercerCore
import MercerKernels
import Testing

/// The inverse quadratic kernel 1 / (1 + r²/ℓ²), as somebody outside of Mercer would write it.
private struct InverseQuadraticKernel<Element: Scalar>: RadialKernel {
  var lengthScale: Double
  var metric: Metric

  func map(_ count: Int, _ s: UnsafeMutablePointer<Element>) {
    Element.loops.map(PairMap(.rational, c: 1 / (lengthScale * lengthScale), p: 1), count, s)
  }

  func mapSlope(_ count: Int, _ s: UnsafeMutablePointer<Element>) {
    let c = 1 / (lengthScale * lengthScale)
    Element.loops.map(PairMap(.rational, a: -c, c: c, p: 2), count, s)
  }

  func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    InverseQuadraticKernel(lengthScale: values[0], metric: metric)
  }

  static var syntax: KernelSyntax<Element> {
    KernelSyntax(
      "inverseQuadratic", summary: "1/(1 + r²/ℓ²)", parameters: [.lengthScale] + .metric
    ) { (arguments) throws(MercerError) in
      InverseQuadraticKernel(
        lengthScale: try arguments.number("lengthScale"), metric: try arguments.metric())
    }
  }
}

@Suite struct CustomRadialKernelTests {
  @Test(arguments: [3, 20])
  func isTheRationalQuadraticOfAlphaOne(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 51)
    let (x, z) = (Points(numbers.matrix(3, d)), Points(numbers.matrix(4, d)))
    let scales = Metric.scales([Double](repeating: 0.9, count: d))
    let custom = InverseQuadraticKernel<Double>(lengthScale: 1.5, metric: scales)
    // (1 + r²/(2αℓ²))^−α with α = 1 and ℓ = 1.5/√2.
    let root = 2.0.squareRoot()
    let known = try RationalQuadraticKernel<Double>(
      alpha: 1, lengthScale: 1.5 / root, metric: scales)
    let (a, b) = (
      try custom.matrix(rows: x, columns: z), try known.matrix(rows: x, columns: z)
    )
    // The two length scales differ by a rounding.
    #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(custom.expression == custom.syntaxExpression)
    #expect(custom.parameters.map(\.name).prefix(2) == ["lengthScale", "scales[0]"])

    var weights = Matrix<Double>(rowCount: 3, columnCount: 4, repeating: 1)
    var (ours, theirs) = (
      [Double](repeating: 0, count: d + 1), [Double](repeating: 0, count: d + 2)
    )
    try weights.withTile { weights in
      try custom.bound(rows: x, columns: z)
        .accumulateParameterGradient(weights: weights, into: &ours)
      try known.bound(rows: x, columns: z)
        .accumulateParameterGradient(weights: weights, into: &theirs)
    }
    #expect(abs(ours[0] - theirs[0] / root) < 1e-12)
    #expect(zip(ours[1...], theirs[2...]).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}

extension InverseQuadraticKernel {
  fileprivate var syntaxExpression: KernelExpression {
    .call(
      "inverseQuadratic", [.init("lengthScale", .number(lengthScale))] + metric.arguments)
  }
}
