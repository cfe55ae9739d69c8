import Foundation
import MercerCore
import MercerKernels
import Testing

@Suite("Arc-cosine kernels")
struct ArcCosineKernelTests {
  /// Two points at an angle, of lengths 2 and 3.
  private func pair(at angle: Double) -> (Points<Double>, Points<Double>) {
    (Points(rows: [[2, 0]]), Points(rows: [[3 * cos(angle), 3 * sin(angle)]]))
  }

  @Test("Values agree with the formulas at moderate angles, where those do not cancel")
  func formulas() throws {
    for angle in stride(from: 0.1, through: 2.6, by: 0.1) {
      let (x, z) = pair(at: angle)
      let rest = Double.pi - angle
      let expected = [
        rest, 6 * (sin(angle) + rest * cos(angle)),
        36 * (3 * sin(angle) * cos(angle) + rest * (1 + 2 * cos(angle) * cos(angle))),
      ]
      for order in 0...2 {
        let found = try ArcCosineKernel<Double>(order: order).matrix(rows: x, columns: z)[0, 0]
        // The formula of order 2 loses two digits at 2.6.
        #expect(abs(found - expected[order] / .pi) <= 1e-12 * expected[order])
      }
    }
  }

  @Test("Nearly opposite points keep their digits: the first terms of the series of π − θ")
  func opposite() throws {
    for e in [1e-2, 1e-3, 1e-5, 1e-7] {
      // cos(π − e) and sin(π − e), without rounding π.
      let (x, z) = (Points(rows: [[2.0, 0]]), Points(rows: [[-3 * cos(e), 3 * sin(e)]]))
      let expected = [
        e, 6 * (e * e * e / 3) * (1 - e * e / 10 + e * e * e * e / 280),
        36 * (4 * pow(e, 5) / 15) * (1 - 4 * e * e / 21 + pow(e, 4) / 63),
      ]
      for order in 0...2 {
        let found = try ArcCosineKernel<Double>(order: order).matrix(rows: x, columns: z)[0, 0]
        // Inputs are rounded: e by 1e-16, to the fifth power.
        #expect(abs(found - expected[order] / .pi) <= 1e-11 * expected[order])
      }
    }
  }

  @Test("Nearly equal points: 1 − k₀ is their angle over π")
  func nearlyEqual() throws {
    for e in [1e-2, 1e-4, 1e-6, 1e-9] {
      let (x, z) = pair(at: e)
      let found = try ArcCosineKernel<Double>(order: 0).matrix(rows: x, columns: z)[0, 0]
      #expect(abs((1 - found) - e / .pi) <= 2e-16)
    }
  }

  @Test("Order 1 is twice the covariance of relu units over d")
  func relation() throws {
    var stream = TestStream(seed: 23)
    let x: Points<Double> = stream.points(6, 5)
    let network = try Network([DenseLayer(), RectifierLayer.relu])
    let nngp = try NetworkKernel<Double>(.nngp, network).matrix(rows: x, columns: x)
    let arcCosine = try ArcCosineKernel<Double>(order: 1).matrix(rows: x, columns: x)
    for (a, b) in zip(nngp.elements, arcCosine.elements) {
      #expect(abs(a * 10 - b) <= 1e-14 * 40)
    }
  }

  @Test("The diagonal is that of the matrix, also for a zero point", arguments: 0...2)
  func diagonal(order: Int) throws {
    let x = Points<Double>(rows: [[1, 2], [0, 0], [-3, 4]])
    let kernel = try ArcCosineKernel<Double>(order: order)
    let (k, diagonal) = (try kernel.matrix(rows: x, columns: x), try kernel.diagonal(of: x))
    for i in 0..<3 { #expect(abs(k[i, i] - diagonal[i]) <= 1e-14 * (1 + diagonal[i])) }
    #expect(k.isFinite)
  }

  @Test("Float agrees with Double to its precision", arguments: 0...2)
  func float(order: Int) throws {
    var stream = TestStream(seed: 29)
    let x: Points<Double> = stream.points(20, 6)
    let rounded = Points(Matrix<Float>(converting: x.coordinates))
    let kernel = try ArcCosineKernel<Double>(order: order)
    let expected = try kernel.matrix(rows: x, columns: x)
    let found = try ArcCosineKernel<Float>(order: order).matrix(rows: rounded, columns: rounded)
    let diagonal = try kernel.diagonal(of: x)
    for i in 0..<20 {
      for j in 0..<20 {
        let size = (diagonal[i] * diagonal[j]).squareRoot()
        #expect(abs(Double(found[i, j]) - expected[i, j]) <= 2e-6 * size)
      }
    }
  }

  @Test("Gradients agree with central differences", arguments: 0...2)
  func gradients(order: Int) throws {
    let check = GradientCheck(rows: 3, columns: 4, dimension: 3, seed: 31)
    for metric in [Metric.identity, .scales([1.2, 0.3, 0.8])] {
      let kernel = try ArcCosineKernel<Double>(order: order, metric: metric)
      #expect(try check.inputError(kernel) < 1e-7)
      #expect(try check.parameterError(kernel) < 1e-7)
    }
  }

  @Test("Text: the order is an argument, and only 0, 1 and 2 are orders")
  func text() throws {
    let kernel = try ArcCosineKernel<Double>(order: 2)
    #expect(kernel.expression == .call("arcCosine", [.init("order", .number(2))]))
    let syntax = ArcCosineKernel<Double>.syntax
    guard case .call(_, let arguments) = kernel.expression else { return }
    #expect(try syntax.make(arguments) as? ArcCosineKernel<Double> == kernel)
    #expect(throws: MercerError.self) { try ArcCosineKernel<Double>(order: 3) }
    #expect(throws: MercerError.self) { try syntax.make([.init("order", .number(1.5))]) }
  }
}
