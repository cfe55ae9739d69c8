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
  /// The roots of both variances, the cosine, and 1 − cosine² without cancellation.
  let rootX: Element, rootZ: Element, cosine: Element, sine2: Element

  /// The units with their means.
  @inline(__always)
  init(_ pairs: NetworkPairs<Element>, _ j: Int) {
    (rootX, rootZ) = (pairs.scales.rootX[j], pairs.scales.rootZ[j])
    (cosine, sine2) = (pairs.cosine[j], pairs.sine2[j])
  }

  /// The units without their means mx and mz.
  @inline(__always)
  init(_ pairs: NetworkPairs<Element>, _ j: Int, mx: Element, mz: Element) {
    let whole = CentredPair(pairs, j)
    // The determinant loses x mz² + z mx² − 2 k mx mz.
    let rest = whole.determinant - whole.mixed(CentredPair(mx: mx, mz: mz))
    rootX = max(0, whole.rootX * whole.rootX - mx * mx).squareRoot()
    rootZ = max(0, whole.rootZ * whole.rootZ - mz * mz).squareRoot()
    let product = rootX * rootZ
    cosine = product > 0 ? (whole.covariance - mx * mz) / product : 0
    sine2 = product > 0 ? min(1, max(0, rest) / (product * product)) : 1
  }

  /// Means, as units that are the same for all weights.
  @inline(__always)
  init(mx: Element, mz: Element) {
    (rootX, rootZ) = (abs(mx), abs(mz))
    (cosine, sine2) = (mx * mz < 0 ? -1 : 1, 0)
  }

  /// k.
  @inline(__always)
  var covariance: Element { cosine * (rootX * rootZ) }

  /// x z − k².
  @inline(__always)
  var determinant: Element { (rootX * rootZ) * (rootX * rootZ) * sine2 }

  /// x₁ z₂ + x₂ z₁ − 2 k₁ k₂, without cancellation.
  @inline(__always)
  func mixed(_ other: CentredPair) -> Element {
    let (own, theirs) = (rootX * other.rootZ, other.rootX * rootZ)
    let (a, b, product) = (abs(cosine), abs(other.cosine), cosine * other.cosine)
    // 1 − |c₁ c₂| is 1 − |c₁| + |c₁| (1 − |c₂|).
    let near = sine2 / (1 + a) + a * (other.sine2 / (1 + b))
    let short = product > 0 ? near : 1 - product
    return (own - theirs) * (own - theirs) + 2 * (own * theirs) * short
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
    let means = isUnitwise ? (a.scales.meanX, a.scales.meanZ, b.scales.meanX, b.scales.meanZ) : nil
    for j in 0..<result.count {
      if let theta = result.theta, let thetaA = a.theta, let thetaB = b.theta {
        theta[j] = wa * thetaA[j] + wb * thetaB[j]
      }
      if let (meanAX, meanAZ, meanBX, meanBZ) = means, let meanAX, let meanAZ, let meanBX,
        let meanBZ
      {
        let first = CentredPair(a, j, mx: meanAX[j], mz: meanAZ[j])
        let second = CentredPair(b, j, mx: meanBX[j], mz: meanBZ[j])
        let third = CentredPair<Self>(mx: meanAX[j] + meanBX[j], mz: meanAZ[j] + meanBZ[j])
        var determinant = first.determinant + second.determinant + first.mixed(second)
        determinant += first.mixed(third) + second.mixed(third)
        result.set(
          j, covariance: first.covariance + second.covariance + third.covariance,
          determinant: determinant)
        continue
      }
      let (first, second) = (CentredPair(a, j), CentredPair(b, j))
      var determinant = wa * wa * first.determinant + wb * wb * second.determinant
      determinant += wa * wb * first.mixed(second)
      result.set(
        j, covariance: wa * first.covariance + wb * second.covariance, determinant: determinant)
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
