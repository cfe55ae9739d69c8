import MercerCore

/// Units times a constant: k ← (covariance factor) k, Θ ← (tangent factor) Θ. The two factors are the
/// same unless the learning rate makes up for one.
struct Rescaling: ElementwiseOperation {
  let covarianceFactor: Double
  let tangentFactor: Double

  func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(
      variance: covarianceFactor * moments.variance,
      mean: covarianceFactor.squareRoot() * moments.mean)
  }

  func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    if let theta = pairs.theta {
      Element.loops.affine(pairs.count, theta, Element(tangentFactor), 0)
    }
  }

  func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    let loops = Element.loops
    for array in [adjoints.covariance, adjoints.varianceX, adjoints.varianceZ] {
      loops.affine(pairs.count, array, Element(covarianceFactor), 0)
    }
    loops.affine(pairs.count, adjoints.theta, Element(tangentFactor), 0)
    for array in [adjoints.meanX, adjoints.meanZ] {
      loops.affine(pairs.count, array, Element(covarianceFactor.squareRoot()), 0)
    }
  }
}
