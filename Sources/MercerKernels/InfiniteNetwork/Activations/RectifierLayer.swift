public import MercerCore

/// An activation of two linear pieces, φ(u) = a min(u, 0) + b max(u, 0), applied to infinitely many
/// units: relu (0, 1), leakyRelu (slope, 1), abs (−1, 1), abRelu (a, b).
///
/// With θ the angle of two inputs before the layer, m = √(k(x, x) k(z, z)) and
/// κ₁(θ) = (sin θ + (π − θ) cos θ)/π:
///
/// ```
/// k ← m ((a² + b²) κ₁(θ) − 2ab κ₁(π − θ)) / 2
/// Θ ← Θ ((a² + b²)(π − θ) + 2ab θ) / 2π
/// ```
/// - Accuracy: both are made from the angle and from sin θ − θ cos θ without cancellation, so that
///   values keep their digits near θ = 0 and π at any depth.
/// - Source: Cho and Saul 2009, Kernel Methods for Deep Learning, eq. 6; for two slopes, by writing
///   φ(u) = b relu(u) − a relu(−u).
public struct RectifierLayer: ElementwiseLayer, Equatable {
  /// a, the slope below zero.
  public let slopeBelow: Double
  /// b, the slope above zero.
  public let slopeAbove: Double

  /// An activation with these slopes.
  ///
  /// - Throws: `.invalidParameter` when a slope is not finite, or both are zero.
  public init(slopeBelow: Double, slopeAbove: Double) throws(MercerError) {
    guard (slopeBelow * slopeBelow + slopeAbove * slopeAbove).isNormal else {
      throw MercerError(
        .invalidParameter,
        "the slopes of an activation must be finite and not both zero, not \(slopeBelow) and "
          + "\(slopeAbove)")
    }
    self.slopeBelow = slopeBelow
    self.slopeAbove = slopeAbove
  }

  private init(below: Double, above: Double) {
    slopeBelow = below
    slopeAbove = above
  }

  /// max(u, 0).
  public static let relu = RectifierLayer(below: 0, above: 1)
  /// |u|.
  public static let abs = RectifierLayer(below: -1, above: 1)

  /// How the text form writes and reads the family.
  public static let syntaxes = [
    NetworkLayerSyntax("relu", summary: "max(u, 0)") { (_) throws(MercerError) in relu },
    NetworkLayerSyntax("abs", summary: "|u|") { (_) throws(MercerError) in abs },
    NetworkLayerSyntax(
      "leakyRelu", summary: "slope · u below 0, u above",
      parameters: [.init("slope", .number, summary: "the slope below zero")]
    ) { (arguments) throws(MercerError) in
      try RectifierLayer(slopeBelow: arguments.number("slope"), slopeAbove: 1)
    },
    NetworkLayerSyntax(
      "abRelu", summary: "a min(u, 0) + b max(u, 0)",
      parameters: [
        .init("a", .number, summary: "the slope below zero"),
        .init("b", .number, summary: "the slope above zero"),
      ]
    ) { (arguments) throws(MercerError) in
      try RectifierLayer(slopeBelow: arguments.number("a"), slopeAbove: arguments.number("b"))
    },
  ]

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    switch (slopeBelow, slopeAbove) {
    case (0, 1): .layer("relu")
    case (-1, 1): .layer("abs")
    case (let slope, 1): .layer("leakyRelu", [.init("slope", .number(slope))])
    case (let a, let b): .layer("abRelu", [.init("a", .number(a)), .init("b", .number(b))])
    }
  }

  /// Adds one node; throws unless its input is Gaussian.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    try graph.appendActivation(self, after: input)
  }

  /// (a² + b²)/2: what the activation multiplies variances by.
  private var gain: Double { (slopeBelow * slopeBelow + slopeAbove * slopeAbove) / 2 }
  /// (a − b)²/(a² + b²): 0 for a linear activation, 1 for relu, 2 for abs.
  private var excess: Double {
    (slopeBelow - slopeAbove) * (slopeBelow - slopeAbove) / (2 * gain)
  }

  /// The layer as the loops know it.
  public var packedLayer: PackedLayer? { .rectifier(gain: gain, excess: excess) }

  /// The moments after the layer: E max(u, 0) = √(k/2π).
  public func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(
      variance: gain * moments.variance,
      mean: (slopeAbove - slopeBelow) * (moments.variance / (2 * .pi)).squareRoot())
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    Element.loops.networkRectifier(
      pairs.count, Element(gain), Element(excess), pairs.cosine, pairs.sine2, pairs.theta)
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    guard let theta = pairs.theta else { return }
    let before = pairs.scales
    Element.loops.networkRectifierBackward(
      pairs.count, Element(gain), Element(excess), before.rootX, before.inverseX, before.rootZ,
      before.inverseZ, pairs.cosine, pairs.sine2, theta, adjoints.covariance, adjoints.theta,
      adjoints.varianceX, adjoints.varianceZ)
    // d √(k/2π) / dk = 1/(2 √(2π k)).
    let factor = Element((slopeAbove - slopeBelow) / (2 * (2 * Double.pi).squareRoot()))
    Element.addMeans(
      pairs.count, factor, adjoints.meanX, before.inverseX, to: adjoints.varianceX)
    Element.addMeans(
      pairs.count, factor, adjoints.meanZ, before.inverseZ, to: adjoints.varianceZ)
  }
}

/// As a function of one number.
extension RectifierLayer: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { (u > 0 ? slopeAbove : slopeBelow) * u }

  /// φ′(u).
  public func slope(at u: Double) -> Double { u > 0 ? slopeAbove : slopeBelow }
}

extension Scalar {
  /// `y[j] += factor m[j] x[j]`, and `m[j]` becomes 0.
  @specialized(where Self == Double)
  @specialized(where Self == Float)
  fileprivate static func addMeans(
    _ count: Int, _ factor: Self, _ m: UnsafeMutablePointer<Self>, _ x: UnsafePointer<Self>,
    to y: UnsafeMutablePointer<Self>
  ) {
    for j in 0..<count {
      y[j] += factor * m[j] * x[j]
      m[j] = 0
    }
  }
}
