public import MercerCore

/// Layer normalisation over the channels of each position: mean 0 and variance 1; or over the channels
/// of all positions, with the mean of x̃ over positions (and no ε) in place of it.
///
/// ```
/// k ← k̃ / √((x̃ + ε)(z̃ + ε))        Θ ← Θ / √((x̃ + ε)(z̃ + ε))
/// ```
/// with k̃ = k − m(x) m(z) the covariance about the means. In the limit mean and variance are numbers
/// that do not depend on single weights, so gradients do not go through them.
/// - Source: Ba, Kiros and Hinton 2016 (1607.06450); Novak et al. 2020 (1912.02803), with its ε.
public struct LayerNormLayer: ElementwiseLayer, Equatable {
  /// ε, at least zero.
  public let epsilon: Double
  /// Whether all positions are normalised as one.
  public let acrossPositions: Bool

  /// What is normalised, in the text form.
  private enum Extent: String, CaseIterable {
    case channels, all
  }

  /// A normalisation.
  ///
  /// - Throws: `.invalidParameter` when ε is negative or not finite.
  public init(epsilon: Double = 1e-12, acrossPositions: Bool = false) throws(MercerError) {
    guard epsilon.isFinite, epsilon >= 0 else {
      throw MercerError(
        .invalidParameter, "epsilon of layerNorm must be zero or above, not \(epsilon)")
    }
    self.epsilon = epsilon
    self.acrossPositions = acrossPositions
  }

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "layerNorm", summary: "mean 0 and variance 1 over the channels",
    parameters: [
      .init(
        "epsilon", .number, ifAbsent: .value(.number(1e-12)),
        summary: "added to the variance, at least 0"),
      .init(
        "over", .word, ifAbsent: .value(.word("channels")),
        summary: "channels, or all: channels and positions"),
    ]
  ) { (arguments) throws(MercerError) in
    try LayerNormLayer(
      epsilon: arguments.number("epsilon"),
      acrossPositions: arguments.word("over", of: Extent.self) == .all)
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer(
      "layerNorm",
      (epsilon == 1e-12 ? [] : [.init("epsilon", .number(epsilon))])
        + (acrossPositions ? [.init("over", .word(Extent.all.rawValue))] : []))
  }

  /// Adds one node.
  ///
  /// - Throws: `.invalidParameter` on the input itself, whose numbers are too few; over all positions
  ///   where there are none, or units are not Gaussian.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    guard case .infinite = graph.nodes[input].shape.channels else {
      throw MercerError(
        .invalidParameter, "the input itself cannot be normalised over its channels here",
        remedy: "put a dense layer in front, or normalise the data")
    }
    guard acrossPositions else { return graph.append(.elementwise(self), after: input) }
    try graph.nodes[input].shape.checkPositions()
    try graph.checkGaussian(input)
    return graph.append(.spatial(NormalisationSlices()), after: input)
  }

  /// The moments after the layer.
  public func moments(after moments: UnitMoments) -> UnitMoments {
    let centred = max(moments.variance - moments.mean * moments.mean, 0)
    return UnitMoments(variance: centred == 0 ? 0 : centred / (centred + epsilon))
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    Element.normalise(pairs, to: scales, Element(epsilon))
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    Element.normaliseBackward(pairs, adjoints, Element(epsilon))
  }
}

extension Scalar {
  /// 1/(ṽ + ε), 0 where that is not finite.
  @inline(__always)
  private static func factor(_ root: Self, _ mean: Self, _ epsilon: Self) -> Self {
    let factor = 1 / (max(0, root * root - mean * mean) + epsilon)
    return factor.isFinite ? factor : 0
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func normalise(
    _ pairs: NetworkPairs<Self>, to scales: NetworkScales<Self>, _ epsilon: Self
  ) {
    let before = pairs.scales
    let after = NetworkPairs(
      count: pairs.count, scales: scales, cosine: pairs.cosine, sine2: pairs.sine2,
      theta: pairs.theta)
    for j in 0..<pairs.count {
      let (mx, mz) = (before.meanX?[j] ?? 0, before.meanZ?[j] ?? 0)
      let fx = factor(before.rootX[j], mx, epsilon), fz = factor(before.rootZ[j], mz, epsilon)
      if let theta = pairs.theta { theta[j] *= (fx * fz).squareRoot() }
      guard mx != 0 || mz != 0 else { continue }
      let centred = CentredPair(pairs, j, mx: mx, mz: mz)
      after.set(
        j, covariance: (fx * fz).squareRoot() * centred.covariance,
        determinant: fx * fz * centred.determinant)
    }
  }

  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func normaliseBackward(
    _ pairs: NetworkPairs<Self>, _ adjoints: NetworkAdjoints<Self>, _ epsilon: Self
  ) {
    let before = pairs.scales
    for j in 0..<pairs.count {
      let (mx, mz) = (before.meanX?[j] ?? 0, before.meanZ?[j] ?? 0)
      let fx = factor(before.rootX[j], mx, epsilon), fz = factor(before.rootZ[j], mz, epsilon)
      let scale = (fx * fz).squareRoot()
      let (k, theta) = (pairs.covariance(j) - mx * mz, pairs.theta?[j] ?? 0)
      let (byK, byTheta) = (adjoints.covariance[j] * scale, adjoints.theta[j] * scale)
      // ∂/∂ṽ of f^½ is −f^{3/2}/2, and of ṽ f it is ε f².
      let common = -(byK * k + byTheta * theta) / 2
      let byX = common * fx + adjoints.varianceX[j] * epsilon * fx * fx
      let byZ = common * fz + adjoints.varianceZ[j] * epsilon * fz * fz
      adjoints.covariance[j] = byK
      adjoints.theta[j] = byTheta
      adjoints.varianceX[j] = byX
      adjoints.varianceZ[j] = byZ
      adjoints.meanX[j] = -byK * mz - 2 * mx * byX
      adjoints.meanZ[j] = -byK * mx - 2 * mz * byZ
    }
  }
}
