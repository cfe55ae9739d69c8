import MercerCore

/// The sum of two independent inputs unit by unit, or the mean over the units of both.
///
/// ```
/// k ← w₁ k₁ + w₂ k₂ (+ m₁(x) m₂(z) + m₂(x) m₁(z), unit by unit)        Θ ← w₁ Θ₁ + w₂ Θ₂
/// ```
/// with m the means of the units.
/// - Accuracy: v(x) v(z) − k² of the sum is a sum of such determinants, and of terms of two parts that
///   are squares or hold 1 − c₁ c₂, which `CentredPair` makes without cancellation: parallel inputs
///   stay parallel to the last digit.
struct WeightedSum: CombinationOperation {
  let weights: (Double, Double)
  /// Whether units are added, rather than put side by side.
  let isUnitwise: Bool

  func moments(of inputs: [UnitMoments]) -> UnitMoments {
    let (a, b) = (inputs[0], inputs[1])
    return UnitMoments(
      variance: weights.0 * a.variance + weights.1 * b.variance
        + (isUnitwise ? 2 * a.mean * b.mean : 0),
      mean: weights.0 * a.mean + weights.1 * b.mean)
  }

  func forward<Element: Scalar>(
    _ inputs: [NetworkPairs<Element>], into result: NetworkPairs<Element>
  ) {
    Element.addUnits(
      inputs[0], inputs[1], Element(weights.0), Element(weights.1), isUnitwise: isUnitwise, result)
  }

  func backward<Element: Scalar>(
    _ inputs: [NetworkPairs<Element>], adjoints: NetworkAdjoints<Element>,
    into inputAdjoints: [NetworkAdjoints<Element>]
  ) {
    Element.addUnitsBackward(
      inputs[1], Element(weights.0), isUnitwise: isUnitwise, adjoints, inputAdjoints[0])
    Element.addUnitsBackward(
      inputs[0], Element(weights.1), isUnitwise: isUnitwise, adjoints, inputAdjoints[1])
  }
}

/// What a pair has at one node apart from the means of the units, or the means alone.
struct CentredPair<Element: Scalar> {
  /// The variances, the covariance, and x z − k² without cancellation.
  let x: Element, z: Element, k: Element, determinant: Element

  /// The units without their means mx and mz.
  @inline(__always)
  init(_ pairs: NetworkPairs<Element>, _ j: Int, mx: Element, mz: Element) {
    let (rootX, rootZ) = (pairs.scales.rootX[j], pairs.scales.rootZ[j])
    let (c, sine2, product) = (pairs.cosine[j], pairs.sine2[j], rootX * rootZ)
    let whole = product * product * sine2
    guard mx != 0 || mz != 0 else {
      (x, z, k, determinant) = (rootX * rootX, rootZ * rootZ, c * product, whole)
      return
    }
    // The determinant loses x mz² + z mx² − 2 k mx mz.
    let short = c > 0 ? sine2 / (1 + c) : 1 - c
    let across = rootX * mz - rootZ * mx
    let means = mx * mz
    x = max(0, rootX * rootX - mx * mx)
    z = max(0, rootZ * rootZ - mz * mz)
    k = c * product - means
    determinant = max(0, whole - across * across - 2 * product * means * short)
  }

  /// Means, as units that are the same for all weights.
  @inline(__always)
  init(mx: Element, mz: Element) { (x, z, k, determinant) = (mx * mx, mz * mz, mx * mz, 0) }

  /// x₁ z₂ + x₂ z₁ − 2 k₁ k₂, without cancellation.
  @inline(__always)
  func mixed(_ other: CentredPair) -> Element {
    let (own, theirs) = ((x * other.z).squareRoot(), (other.x * z).squareRoot())
    let square = (own - theirs) * (own - theirs)
    let (all, product) = (own * theirs, k * other.k)
    guard all > 0, product > 0 else { return square + 2 * (all - product) }
    // 1 − |c₁ c₂| from 1 − |c| of both: x z − k² over √(x z) (√(x z) + |k|).
    let (first, second) = ((x * z).squareRoot(), (other.x * other.z).squareRoot())
    let short = determinant / (first * (first + abs(k)))
    let otherShort = other.determinant / (second * (second + abs(other.k)))
    return square + 2 * all * (short + abs(k) / first * otherShort)
  }
}

extension NetworkPairs {
  /// Sets the state of a pair from its covariance and k(x, x) k(z, z) − k².
  @inline(__always)
  func set(_ j: Int, covariance k: Element, determinant: Element) {
    let perProduct = scales.inverseX[j] * scales.inverseZ[j]
    cosine[j] = k * perProduct
    sine2[j] = perProduct > 0 ? min(1, determinant * perProduct * perProduct) : 1
  }
}

extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func addUnits(
    _ a: NetworkPairs<Self>, _ b: NetworkPairs<Self>, _ wa: Self, _ wb: Self, isUnitwise: Bool,
    _ result: NetworkPairs<Self>
  ) {
    for j in 0..<result.count {
      var (ax, az, bx, bz): (Self, Self, Self, Self) = (0, 0, 0, 0)
      if isUnitwise, let meanAX = a.scales.meanX, let meanAZ = a.scales.meanZ,
        let meanBX = b.scales.meanX, let meanBZ = b.scales.meanZ
      {
        (ax, az, bx, bz) = (meanAX[j], meanAZ[j], meanBX[j], meanBZ[j])
      }
      let first = CentredPair(a, j, mx: ax, mz: az)
      let second = CentredPair(b, j, mx: bx, mz: bz)
      var k = wa * first.k + wb * second.k
      var determinant = wa * wa * first.determinant + wb * wb * second.determinant
      determinant += wa * wb * first.mixed(second)
      if ax != 0 || az != 0 || bx != 0 || bz != 0 {
        let means = CentredPair<Self>(mx: ax + bx, mz: az + bz)
        k += means.k
        determinant += first.mixed(means) + second.mixed(means)
      }
      if let theta = result.theta, let thetaA = a.theta, let thetaB = b.theta {
        theta[j] = wa * thetaA[j] + wb * thetaB[j]
      }
      result.set(j, covariance: k, determinant: determinant)
    }
  }

  /// The adjoints of an input of this weight, whose partner is `other`.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func addUnitsBackward(
    _ other: NetworkPairs<Self>, _ weight: Self, isUnitwise: Bool, _ result: NetworkAdjoints<Self>,
    _ target: NetworkAdjoints<Self>
  ) {
    for j in 0..<other.count {
      target.covariance[j] += weight * result.covariance[j]
      target.theta[j] += weight * result.theta[j]
      target.varianceX[j] += weight * result.varianceX[j]
      target.varianceZ[j] += weight * result.varianceZ[j]
      target.meanX[j] += weight * result.meanX[j]
      target.meanZ[j] += weight * result.meanZ[j]
      guard isUnitwise, let meanX = other.scales.meanX, let meanZ = other.scales.meanZ else {
        continue
      }
      target.meanX[j] += result.covariance[j] * meanZ[j] + 2 * result.varianceX[j] * meanX[j]
      target.meanZ[j] += result.covariance[j] * meanX[j] + 2 * result.varianceZ[j] * meanZ[j]
    }
  }
}
