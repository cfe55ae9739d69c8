import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers

/// Smooth targets with noise on normal points in three dimensions, from a fixed stream.
struct StochasticProblem<Element: Scalar> {
  let inputs: Points<Element>
  let targets: Matrix<Element>
  let kernel: LaplaceKernel<Element>

  init(_ n: Int, targets k: Int = 1, noise: Double = 0.3, seed: UInt64 = 5) throws {
    var stream = RandomStream(seed: seed, purpose: "stochastic tests")
    var (x, y): ([Element], [Element]) = ([], [])
    for _ in 0..<n {
      let point = (0..<3).map { _ in stream.normal() }
      x += point.map { Element($0) }
      for c in 0..<k {
        let smooth = point[c % 3] * point[(c + 1) % 3] + 2 / (1 + point[0] * point[0])
        y.append(Element(smooth + noise * stream.normal()))
      }
    }
    inputs = Points(Matrix(rowCount: n, columnCount: 3, elements: x))
    targets = Matrix(rowCount: n, columnCount: k, elements: y)
    kernel = try LaplaceKernel(lengthScale: 2)
  }

  /// (K + λ I)⁻¹ Y in Double.
  func ridgeSolution(_ ridge: Double) throws -> Matrix<Double> {
    let wide = try TiledGram(
      LaplaceKernel<Double>(lengthScale: 2), inputs: Points(Matrix(converting: inputs.coordinates)))
    return try ExactRidge(precision: .double, wantsInverseDiagonal: false).solve(
      wide, shifts: [Double](repeating: ridge, count: inputs.count),
      targets: Matrix(converting: targets), context: .default
    ).coefficients
  }

  /// ‖y − (K + λ) α‖ / ‖y‖, the largest of the columns, from entries in Double.
  func relativeResidual(_ coefficients: Matrix<Element>, ridge: Double) throws -> Double {
    let wide = try TiledGram(
      LaplaceKernel<Double>(lengthScale: 2), inputs: Points(Matrix(converting: inputs.coordinates)))
    let alpha = Matrix<Double>(converting: coefficients)
    let fitted = try wide.shifted(by: ridge).applied(to: alpha)
    var worst = 0.0
    for c in 0..<targets.columnCount {
      let y = targets.column(c).map { Double($0) }
      let rest = zip(y, fitted.column(c)).map { $0 - $1 }
      worst = max(worst, norm(rest) / norm(y))
    }
    return worst
  }
}

func norm(_ x: [Double]) -> Double { x.reduce(0.0) { $0 + $1 * $1 }.squareRoot() }

func meanSquare<E: Scalar>(_ a: Matrix<E>, _ b: Matrix<E>) -> Double {
  let rest = zip(a.elements, b.elements).map { Double($0) - Double($1) }
  return rest.reduce(0.0) { $0 + $1 * $1 } / Double(max(1, rest.count))
}
