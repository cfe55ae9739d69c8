import MercerCore
import RealModule

/// How and how long a network is trained on the squared loss
/// L = Σ (f − y)² / (2 |y|), |y| being the number of targets, n k.
///
/// In the limit of infinite width training is linear: each eigenvector of Θ/|y| is learned by itself,
/// at the rate of its eigenvalue.
/// - Source: Jacot, Gabriel and Hongler 2018, Neural Tangent Kernel (1806.07572), sec. 5; Lee et al.
///   2019, Wide Neural Networks of Any Depth Evolve as Linear Models (1902.06720), eqs. 8 to 11.
public enum TrainingLength: Sendable, Hashable {
  /// Gradient flow, dθ/dt = −∂L/∂θ, for this time, 0 to ∞. With a learning rate η the time is η t.
  case flow(time: Double)
  /// Full-batch gradient descent with momentum: v ← μ v − η ∂L/∂θ, θ ← θ + v, from v = 0.
  case descent(steps: Int, learningRate: Double, momentum: Double = 0)

  /// Gradient flow to the end.
  public static let untilConverged = TrainingLength.flow(time: .infinity)

  /// - Throws: `.invalidParameter` for a value out of range.
  func validate() throws(MercerError) {
    switch self {
    case .flow(let time):
      guard time >= 0 else {
        throw MercerError(
          .invalidParameter, "the time of training must be zero or above, not \(time)")
      }
    case .descent(let steps, let learningRate, let momentum):
      guard steps >= 0 else {
        throw MercerError(
          .invalidParameter, "the number of steps must be zero or above, not \(steps)")
      }
      try checkDescent(learningRate: learningRate, momentum: momentum)
    }
  }

  /// What is left of a mode of this rate (an eigenvalue of Θ/|y|), 1 at the start, and
  /// (1 − rest)/rate without cancellation.
  ///
  /// - Parameters:
  ///   - rate: at least 0.
  ///   - isZero: whether the rate is not told from zero. Such a mode is learned as slowly as one of
  ///     rate zero, and never when there is no end.
  func filter(rate: Double, isZero: Bool) -> (rest: Double, gain: Double) {
    switch self {
    case .flow(let time):
      if isZero || rate == 0 {
        return (1, rate * time < 1 && time.isFinite ? time : 0)
      }
      if time == .infinity { return (0, 1 / rate) }
      return (Double.exp(-rate * time), -Double.expMinusOne(-rate * time) / rate)
    case .descent(let steps, let learningRate, let momentum):
      let (power, sum) = DescentStep(
        a: 1 + momentum - learningRate * rate, b: -momentum, c: 1, d: 0
      ).powerAndSum(steps)
      return (power.a + power.b, learningRate * sum.a)
    }
  }
}

/// Throws `.invalidParameter` unless a learning rate is above zero and 0 ≤ momentum < 1.
func checkDescent(learningRate: Double, momentum: Double) throws(MercerError) {
  guard learningRate > 0, learningRate.isFinite else {
    throw MercerError(
      .invalidParameter, "the learning rate must be above zero, not \(learningRate)")
  }
  try checkMomentum(momentum)
}

/// Throws `.invalidParameter` unless 0 ≤ momentum < 1.
func checkMomentum(_ momentum: Double) throws(MercerError) {
  guard momentum >= 0, momentum < 1 else {
    throw MercerError(
      .invalidParameter, "the momentum must be at least 0 and below 1, not \(momentum)")
  }
}

/// The 2 × 2 matrix by which one step of descent takes the rests of a mode after this and the last
/// step to the next: ρ′ = (1 + μ − η λ) ρ − μ ρ₋. (1 − ρ)/λ follows the same with η added.
private struct DescentStep {
  var a: Double, b: Double, c: Double, d: Double

  static func * (x: Self, y: Self) -> Self {
    Self(
      a: x.a * y.a + x.b * y.c, b: x.a * y.b + x.b * y.d, c: x.c * y.a + x.d * y.c,
      d: x.c * y.b + x.d * y.d)
  }

  static func + (x: Self, y: Self) -> Self {
    Self(a: x.a + y.a, b: x.b + y.b, c: x.c + y.c, d: x.d + y.d)
  }

  /// Aˢ and I + A + … + Aˢ⁻¹, by doubling: O(log s).
  func powerAndSum(_ exponent: Int) -> (power: Self, sum: Self) {
    var (power, sum) = (Self(a: 1, b: 0, c: 0, d: 1), Self(a: 0, b: 0, c: 0, d: 0))
    var (base, baseSum) = (self, Self(a: 1, b: 0, c: 0, d: 1))
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 {
        sum = sum + power * baseSum
        power = power * base
      }
      rest >>= 1
      if rest > 0 {
        baseSum = baseSum + base * baseSum
        base = base * base
      }
    }
    return (power, sum)
  }
}
