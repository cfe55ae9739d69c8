import RealModule

/// How a spectrum goes on below the κ that a sample shows: as powers of κ, fitted to its last stretch.
struct SpectrumTail: Sendable {
  /// The part of the target that no number of rows learns.
  let floor: Double
  /// The rest of what is not learned is `scale` (κ / κ₀)^`exponent`, κ₀ the least κ of the sample.
  private let scale: Double
  private let exponent: Double
  /// log κ₀, where Σ Lᵢ = e^`logLearned`; it goes as κ^`slope`, the slope negative.
  private let logKappa: Double
  private let logLearned: Double
  private let slope: Double

  /// Fits to samples, ascending in κ, at least one: the modes over their last factor of four, what is
  /// not learned over the last two decades and a half of κ.
  init(of samples: [GramEigenlearning.Sample]) {
    let first = samples[0]
    logKappa = first.logKappa
    logLearned = Double.log(max(first.learned, .leastNormalMagnitude))
    let modes = samples.filter { $0.learned >= first.learned / 4 }
    let trend = Self.slope(
      modes.map(\.logKappa), modes.map { Double.log(max($0.learned, .leastNormalMagnitude)) })
    // Flat where the kernel has no more modes; never as steep as where its trace would diverge.
    slope = min(max(trend, -0.98), -0.02)
    let near = samples.filter { $0.logKappa <= first.logKappa + 2.5 * Double.log(10) }
    var best = (floor: first.unlearned, scale: 0.0, exponent: 1.0, misfit: Double.infinity)
    for exponent in stride(from: 0.1, through: 2, by: 0.05) {
      let (floor, scale, misfit) = Self.power(near, exponent: exponent)
      if misfit < best.misfit { best = (floor, scale, exponent, misfit) }
    }
    exponent = best.exponent
    // The curve goes through the first sample, so that there is no step where it takes over.
    let fitted = best.floor + best.scale
    let correction = fitted > 0 ? first.unlearned / fitted : 1
    floor = best.floor * correction
    scale = best.scale * correction
  }

  /// What there is at κ.
  func state(_ logKappa: Double) -> GramEigenlearning.Sample {
    let learned = Double.exp(logLearned + slope * (logKappa - self.logKappa))
    // Of a power, κ d(Σ L)/dκ is its exponent times Σ L.
    return GramEigenlearning.Sample(
      logKappa: logKappa, learned: learned, squares: learned * (1 + slope),
      unlearned: floor + scale * Double.exp(exponent * (logKappa - self.logKappa)))
  }

  private static func slope(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    let sxx = x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
    let sxy = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
    return sxx > 0 ? sxy / sxx : 0
  }

  /// The floor and the scale, neither below 0, with the least squares of relative errors.
  private static func power(
    _ samples: [GramEigenlearning.Sample], exponent: Double
  ) -> (floor: Double, scale: Double, misfit: Double) {
    // Both unknowns in units of what there is: 1 = floor · a + scale · b for each sample.
    let a = samples.map { 1 / max($0.unlearned, .leastNormalMagnitude) }
    let b = zip(samples, a).map { Double.exp(exponent * ($0.logKappa - samples[0].logKappa)) * $1 }
    func inner(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let (aa, ab, bb) = (inner(a, a), inner(a, b), inner(b, b))
    let (ay, by) = (a.reduce(0, +), b.reduce(0, +))
    let determinant = aa * bb - ab * ab
    var (floor, scale) = (0.0, by / bb)
    if determinant > 1e-12 * aa * bb {
      let free = (
        floor: (ay * bb - by * ab) / determinant, scale: (by * aa - ay * ab) / determinant
      )
      if free.scale < 0 {
        (floor, scale) = (ay / aa, 0)
      } else if free.floor > 0 {
        (floor, scale) = free
      }
    }
    let misfit = zip(a, b).reduce(0) {
      let error = floor * $1.0 + scale * $1.1 - 1
      return $0 + error * error
    }
    return (floor, scale, misfit)
  }
}
