/// A pair of inputs by the coefficients of an activation in orthonormal Hermite polynomials.
struct HermitePair {
  /// hₙ(x) and hₙ(z).
  var x: [Double], z: [Double]
  /// √x and √z.
  var rootX: Double, rootZ: Double
  let cosine: Double
  let sine2: Double

  /// The pair the other way round.
  var swapped: HermitePair {
    HermitePair(x: z, z: x, rootX: rootZ, rootZ: rootX, cosine: cosine, sine2: sine2)
  }

  /// Σ hₙ(x) hₙ(z) cⁿ and Σ n hₙ(x) hₙ(z) cⁿ⁻¹/√(x z).
  func moments() -> (value: Double, slope: Double) {
    var (value, slope) = (0.0, 0.0)
    for n in stride(from: x.count - 1, through: 0, by: -1) {
      slope = slope * cosine + value
      value = value * cosine + x[n] * z[n]
    }
    let product = rootX * rootZ
    return (value, product > 0 ? slope / product : 0)
  }

  /// E (φ(u) ∓ φ(w))², without cancellation where |c| is near 1: with hₙ(z) taken times (−1)ⁿ where c
  /// is negative, Σ (hₙ(x) ∓ hₙ(z))² ± 2 hₙ(x) hₙ(z) (1 − |c|ⁿ).
  func squaredDistance(isForward: Bool) -> Double {
    let magnitude = abs(cosine)
    let gap = sine2 / (1 + magnitude)
    // 1 − |c|ⁿ = (1 − |c|) (1 + |c| + … + |c|ⁿ⁻¹).
    var (total, power, sum) = (0.0, 1.0, 0.0)
    for n in 0..<x.count {
      let sign: Double = (cosine < 0 && n % 2 == 1) != !isForward ? -1 : 1
      let other = sign * z[n]
      total += (x[n] - other) * (x[n] - other) + 2 * x[n] * other * gap * sum
      sum += power
      power *= magnitude
    }
    return total
  }

  /// ∂ slope / ∂k.
  func slopeByCovariance() -> Double {
    let square = rootX * rootX * rootZ * rootZ
    return square > 0 ? curvature() / square : 0
  }

  /// Σ n (n − 1) hₙ(x) hₙ(z) cⁿ⁻².
  private func curvature() -> Double {
    var total = 0.0
    for n in stride(from: x.count - 1, through: 2, by: -1) {
      total = total * cosine + Double(n * (n - 1)) * x[n] * z[n]
    }
    return total
  }

  /// The derivatives by x, at fixed k, of value, slope, E φ(u)² and E φ(u): those of the coefficients are
  /// hₙ′ = (n hₙ + √((n + 1)(n + 2)) hₙ₊₂)/2x.
  func derivativesByX() -> (value: Double, slope: Double, square: Double, mean: Double) {
    let variance = rootX * rootX
    guard variance > 0, rootZ > 0 else { return (0, 0, 0, 0) }
    var changed = self
    for n in x.indices {
      let next = n + 2 < x.count ? Double((n + 1) * (n + 2)).squareRoot() * x[n + 2] : 0
      changed.x[n] = (Double(n) * x[n] + next) / (2 * variance)
    }
    let slope = moments().slope
    let (value, slopeChange) = changed.moments()
    let turn = -cosine / (2 * variance)
    let product = rootX * rootZ
    var square = 0.0
    for n in x.indices { square += 2 * x[n] * changed.x[n] }
    return (
      value + turn * slope * product,
      slopeChange + turn * curvature() / product - slope / (2 * variance), square, changed.x[0]
    )
  }
}
