import MercerCore

/// The sum of two independent inputs unit by unit, or the mean over the units of both.
///
/// ```
/// k ← w₁ k₁ + w₂ k₂ (+ m₁(x) m₂(z) + m₂(x) m₁(z), unit by unit)        Θ ← w₁ Θ₁ + w₂ Θ₂
/// ```
/// with m the means of the units.
/// - Accuracy: 1 ∓ the cosine is made from E (u − w)² or E (u + w)² of the sum, which add up without
///   cancellation, so that nearly parallel inputs keep their angle.
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

extension NetworkPairs {
  /// E (u ∓ w)², with the upper sign where `isForward`, without cancellation.
  @inline(__always)
  func squaredDistance(_ j: Int, isForward: Bool) -> Element {
    let (x, z, c) = (scales.rootX[j], scales.rootZ[j], isForward ? cosine[j] : -cosine[j])
    let short = c > 0 ? sine2[j] / (1 + c) : 1 - c
    return (x - z) * (x - z) + 2 * (x * z) * short
  }

  /// Sets the state of a pair from its covariance and E (u ∓ w)², the sign being that of k.
  @inline(__always)
  func set(_ j: Int, covariance k: Element, squaredDistance: Element) {
    let perProduct = scales.inverseX[j] * scales.inverseZ[j]
    let apart = scales.rootX[j] - scales.rootZ[j]
    let gap = max(0, (squaredDistance - apart * apart) * perProduct / 2)
    cosine[j] = k * perProduct
    sine2[j] = perProduct > 0 ? min(1, gap * (2 - gap)) : 1
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
      var k = wa * a.covariance(j) + wb * b.covariance(j)
      var (ax, az, bx, bz): (Self, Self, Self, Self) = (0, 0, 0, 0)
      if isUnitwise, let meanAX = a.scales.meanX, let meanAZ = a.scales.meanZ,
        let meanBX = b.scales.meanX, let meanBZ = b.scales.meanZ
      {
        (ax, az, bx, bz) = (meanAX[j], meanAZ[j], meanBX[j], meanBZ[j])
        k += ax * bz + bx * az
      }
      if let theta = result.theta, let thetaA = a.theta, let thetaB = b.theta {
        theta[j] = wa * thetaA[j] + wb * thetaB[j]
      }
      let isForward = k >= 0
      var distance = wa * a.squaredDistance(j, isForward: isForward)
      distance += wb * b.squaredDistance(j, isForward: isForward)
      let means = isForward ? (ax - az) * (bx - bz) : (ax + az) * (bx + bz)
      result.set(j, covariance: k, squaredDistance: distance + 2 * means)
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
