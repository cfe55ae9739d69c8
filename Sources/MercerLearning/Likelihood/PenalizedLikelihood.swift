public import MercerCore
import RealModule

/// Minimises Σᵢ ℓᵢ(f(xᵢ)) + λ/2 ‖f‖² over functions f = Σⱼ αⱼ k(·, xⱼ), by Newton's method with a
/// line search.
///
/// At the minimum λ α = −∂ℓ, so that with ℓ = (y − f)²/2 it is kernel ridge regression with the same λ.
/// A Newton step solves a ridge regression with weights W, the second derivatives: with W = R Rᵀ and
/// v = W f − ∂ℓ the new α is (v − R (λ I + Rᵀ K R)⁻¹ Rᵀ K v) / λ, whose system has no eigenvalue
/// below λ however small a weight becomes.
/// - Complexity: a step is that of the `CurvatureSystem`; 5 to 20 steps.
/// - Source: Rasmussen and Williams, Gaussian processes for machine learning (2006), algorithms 3.1
///   and 3.3, with the ridge in place of the prior's scale.
struct PenalizedLikelihood<Loss: RowLoss>: Sendable {
  let loss: Loss
  /// λ, above 0.
  let ridge: Double
  /// Stops when ‖−∂ℓ − λ α‖ is no more than this share of what it is at α = 0.
  var tolerance = 1e-8
  /// The most Newton steps.
  var iterationLimit = 100

  /// A minimum.
  struct Fit: Sendable {
    /// α, n × c.
    let coefficients: Matrix<Double>
    /// K α, n × c.
    let values: Matrix<Double>
    /// The loss there.
    let evaluation: RowLossEvaluation
    let report: NewtonReport
  }

  /// - Parameters:
  ///   - system: K.
  ///   - start: α to begin with; nil for zeros.
  func minimize(
    _ system: some CurvatureSystem, rowCount n: Int, start: Matrix<Double>? = nil,
    context: ExecutionContext
  ) throws(MercerError) -> Fit {
    let zero = Matrix<Double>(rowCount: n, columnCount: loss.outputCount)
    var alpha = zero
    var f = zero
    var here = loss.evaluate(f)
    let scale = max(norm(here.pull), .leastNormalMagnitude)
    if let start {
      alpha = start
      f = try system.product(start, context: context)
      here = loss.evaluate(f)
    }
    var value = here.value + ridge / 2 * dot(alpha, f)
    var report = NewtonReport(method: system.method)
    while true {
      let gradient = here.pull.subtracting(alpha.scaled(by: ridge))
      report.gradientNorm = norm(gradient) / scale
      if report.gradientNorm <= tolerance {
        report.stopReason = .converged
        break
      }
      if report.iterations >= iterationLimit { break }
      try context.checkCancellation()
      let curvature = here.curvature
      let v = curvature.root(curvature.rootTransposed(f)).subtracting(here.pull.scaled(by: -1))
      let kv = try system.product(v, context: context)
      // Solving far better than the step is good for gains nothing (Dembo, Eisenstat and Steihaug,
      // Inexact Newton methods, 1982).
      let solved = try system.solve(
        curvature.rootTransposed(kv), curvature: curvature, ridge: ridge,
        tolerance: max(min(0.1, report.gradientNorm) * 0.1, 1e-12), context: context)
      let next = v.subtracting(curvature.root(solved.solution)).scaled(by: 1 / ridge)
      let step = next.subtracting(alpha)
      let change = try system.product(step, context: context)
      report.iterations += 1
      report.products += solved.products + 2
      let slope = dot(gradient, change)
      var length = 1.0
      var found: (value: Double, evaluation: RowLossEvaluation)?
      while length > 1e-8 {
        let moved = f.subtracting(change.scaled(by: -length))
        let evaluation = loss.evaluate(moved)
        let size =
          dot(alpha, f) + 2 * length * dot(alpha, change) + length * length * dot(step, change)
        let there = evaluation.value + ridge / 2 * size
        if there <= value - 1e-4 * length * slope, there.isFinite {
          found = (there, evaluation)
          break
        }
        length /= 2
      }
      guard let found, found.value < value else {
        // Rounding decides from here on.
        report.stopReason = .stagnated
        break
      }
      alpha = alpha.subtracting(step.scaled(by: -length))
      f = f.subtracting(change.scaled(by: -length))
      (value, here) = (found.value, found.evaluation)
    }
    return Fit(coefficients: alpha, values: f, evaluation: here, report: report)
  }
}

/// How a Newton iteration went.
public struct NewtonReport: Sendable, Codable, Equatable {
  /// The method in words.
  public var method: String
  /// Newton steps.
  public var iterations = 0
  /// Products with K.
  public var products = 0
  /// ‖gradient‖ of the loss with respect to the outputs, less λ α, relative to that at f = 0.
  public var gradientNorm = Double.infinity
  /// Why it stopped.
  public var stopReason = SolveReport.StopReason.iterationLimit
}

/// Σ aᵢⱼ bᵢⱼ.
private func dot(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var sum = 0.0
      for index in a.indices { sum += a[index] * b[index] }
      return sum
    }
  }
}

private func norm(_ a: Matrix<Double>) -> Double { dot(a, a).squareRoot() }

extension PenalizedLikelihood {
  /// The outputs of each row by a fit without it, to one Newton step from the whole fit, n × c.
  ///
  /// Without row i the step at the minimum is −C pullᵢ / (1 − W C), where C is the variance that the
  /// other rows and the penalty leave to f(xᵢ); with more outputs each is taken by itself. Exact for
  /// a squared loss.
  /// - Complexity: 2 n³/3 operations an output.
  /// - Source: Opper and Winther, Gaussian processes for classification: mean-field algorithms
  ///   (2000), section 6; Cawley and Talbot, Efficient approximate leave-one-out cross-validation
  ///   for kernel logistic regression (2008).
  func leaveOneOut(
    _ fit: Fit, _ system: ExactCurvatureSystem, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let curvature = fit.evaluation.curvature
    let slack = try system.slack(curvature, ridge: ridge, context: context)
    let weights = curvature.diagonal
    var values = fit.values
    values.withUnsafeMutableBufferPointer { values in
      slack.withUnsafeBufferPointer { slack in
        weights.withUnsafeBufferPointer { weights in
          fit.evaluation.pull.withUnsafeBufferPointer { pull in
            for i in values.indices {
              let variance = (1 - slack[i]) / max(weights[i], RowCurvature.floor)
              values[i] -= pull[i] * variance / slack[i]
            }
          }
        }
      }
    }
    return values
  }
}
