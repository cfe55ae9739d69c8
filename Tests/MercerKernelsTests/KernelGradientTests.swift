import MercerCore
import MercerKernels
import Testing

/// Closed-form gradients of all kernels against central differences.
@Suite struct KernelGradientTests {
  // Central differences with step h err by h²/6 times a third derivative and by ε/h times the
  // value: with h = 1e-5 about 1e-10 of each; kernels with steep spots (power 0.8 of a distance)
  // have third derivatives up to a thousand.
  let step = 1e-5
  let tolerance = 2e-7

  @Test(arguments: [1, 3, 20])
  func inputGradients(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 11)
    let (x, z) = (numbers.matrix(4, d), numbers.matrix(5, d))
    let w = numbers.matrix(3, 4)
    for metric in metrics(dimension: d) {
      for sample in try kernelSamples(metric: metric, Double.self) {
        let bound = try sample.kernel.bound(rows: Points(x), columns: Points(z))
        var weights = w
        var gradient = Matrix<Double>(rowCount: 3, columnCount: d, repeating: 1)
        weights.withTile { weights in
          gradient.withTile { gradient in
            bound.accumulateInputGradient(
              weights: weights.moved(rows: 1..<4, columns: 1..<5),
              into: gradient.moved(rows: 1..<4, columns: 0..<d))
          }
        }
        for i in 0..<3 {
          for k in 0..<d {
            let difference = centralDifference(step) { h in
              var point = x.row(i + 1)
              point[k] += h
              return (0..<4).map { w[i, $0] * sample.formula(point, z.row($0 + 1)) }.reduce(0, +)
            }
            #expect(
              abs(gradient[i, k] - 1 - difference) <= tolerance * max(1, abs(difference)),
              "\(sample.kernel) at \(i), \(k): \(gradient[i, k] - 1) for \(difference)")
          }
        }
      }
    }
  }

  @Test(arguments: [1, 3, 20])
  func parameterGradients(dimension d: Int) throws {
    var numbers = TestNumbers(seed: 12)
    let (x, z) = (Points(numbers.matrix(4, d)), Points(numbers.matrix(5, d)))
    let w = numbers.matrix(3, 4)
    for metric in metrics(dimension: d) {
      for sample in try kernelSamples(metric: metric, Double.self) {
        try checkParameterGradient(sample.kernel, x, z, w)
      }
    }
  }

  private func checkParameterGradient(
    _ kernel: some ExpressibleKernel & Kernel<Points<Double>, Double>, _ x: Points<Double>,
    _ z: Points<Double>, _ w: Matrix<Double>
  ) throws {
    let parameters = kernel.parameters
    var gradient = [Double](repeating: 1, count: parameters.count)
    let bound = try kernel.bound(rows: x, columns: z)
    var weights = w
    weights.withTile {
      bound.accumulateParameterGradient(
        weights: $0.moved(rows: 1..<4, columns: 1..<5), into: &gradient)
    }
    for index in parameters.indices {
      let difference = try centralDifference(step) { h in
        var values = parameters.map(\.value)
        values[index] += h
        let matrix = try kernel.withParameters(values).matrix(rows: x, columns: z)
        return (0..<3).flatMap { i in (0..<4).map { w[i, $0] * matrix[i + 1, $0 + 1] } }
          .reduce(0, +)
      }
      #expect(
        abs(gradient[index] - 1 - difference) <= tolerance * max(1, abs(difference)),
        "\(kernel), \(parameters[index].name): \(gradient[index] - 1) for \(difference)")
    }
  }

  private func centralDifference(
    _ h: Double, _ f: (Double) throws -> Double
  ) rethrows -> Double {
    (try f(h) - f(-h)) / (2 * h)
  }

  @Test func coincidentPointsContributeNothing() throws {
    // At distance 0 a smooth kernel has gradient 0, and a kink contributes nothing by definition.
    for d in [2, 20] {
      let points = Points(Matrix<Double>(rowCount: 2, columnCount: d, repeating: 0.3))
      for sample in try kernelSamples(metric: .identity, Double.self).prefix(11) {
        let bound = try sample.kernel.bound(rows: points, columns: points)
        var weights = Matrix<Double>(rowCount: 2, columnCount: 2, repeating: 1)
        var gradient = Matrix<Double>(rowCount: 2, columnCount: d)
        var parameters = [Double](repeating: 0, count: sample.kernel.parameters.count)
        weights.withTile { weights in
          gradient.withTile { bound.accumulateInputGradient(weights: weights, into: $0) }
          bound.accumulateParameterGradient(weights: weights, into: &parameters)
        }
        #expect(gradient.elements.allSatisfy { abs($0) < 1e-14 }, "\(sample.kernel)")
        #expect(parameters.allSatisfy { $0 == 0 }, "\(sample.kernel)")
      }
    }
  }
}
