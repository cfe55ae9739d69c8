public import MercerCore

/// Dropout while training: each unit is 0 with probability `rate`, and else divided by 1 − rate.
///
/// ```
/// k(x, x) ← k(x, x) / (1 − rate),   k(x, z) and Θ(x, z) as they are
/// ```
/// Every input draws its own units, and k(x, z) is the covariance of two draws also where x = z: the
/// kernel stays continuous, and what equal inputs have in common beyond it is noise. So the noise shows
/// in the layers after this one (it turns all pairs towards a right angle), not on the diagonal of K.
/// - Source: Lee et al. 2020, Finite versus infinite neural networks (2007.15801), sec. 3.11; Schoenholz
///   et al. 2017, Deep information propagation (1611.01232), sec. 5. `rate` here is the part that is
///   dropped; in neural-tangents it is the part that is kept.
public struct DropoutLayer: ElementwiseLayer, Equatable {
  /// The probability of a unit to be 0, from 0 to below 1.
  public let rate: Double

  /// Dropout.
  ///
  /// - Throws: `.invalidParameter` for a rate out of range.
  public init(rate: Double) throws(MercerError) {
    guard rate >= 0, rate < 1 else {
      throw MercerError(
        .invalidParameter, "rate of dropout must be at least 0 and below 1, not \(rate)")
    }
    self.rate = rate
  }

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "dropout", summary: "units are 0 with probability rate while training",
    parameters: [.init("rate", .number, summary: "from 0 to below 1")]
  ) { (arguments) throws(MercerError) in try DropoutLayer(rate: arguments.number("rate")) }

  /// The layer in text form.
  public var expression: NetworkExpression { .layer("dropout", [.init("rate", .number(rate))]) }

  /// Adds one node, whose units are not Gaussian, or none for a rate of zero.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    guard rate > 0 else { return input }
    return graph.append(.elementwise(self), after: [input], isGaussian: false)
  }

  /// Yes.
  public var addsNoise: Bool { true }

  /// The moments after the layer.
  public func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(variance: moments.variance / (1 - rate), mean: moments.mean)
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    let (loops, kept) = (Element.loops, 1 - rate)
    loops.affine(pairs.count, pairs.cosine, Element(kept), 0)
    // 1 − (kept c)² = kept² (1 − c²) + (1 − kept²).
    loops.affine(pairs.count, pairs.sine2, Element(kept * kept), Element(rate * (1 + kept)))
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    let loops = Element.loops
    loops.affine(pairs.count, adjoints.varianceX, Element(1 / (1 - rate)), 0)
    loops.affine(pairs.count, adjoints.varianceZ, Element(1 / (1 - rate)), 0)
  }
}
