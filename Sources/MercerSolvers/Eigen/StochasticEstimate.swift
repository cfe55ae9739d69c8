import MercerCore
import RealModule

/// A number estimated from random probes, with an interval from their spread.
public struct StochasticEstimate: Sendable, Codable, Equatable {
  /// The estimate, the mean over the probes.
  public let value: Double
  /// The standard error of that mean.
  public let standardError: Double
  /// How often such an interval holds the true value, such as 0.95.
  public let level: Double
  /// Value ± half of this is the interval at that level: Student's quantile times the standard error,
  /// and the error of the quadrature where there is one.
  public let interval: ClosedRange<Double>
  /// How many probes there were.
  public let probes: Int
  /// Products with the operator, each column counted.
  public let products: Int
  /// What the number of Lanczos steps may still be off by, from the last change; 0 where none are
  /// taken.
  public let quadratureError: Double

  /// The estimate of a mean, shifted by what is known exactly.
  ///
  /// - Precondition: there are at least two samples.
  init(
    samples: [Double], offset: Double = 0, level: Double, products: Int,
    quadratureError: Double = 0
  ) {
    let count = Double(samples.count)
    let mean = samples.reduce(0, +) / count
    let variance = samples.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    standardError = (variance / count).squareRoot()
    value = offset + mean
    let half =
      StudentDistribution(degrees: samples.count - 1).quantile((1 + level) / 2) * standardError
      + quadratureError
    interval = value - half...value + half
    self.level = level
    self.products = products
    self.quadratureError = quadratureError
    probes = samples.count
  }
}

/// Student's t distribution with a whole number of degrees of freedom.
struct StudentDistribution {
  let degrees: Int

  /// P(T ≤ t), by the finite sums for whole degrees.
  /// - Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), equations 26.7.3 and
  ///   26.7.4.
  func cumulative(_ t: Double) -> Double {
    let n = Double(degrees)
    let theta = Double.atan(t / n.squareRoot())
    let (sine, cosine) = (Double.sin(theta), Double.cos(theta))
    var (term, sum) = (degrees.isMultiple(of: 2) ? 1 : cosine, 0.0)
    var k = degrees.isMultiple(of: 2) ? 0 : 1
    while k <= degrees - 2 {
      sum += term
      term *= cosine * cosine * Double(k + 1) / Double(k + 2)
      k += 2
    }
    let inside =
      degrees.isMultiple(of: 2) ? sine * sum : 2 / Double.pi * (theta + sine * sum)
    return 0.5 + inside / 2
  }

  /// The t with P(T ≤ t) = p, for 0.5 ≤ p < 1, by bisection.
  func quantile(_ p: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while cumulative(high) < p, high < 1e12 { high *= 2 }
    for _ in 0..<200 where high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// Throws `.invalidParameter` unless probes and level make an interval.
func checkProbes(_ probes: Int, level: Double) throws(MercerError) {
  guard probes >= 2, level > 0, level < 1 else {
    throw MercerError(
      .invalidParameter,
      "an interval needs at least 2 probes and a level between 0 and 1, not \(probes) and \(level)")
  }
}

/// An n × m matrix of ±1, evenly: column j is probe j of this seed, whatever m.
func signMatrix<Element: Scalar>(
  rowCount n: Int, columnCount m: Int, seed: UInt64, purpose: String
) -> Matrix<Element> {
  var result = Matrix<Element>(rowCount: n, columnCount: m)
  result.withUnsafeMutableBufferPointer { buffer in
    for j in 0..<m {
      var stream = RandomStream(seed: seed, purpose: purpose, index: UInt64(j))
      for start in stride(from: 0, to: n, by: 64) {
        var bits = stream.next()
        for i in start..<min(start + 64, n) {
          buffer[i * m + j] = bits & 1 == 0 ? 1 : -1
          bits >>= 1
        }
      }
    }
  }
  return result
}
