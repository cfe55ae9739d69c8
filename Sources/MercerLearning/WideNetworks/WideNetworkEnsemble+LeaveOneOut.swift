public import MercerCore
import RealModule

extension WideNetworkEnsemble {
  /// What each training input would be missed by, had the networks been trained for this time without
  /// it: yᵢ − f₋ᵢ(xᵢ, t), n × k, without a second eigendecomposition.
  ///
  /// The gain of gradient flow, (1 − exp(−λ τ))/λ, is the inverse Laplace transform of 1/(z (z + λ)), a
  /// sum over a few complex z of ridge regressions with ridge z; and for a ridge the prediction of a row
  /// left out is known from the fit to all rows, yᵢ − αᵢ/Gᵢᵢ with G = (Θ + z)⁻¹ and α = G y. The loss is
  /// the mean over rows, so that n − 1 rows in the same time learn as much.
  ///
  /// - Parameters:
  ///   - time: of gradient flow, above 0 to ∞.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: 12 complex n × n products with k + 1 columns.
  /// - Accuracy: about 1e-12 of the targets for a kernel that is well away from singular.
  /// - Throws: `.invalidParameter` for a time out of range, `.invalidData` for fewer than two inputs.
  /// - Source: the contour is that of Trefethen, Weideman and Schmelzer, Talbot quadratures and
  ///   rational approximations (2006), sec. 3; rows left out of a ridge: Golub, Heath and Wahba 1979,
  ///   Generalized cross-validation, eq. 1.4.
  public func leaveOneOutResiduals(
    after time: Double, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try checkLeaveOneOut(time)
    let squares = squaredVectors
    return try leaveOneOutResiduals(after: time, squaredVectors: squares, context)
  }

  func checkLeaveOneOut(_ time: Double) throws(MercerError) {
    guard time > 0 else {
      throw MercerError(
        .invalidParameter, "the time of training must be above zero, not \(time)")
    }
    guard count > 1 else {
      throw MercerError(.invalidData, "leaving an input out needs two")
    }
  }

  /// V ∘ V, transposed: row i is of input i.
  var squaredVectors: Matrix<Double> {
    var squares = modes.vectors.transposed()
    squares.withUnsafeMutableBufferPointer { for i in $0.indices { $0[i] *= $0[i] } }
    return squares
  }

  func leaveOneOutResiduals(
    after time: Double, squaredVectors: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let (n, k) = (count, targets.columnCount)
    // The number of targets that are left.
    let tau = time / Double((n - 1) * k)
    let terms = tau.isFinite ? Talbot.terms(time: tau) : []
    guard !terms.isEmpty else {
      return try ridgelessResiduals(squaredVectors, context)
    }
    // Columns: the real and the imaginary part of 1/(λ + z) for each z, then those of the targets
    // over λ + z.
    let (p, values) = (terms.count, modes.eigenvalues.map { max($0, 0) })
    var weights = Matrix<Double>(rowCount: n, columnCount: 2 * p)
    var solutions = Matrix<Double>(rowCount: n, columnCount: 2 * p * k)
    modes.targets.withUnsafeBufferPointer { targets in
      weights.withUnsafeMutableBufferPointer { weights in
        solutions.withUnsafeMutableBufferPointer { solutions in
          for i in 0..<n {
            for (j, term) in terms.enumerated() {
              let inverse = Complex(values[i] + term.node.real, term.node.imaginary).reciprocal
              weights[(i * p + j) * 2] = inverse.real
              weights[(i * p + j) * 2 + 1] = inverse.imaginary
              for c in 0..<k {
                let target = targets[i * k + c]
                solutions[((i * p + j) * k + c) * 2] = target * inverse.real
                solutions[((i * p + j) * k + c) * 2 + 1] = target * inverse.imaginary
              }
            }
          }
        }
      }
    }
    let diagonals = try squaredVectors.multiplied(by: weights, context: context)
    let alphas = try modes.vectors.multiplied(by: solutions, transposed: true, context: context)
    var residuals = targets
    residuals.withUnsafeMutableBufferPointer { residuals in
      diagonals.withUnsafeBufferPointer { diagonals in
        alphas.withUnsafeBufferPointer { alphas in
          for i in 0..<n {
            for c in 0..<k {
              let target = residuals[i * k + c]
              var prediction = 0.0
              for (j, term) in terms.enumerated() {
                let place = (i * p + j) * 2
                let inverse = Complex(diagonals[place], diagonals[place + 1]).reciprocal
                let at = ((i * p + j) * k + c) * 2
                let missed = Complex(alphas[at], alphas[at + 1]) * inverse
                let learned = Complex(target - missed.real, -missed.imaginary)
                prediction += (term.weight * learned).real
              }
              residuals[i * k + c] = target - prediction
            }
          }
        }
      }
    }
    return residuals
  }

  /// αᵢ/Gᵢᵢ without a ridge; of a singular matrix, with one that is not told from zero.
  private func ridgelessResiduals(
    _ squaredVectors: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let ridge = modes.isZero(0) ? max(modes.cutoff, .leastNormalMagnitude) : 0
    let inverses = modes.eigenvalues.map { 1 / (max($0, 0) + ridge) }
    let diagonal = try squaredVectors.multiplied(by: Matrix(column: inverses), context: context)
    return try modes.vectors.multiplied(
      by: modes.targets.scalingRows(by: inverses), transposed: true, context: context
    ).scalingRows(by: diagonal.elements.map { 1 / $0 })
  }
}

/// The inverse Laplace transform at one time as a sum of values in the complex plane.
private enum Talbot {
  /// `Σ Re(weight · F(node))` with F(z) = G(z)/z: the factor 1/z is in the weights.
  struct Term {
    let node: Complex
    let weight: Complex
  }

  /// The error falls as 3.89⁻ᴺ, and 24 nodes reach rounding; conjugates are counted once.
  static func terms(time: Double, count: Int = 24) -> [Term] {
    let scale = Double(count) / time
    guard scale.isFinite, scale > 0 else { return [] }
    return (count / 2..<count).map { j in
      let angle = (2 * Double(j) + 1) * .pi / Double(count) - .pi
      let (a, b) = (0.6407 * angle, 0.5071)
      let cotangent = 1 / Double.tan(a)
      let z = Complex(b * angle * cotangent - 0.6122, 0.2645 * angle)
      let slope = Complex(b * cotangent - b * a / (Double.sin(a) * Double.sin(a)), 0.2645)
      // e^{z τ} with z τ = N z here.
      let size = Double.exp(Double(count) * z.real)
      let phase = Double(count) * z.imaginary
      let exponential = Complex(size * Double.cos(phase), size * Double.sin(phase))
      // 2/(N i) e^{zτ} z′/z; N of z′ and of z cancel.
      let quotient = exponential * slope * z.reciprocal
      let factor = 2 / Double(count)
      return Term(
        node: Complex(z.real * scale, z.imaginary * scale),
        weight: Complex(quotient.imaginary * factor, -quotient.real * factor))
    }
  }
}

/// A complex number, as much as is needed here.
private struct Complex {
  let real: Double
  let imaginary: Double

  init(_ real: Double, _ imaginary: Double) {
    self.real = real
    self.imaginary = imaginary
  }

  static func * (a: Self, b: Self) -> Self {
    Self(
      a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }

  /// 1/z, scaled so that no square over- or underflows.
  var reciprocal: Self {
    let scale = max(abs(real), abs(imaginary))
    let (x, y) = (real / scale, imaginary / scale)
    let square = (x * x + y * y) * scale
    return Self(x / square, -y / square)
  }
}
