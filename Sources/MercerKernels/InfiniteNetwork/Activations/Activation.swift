public import MercerCore

/// An activation φ with closed forms of its Gaussian moments: a layer that is one file.
///
/// A conforming type writes the two moments once, generic over the number, and its syntax; value,
/// NTK slope and gradients of both engines follow. By Price's theorem ∂/∂k E φ(u) φ(w) is
/// E φ′(u) φ′(w), so that one of the two moments is the derivative of the other.
///
/// - Source of the scheme: Han et al. 2022, Fast Neural Kernel Embeddings for General Activations
///   (2209.04121), sec. 3.
public protocol Activation: ElementwiseLayer {
  /// E φ(u) φ(w) and E φ′(u) φ′(w) of a normal pair; the first at least must be finite on the
  /// diagonal u = w.
  func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N)

  /// E φ(u) for u of this variance; 0 for odd functions.
  func mean<N: MomentNumber>(ofVariance variance: N) -> N

  /// E φ(u)² for u of this variance; by default what `moments` say for u = w.
  func square<N: MomentNumber>(ofVariance variance: N) -> N

  /// Whether φ is odd, even, or neither: what opposite inputs become.
  var parity: ActivationParity { get }

  /// Whether φ(t u) is a power of t times φ(u) for t > 0, so that parallel inputs stay parallel.
  var isHomogeneous: Bool { get }

  /// Whether φ′ has a mean square for every variance, as all but steps do.
  var isSmooth: Bool { get }

  /// 1 − |cosine| after the layer, where there is a better formula than 1 minus it: for steps. Nil
  /// by default.
  func angularGap<N: MomentNumber>(of pair: NormalPair<N>) -> N?

  /// Pairs forward, as `forward(_:to:)` for one element type: made by the protocol, and separate
  /// requirements so that the loop is compiled for each activation and element type.
  func activate(_ pairs: NetworkPairs<Double>, to scales: NetworkScales<Double>)
  /// The same for Float.
  func activate(_ pairs: NetworkPairs<Float>, to scales: NetworkScales<Float>)
  /// Adjoints back, as `backward`.
  func pullBack(_ pairs: NetworkPairs<Double>, adjoints: NetworkAdjoints<Double>)
  /// The same for Float.
  func pullBack(_ pairs: NetworkPairs<Float>, adjoints: NetworkAdjoints<Float>)
}

/// What φ(−u) is.
public enum ActivationParity: Sendable {
  /// −φ(u).
  case odd
  /// φ(u).
  case even
  /// Neither.
  case none
}

extension Activation {
  /// What `moments` say for u = w.
  @inline(__always)
  public func square<N: MomentNumber>(ofVariance variance: N) -> N {
    moments(of: NormalPair(equal: variance)).value
  }

  /// No.
  public var isHomogeneous: Bool { false }

  /// Nil.
  @inline(__always)
  public func angularGap<N: MomentNumber>(of pair: NormalPair<N>) -> N? { nil }

  /// Yes.
  public var isSmooth: Bool { true }

  /// Adds one node; throws unless its input is Gaussian.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    try graph.appendActivation(self, after: input)
  }

  /// The moments after the layer.
  public func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(
      variance: square(ofVariance: moments.variance), mean: mean(ofVariance: moments.variance))
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    if let pairs = pairs as? NetworkPairs<Double>, let scales = scales as? NetworkScales<Double> {
      activate(pairs, to: scales)
    } else if let pairs = pairs as? NetworkPairs<Float>,
      let scales = scales as? NetworkScales<Float>
    {
      activate(pairs, to: scales)
    }
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    if let pairs = pairs as? NetworkPairs<Double>,
      let adjoints = adjoints as? NetworkAdjoints<Double>
    {
      pullBack(pairs, adjoints: adjoints)
    } else if let pairs = pairs as? NetworkPairs<Float>,
      let adjoints = adjoints as? NetworkAdjoints<Float>
    {
      pullBack(pairs, adjoints: adjoints)
    }
  }

  /// Takes pairs through the layer, in place.
  public func activate(_ pairs: NetworkPairs<Double>, to scales: NetworkScales<Double>) {
    activateAll(pairs, to: scales)
  }

  /// Takes pairs through the layer, in place.
  public func activate(_ pairs: NetworkPairs<Float>, to scales: NetworkScales<Float>) {
    activateAll(pairs, to: scales)
  }

  /// Takes adjoints back through the layer, in place.
  public func pullBack(_ pairs: NetworkPairs<Double>, adjoints: NetworkAdjoints<Double>) {
    pullBackAll(pairs, adjoints: adjoints)
  }

  /// Takes adjoints back through the layer, in place.
  public func pullBack(_ pairs: NetworkPairs<Float>, adjoints: NetworkAdjoints<Float>) {
    pullBackAll(pairs, adjoints: adjoints)
  }
}
