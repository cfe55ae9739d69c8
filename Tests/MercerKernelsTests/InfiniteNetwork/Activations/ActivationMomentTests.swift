import Foundation
import MercerCore
import MercerKernels
import Testing

/// An activation as text, as a function, and its derivative.
private struct Candidate: Sendable {
  let text: String
  let function: @Sendable (Double) -> Double
  let derivative: @Sendable (Double) -> Double
  /// What integration on a grid keeps: jumps and kinks cost digits.
  var tolerance = 1e-10

  static let all = [
    Candidate(
      text: "erf(a: 1.3, b: 0.7, c: 0.2)", function: { 1.3 * erf(0.7 * $0) + 0.2 },
      derivative: { 1.3 * 0.7 * 2 / Double.pi.squareRoot() * exp(-0.49 * $0 * $0) }),
    Candidate(
      text: "sigmoidLike", function: { 0.5 * erf($0 / 2.4020563531719796) + 0.5 },
      derivative: {
        exp(-$0 * $0 / (2.4020563531719796 * 2.4020563531719796))
          / (2.4020563531719796 * Double.pi.squareRoot())
      }),
    Candidate(
      text: "gelu", function: { $0 * 0.5 * (1 + erf($0 / (2.0 as Double).squareRoot())) },
      derivative: {
        0.5 * (1 + erf($0 / (2.0 as Double).squareRoot()))
          + $0 * exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot()
      }),
    Candidate(
      text: "sin(a: 0.8, b: 1.4, c: 0.3)", function: { 0.8 * sin(1.4 * $0 + 0.3) },
      derivative: { 0.8 * 1.4 * cos(1.4 * $0 + 0.3) }),
    Candidate(
      text: "cos(b: 1.4, c: 0.3)", function: { cos(1.4 * $0 + 0.3) },
      derivative: { -1.4 * sin(1.4 * $0 + 0.3) }),
    Candidate(
      text: "rbf(gamma: 0.6)",
      function: {
        (2.0 as Double).squareRoot() * sin((1.2 as Double).squareRoot() * $0 + Double.pi / 4)
      },
      derivative: {
        (2.4 as Double).squareRoot() * cos((1.2 as Double).squareRoot() * $0 + Double.pi / 4)
      }),
    Candidate(
      text: "exp(a: 0.5, b: 0.4)", function: { 0.5 * exp(0.4 * $0) },
      derivative: { 0.2 * exp(0.4 * $0) }),
    Candidate(
      text: "gaussian(a: 1.5, b: -0.3)", function: { 1.5 * exp(-0.3 * $0 * $0) },
      derivative: { -0.9 * $0 * exp(-0.3 * $0 * $0) }),
    Candidate(
      text: "monomial(degree: 3)", function: { $0 * $0 * $0 }, derivative: { 3 * $0 * $0 }),
    Candidate(
      text: "monomial(degree: 4)", function: { $0 * $0 * $0 * $0 },
      derivative: { 4 * $0 * $0 * $0 }),
    Candidate(
      text: "hermite(degree: 3)",
      function: { ($0 * $0 * $0 - 3 * $0) / (6.0 as Double).squareRoot() },
      derivative: { (3 * $0 * $0 - 3) / (6.0 as Double).squareRoot() }),
    Candidate(
      text: "hermite(degree: 4)",
      function: { ($0 * $0 * $0 * $0 - 6 * $0 * $0 + 3) / (24.0 as Double).squareRoot() },
      derivative: { (4 * $0 * $0 * $0 - 12 * $0) / (24.0 as Double).squareRoot() }),
    Candidate(
      text: "rectifiedMonomial(degree: 1)", function: { max($0, 0) },
      derivative: { $0 > 0 ? 1 : 0 }, tolerance: 1e-1),
    Candidate(
      text: "rectifiedMonomial(degree: 2)", function: { max($0, 0) * max($0, 0) },
      derivative: { 2 * max($0, 0) }, tolerance: 1e-2),
    Candidate(
      text: "rectifiedMonomial(degree: 5)", function: { pow(max($0, 0), 5) },
      derivative: { 5 * pow(max($0, 0), 4) }, tolerance: 1e-4),
    Candidate(text: "step", function: { $0 > 0 ? 1 : 0 }, derivative: { _ in 0 }, tolerance: 1e-1),
    Candidate(
      text: "sign", function: { $0 > 0 ? 1 : -1 }, derivative: { _ in 0 }, tolerance: 1e-1),
  ]
}

