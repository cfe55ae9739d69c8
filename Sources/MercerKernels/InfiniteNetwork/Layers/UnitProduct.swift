import MercerCore

/// The product of two independent inputs, unit by unit.
///
/// ```
/// k ← k₁ k₂        Θ ← Θ₁ k₂ + k₁ Θ₂
/// ```
struct UnitProduct: CombinationOperation {
  func moments(of inputs: [UnitMoments]) -> UnitMoments {
    UnitMoments(
      variance: inputs[0].variance * inputs[1].variance, mean: inputs[0].mean * inputs[1].mean)
  }

  func forward<Element: Scalar>(
    _ inputs: [NetworkPairs<Element>], into result: NetworkPairs<Element>
  ) {
    Element.multiplyUnits(inputs[0], inputs[1], result)
  }

  func backward<Element: Scalar>(
    _ inputs: [NetworkPairs<Element>], adjoints: NetworkAdjoints<Element>,
    into inputAdjoints: [NetworkAdjoints<Element>]
  ) {
    Element.multiplyUnitsBackward(inputs[0], inputs[1], adjoints, inputAdjoints[0])
    Element.multiplyUnitsBackward(inputs[1], inputs[0], adjoints, inputAdjoints[1])
  }
}

extension Scalar {
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func multiplyUnits(
    _ a: NetworkPairs<Self>, _ b: NetworkPairs<Self>, _ result: NetworkPairs<Self>
  ) {
    for j in 0..<result.count {
      let (ca, cb) = (a.cosine[j], b.cosine[j])
      if let theta = result.theta, let thetaA = a.theta, let thetaB = b.theta {
        let (ka, kb) = (a.covariance(j), b.covariance(j))
        theta[j] = thetaA[j] * kb + ka * thetaB[j]
      }
      result.cosine[j] = ca * cb
      result.sine2[j] = a.sine2[j] + ca * ca * b.sine2[j]
    }
  }

  /// The adjoints of `a`, whose partner is `b`.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func multiplyUnitsBackward(
    _ a: NetworkPairs<Self>, _ b: NetworkPairs<Self>, _ result: NetworkAdjoints<Self>,
    _ target: NetworkAdjoints<Self>
  ) {
    guard let theta = b.theta else { return }
    for j in 0..<a.count {
      let k = b.covariance(j)
      target.covariance[j] += result.covariance[j] * k + result.theta[j] * theta[j]
      target.theta[j] += result.theta[j] * k
      target.varianceX[j] += result.varianceX[j] * b.scales.rootX[j] * b.scales.rootX[j]
      target.varianceZ[j] += result.varianceZ[j] * b.scales.rootZ[j] * b.scales.rootZ[j]
      if let meanX = b.scales.meanX { target.meanX[j] += result.meanX[j] * meanX[j] }
      if let meanZ = b.scales.meanZ { target.meanZ[j] += result.meanZ[j] * meanZ[j] }
    }
  }
}

extension NetworkPairs {
  /// k of the pair of this number.
  @inline(__always)
  func covariance(_ j: Int) -> Element { cosine[j] * (scales.rootX[j] * scales.rootZ[j]) }
}
