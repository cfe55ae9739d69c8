import MercerCore

extension Activation {
  /// The loop of `forward`, for one activation and element type.
  @inline(__always)
  func activateAll<E: Scalar & MomentNumber>(
    _ pairs: NetworkPairs<E>, to scales: NetworkScales<E>
  ) {
    // Below this 1 − cosine² has lost so many digits that the expansion is better.
    let close: E = E.self == Float.self ? 0x1p-12 : 0x1p-27
    for j in 0..<pairs.count {
      let pair = NormalPair(pairs, j)
      let (value, slope) = moments(of: pair)
      var cosine = value * scales.inverseX[j] * scales.inverseZ[j]
      var sine2 = (1 - cosine) * (1 + cosine)
      if sine2 < close {
        if let gap = angularGap(of: pair) ?? (isSmooth ? gap(of: pair, to: scales, j) : nil) {
          sine2 = gap * (2 - gap)
          cosine = cosine < 0 ? gap - 1 : 1 - gap
        }
        sine2 = max(sine2, 0)
      }
      pairs.cosine[j] = cosine
      pairs.sine2[j] = sine2
      if let theta = pairs.theta { theta[j] *= slope }
    }
  }

  /// 1 − |cosine| after the layer for nearly equal (or, where φ is odd or even, nearly opposite) u
  /// and w; nil elsewhere.
  ///
  /// With m = (u + w)/2 the difference φ(u) − φ(w) is φ′(m) (u − w) up to third order, and m and u − w
  /// are normal with covariance (x − z)/2. So, S(v) being E φ′(m)² at v = E m²,
  /// `E (φ(u) − φ(w))² = S(v) E (u − w)² + S′(v) (x − z)²/2`, of which the part due to unequal lengths,
  /// (√V(x) − √V(z))², is no angle. The relative error is of the order of E (u − w)²/v.
  private func gap<E: Scalar & MomentNumber>(
    of pair: NormalPair<E>, to scales: NetworkScales<E>, _ j: Int
  ) -> E? {
    let isForward = pair.k >= 0
    guard isForward || parity != .none else { return nil }
    if isHomogeneous {
      // Of unit lengths: x = z = 1, E (u − w)²/2 = 1 − |c|, E m² = (1 + |c|)/2.
      let product = pair.x * pair.z
      let root = E.sqrt(product)
      let short = pair.determinant / (root * (root + abs(pair.k)))
      let slope = moments(of: NormalPair(equal: 1 - short / 2)).slope
      let gap = slope * short / square(ofVariance: 1)
      return gap.isFinite ? gap : nil
    }
    let (near, far) = isForward ? (pair.apart, pair.together) : (pair.together, pair.apart)
    guard near < far * 0x1p-10 else { return nil }
    // On the diagonal x, z and k move together; the derivative is kept in the place of k.
    let variance = Jet<E>(far / 4, x: 0, z: 0, k: 1)
    let (value, slope) = moments(of: NormalPair(equal: variance))
    let difference = pair.x - pair.z
    let distance = slope.value * near + slope.k * difference * difference / 2
    let (rootX, rootZ) = (scales.rootX[j], scales.rootZ[j])
    let lengths = value.k * difference / (rootX + rootZ)
    let gap = (distance - lengths * lengths) / (2 * rootX * rootZ)
    return gap.isFinite ? max(gap, 0) : nil
  }

  /// The loop of `backward`.
  @inline(__always)
  func pullBackAll<E: Scalar & MomentNumber>(
    _ pairs: NetworkPairs<E>, adjoints: NetworkAdjoints<E>
  ) {
    guard let theta = pairs.theta else { return }
    for j in 0..<pairs.count {
      let pair = NormalPair(pairs, j)
      let (value, slope) = moments(of: pair.jets)
      let (byK, byTheta) = (adjoints.covariance[j], adjoints.theta[j])
      let bySlope = byTheta * theta[j]
      // At a kink the derivative of the slope is infinite, and contributes nothing.
      let isKink = !(slope.k.isFinite && slope.x.isFinite && slope.z.isFinite)
      func total(_ value: E, _ slope: E) -> E {
        let first = byK == 0 || !value.isFinite ? 0 : byK * value
        return isKink || bySlope == 0 ? first : first + bySlope * slope
      }
      // By Price's theorem the slope is the derivative of the value, and better where both are near
      // a singularity.
      adjoints.covariance[j] = total(isSmooth ? slope.value : value.k, slope.k)
      adjoints.theta[j] = byTheta * (slope.value.isFinite ? slope.value : 0)
      adjoints.varianceX[j] =
        total(value.x, slope.x) + own(pair.x, adjoints.varianceX[j], adjoints.meanX[j])
      adjoints.varianceZ[j] =
        total(value.z, slope.z) + own(pair.z, adjoints.varianceZ[j], adjoints.meanZ[j])
      adjoints.meanX[j] = 0
      adjoints.meanZ[j] = 0
    }
  }

  /// The derivative by a variance through E φ² and E φ.
  @inline(__always)
  private func own<E: Scalar & MomentNumber>(_ variance: E, _ bySquare: E, _ byMean: E) -> E {
    let jet = Jet<E>(variance, x: 1, z: 0, k: 0)
    var total: E = 0
    if bySquare != 0 { total += bySquare * square(ofVariance: jet).x }
    if byMean != 0 { total += byMean * mean(ofVariance: jet).x }
    return total.isFinite ? total : 0
  }
}