/// E f(u) g(w) by the trapezoidal rule on a grid, which for smooth functions converges faster than any
/// power: steps of an eighth leave exp(−2π²·64).
private func expectation(
  _ x: Double, _ z: Double, _ k: Double, _ f: (Double) -> Double, _ g: (Double) -> Double
) -> Double {
  let step = 0.125
  let (rootX, along) = (x.squareRoot(), k / x.squareRoot())
  let across = max(0, z - k * k / x).squareRoot()
  var (total, weights) = (0.0, 0.0)
  // A shift keeps the grid off the kinks.
  let grid = (-80...80).map { step * (Double($0) + 0.37) }
  for first in grid {
    let value = f(rootX * first) * exp(-first * first / 2)
    for second in grid {
      total += value * exp(-second * second / 2) * g(along * first + across * second)
    }
    weights += exp(-first * first / 2)
  }
  return total / (weights * weights)
}

@Suite("Moments of activations")
struct ActivationMomentTests {
  /// ‖x‖²/2 is 0.9, ‖z‖²/2 is 1.6; covariances 0.5 and −0.7.
  private let x = Points<Double>(rows: [[(1.8 as Double).squareRoot(), 0]])
  private let z = Points<Double>(
    rows: [0.5, -0.7].map { k in
      let along = 2 * k / (1.8 as Double).squareRoot()
      return [along, (3.2 - along * along).squareRoot()]
    })

  @Test("Values and slopes are those integrated numerically", arguments: Candidate.all)
  private func moments(_ candidate: Candidate) throws {
    let nngp = try makeKernel(parsing: "nngp(dense > \(candidate.text) > dense)", of: Double.self)
      .matrix(rows: x, columns: z)
    let ntk = try makeKernel(parsing: "ntk(dense > \(candidate.text) > dense)", of: Double.self)
      .matrix(rows: x, columns: z)
    for (j, k) in [0.5, -0.7].enumerated() {
      let value = expectation(0.9, 1.6, k, candidate.function, candidate.function)
      let slope = expectation(0.9, 1.6, k, candidate.derivative, candidate.derivative)
      #expect(abs(nngp[0, j] - value) <= candidate.tolerance * max(1, abs(value)))
      // Θ = E φ φ + k E φ′ φ′.
      let found = (ntk[0, j] - nngp[0, j]) / k
      #expect(abs(found - slope) <= candidate.tolerance * max(1, abs(slope)))
    }
  }

  /// With the readout after the sum of two activations of their own dense layers, the covariance is
  /// E φφ + E ψψ + E φ E ψ twice.
  @Test("Means are those integrated numerically", arguments: Candidate.all)
  private func means(_ candidate: Candidate) throws {
    let text = "nngp(sum(dense > \(candidate.text), dense > rbf) > dense)"
    let found = try makeKernel(parsing: text, of: Double.self).matrix(rows: x, columns: z)
    let own = try makeKernel(parsing: "nngp(dense > \(candidate.text) > dense)", of: Double.self)
      .matrix(rows: x, columns: z)
    let rbf = try makeKernel(parsing: "nngp(dense > rbf > dense)", of: Double.self)
      .matrix(rows: x, columns: z)
    let (meanX, meanZ) = (
      expectation(0.9, 1, 0, candidate.function) { _ in 1 },
      expectation(1.6, 1, 0, candidate.function) { _ in 1 }
    )
    for j in 0..<2 {
      let expected = own[0, j] + rbf[0, j] + meanX * exp(-1.6) + meanZ * exp(-0.9)
      #expect(abs(found[0, j] - expected) <= candidate.tolerance * max(1, abs(expected)))
    }
  }

  @Test("Any function by quadrature has the moments of the closed form")
  func function() throws {
    let erfs = try FunctionActivation("erf", terms: 64) { erf($0) }
    #expect(erfs.error(atVariance: 0.9) < 1e-12)
    let dense = try DenseLayer()
    let closed = try Network([dense, ErfActivation(), dense])
    let open = try Network([dense, erfs, dense])
    for kind in NetworkKernel<Double>.Kind.allCases {
      let (a, b) = try (
        NetworkKernel<Double>(kind, closed).matrix(rows: x, columns: z),
        NetworkKernel<Double>(kind, open).matrix(rows: x, columns: z)
      )
      for (a, b) in zip(a.elements, b.elements) { #expect(abs(a - b) <= 1e-9) }
    }
    // A jump: the expansion says itself how little it knows.
    #expect(try FunctionActivation("step") { $0 > 0 ? 1 : 0 }.error(atVariance: 1) > 1e-3)
  }
}
