import Foundation
import MercerCore
import MercerSolvers
import Testing

@Suite struct LBFGSTests {
  /// Σ 100 (x₂ᵢ − x₂ᵢ₋₁²)² + (1 − x₂ᵢ₋₁)², with its minimum 0 at (1, …, 1).
  static func rosenbrock(_ x: [Double]) -> LBFGS.Evaluation {
    var value = 0.0
    var gradient = [Double](repeating: 0, count: x.count)
    for i in stride(from: 0, to: x.count, by: 2) {
      let (a, b) = (x[i + 1] - x[i] * x[i], 1 - x[i])
      value += 100 * a * a + b * b
      gradient[i] = -400 * x[i] * a - 2 * b
      gradient[i + 1] = 200 * a
    }
    return LBFGS.Evaluation(value: value, gradient: gradient)
  }

  /// ½ Σ hᵢ (xᵢ − cᵢ)².
  static func quadratic(_ h: [Double], center c: [Double], _ x: [Double]) -> LBFGS.Evaluation {
    LBFGS.Evaluation(
      value: x.indices.reduce(0) { $0 + 0.5 * h[$1] * (x[$1] - c[$1]) * (x[$1] - c[$1]) },
      gradient: x.indices.map { h[$0] * (x[$0] - c[$0]) })
  }

  @Test(arguments: [2, 10])
  func findsTheRosenbrockMinimum(variables: Int) throws {
    let start = (0..<variables).map { $0 % 2 == 0 ? -1.2 : 1 }
    let minimum = try LBFGS().minimize(from: start) { Self.rosenbrock($0) }
    #expect(minimum.stopReason == .gradientTolerance)
    #expect(minimum.projectedGradientNorm <= 1e-6)
    // The least curvature at the minimum is 0.4, so the point is within 1e-6 / 0.4 a component.
    for x in minimum.point { #expect(abs(x - 1) < 1e-5) }
    // Published counts for this function lie near 35; many more would mean a broken recursion.
    #expect(minimum.iterations < 60)
    #expect(minimum.evaluations < 100)
  }

  @Test func solvesAnIllConditionedQuadratic() throws {
    let h = [1, 10, 100, 1e3, 1e4]
    let center = [1, -2, 3, -4, 5.0]
    let minimum = try LBFGS().minimize(from: [0, 0, 0, 0, 0]) {
      Self.quadratic(h, center: center, $0)
    }
    for i in h.indices { #expect(abs(minimum.point[i] - center[i]) <= 1e-6 / h[i] * 1.001) }
  }

  @Test func stopsAtActiveBounds() throws {
    // Separable, so the minimum within the box is the projection of the one without.
    let center = [2, -3, 0.25, 7.0]
    let bounds = [0.0...1, -1...1, -1...1, 5...6]
    let minimum = try LBFGS().minimize(from: [9, 0, -1, 5], bounds: bounds) {
      Self.quadratic([1, 50, 3, 20], center: center, $0)
    }
    #expect(minimum.point[0] == 1)
    #expect(minimum.point[1] == -1)
    #expect(abs(minimum.point[2] - 0.25) < 1e-6)
    #expect(minimum.point[3] == 6)
    #expect(minimum.stopReason == .gradientTolerance)
  }

  @Test func leavesABoundThatIsNotActive() throws {
    // Coupled: Rosenbrock's valley meets x₁ ≤ 0.5, where the best is x₂ = x₁² = 0.25, value 0.25.
    let minimum = try LBFGS().minimize(
      from: [-1.2, 2], bounds: [-2...0.5, 0...2]
    ) { point in
      for i in 0..<2 { #expect(point[i] >= [-2, 0][i] && point[i] <= [0.5, 2][i]) }
      return Self.rosenbrock(point)
    }
    #expect(minimum.point[0] == 0.5)
    #expect(abs(minimum.point[1] - 0.25) < 1e-7)
    #expect(abs(minimum.value - 0.25) < 1e-10)
    #expect(minimum.projectedGradientNorm <= 1e-6)
    #expect(abs(minimum.gradient[0] + 1) < 1e-4)  // −2 (1 − ½): kept out by the bound
  }

  @Test func shortensStepsWhereTheObjectiveIsNotFinite() throws {
    // x − log x, not defined for x ≤ 0; from 0.01 the slope is −99, and from 30 steps run below 0.
    for (start, bad) in [(0.01, Double.infinity), (30, Double.nan), (1e-9, .infinity)] {
      let minimum = try LBFGS().minimize(from: [start]) { point in
        let x = point[0]
        guard x > 0 else { return LBFGS.Evaluation(value: bad, gradient: []) }
        return LBFGS.Evaluation(value: x - log(x), gradient: [1 - 1 / x])
      }
      #expect(abs(minimum.point[0] - 1) < 1e-5)
    }
  }

  @Test func saysWhenItCannotBegin() {
    let error = #expect(throws: MercerError.self) {
      _ = try LBFGS().minimize(from: [1]) { _ in LBFGS.Evaluation(value: .nan, gradient: [0]) }
    }
    #expect(error?.code == .didNotConverge)
    let mismatch = #expect(throws: MercerError.self) {
      _ = try LBFGS().minimize(from: [1], bounds: []) { Self.rosenbrock($0) }
    }
    #expect(mismatch?.code == .shapeMismatch)
    let gradient = #expect(throws: MercerError.self) {
      _ = try LBFGS().minimize(from: [1]) { _ in LBFGS.Evaluation(value: 1, gradient: [1, 2]) }
    }
    #expect(gradient?.code == .shapeMismatch)
  }

  @Test func passesErrorsOnAndStopsWhenCancelled() {
    let error = #expect(throws: MercerError.self) {
      _ = try LBFGS().minimize(from: [1]) { (_) throws(MercerError) in
        throw MercerError(.invalidData, "no")
      }
    }
    #expect(error?.code == .invalidData)
    let flag = CancellationFlag()
    flag.set()
    let cancelled = #expect(throws: MercerError.self) {
      _ = try LBFGS().minimize(from: [1, 1], context: ExecutionContext(cancellation: flag)) {
        Self.rosenbrock($0)
      }
    }
    #expect(cancelled?.code == .cancelled)
  }

  @Test func stopsAtTheLimitAndOnAFlatObjective() throws {
    var minimizer = LBFGS()
    minimizer.iterationLimit = 3
    let stopped = try minimizer.minimize(from: [-1.2, 1]) { Self.rosenbrock($0) }
    #expect(stopped.stopReason == .iterationLimit)
    #expect(stopped.iterations == 3)
    #expect(stopped.value < Self.rosenbrock([-1.2, 1]).value)
    // A gradient that lies: nothing decreases, and the point stays.
    let stuck = try LBFGS().minimize(from: [2]) { _ in LBFGS.Evaluation(value: 1, gradient: [1]) }
    #expect(stuck.stopReason == .noDecrease)
    #expect(stuck.point == [2])
    let constant = try LBFGS().minimize(from: [2]) { _ in LBFGS.Evaluation(value: 1, gradient: [0])
    }
    #expect(constant.stopReason == .gradientTolerance)
    #expect(constant.iterations == 0)
  }
}
