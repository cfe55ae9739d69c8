import MercerCore

/// φ(u) = 1 for u > 0 and else 0, or the sign of u.
///
/// ```
/// E φ(u) φ(w) = (π − θ)/2π  for the step,  1 − 2θ/π  for the sign
/// ```
/// Their derivative is zero almost everywhere, so that nothing before them is trained: the tangent
/// kernel there becomes 0, as in neural-tangents.
/// - Source: Cho and Saul 2009, Kernel Methods for Deep Learning, eq. 3, order 0.
public struct StepActivation: Activation, Equatable {
  /// Whether it is the sign.
  public let isSign: Bool

  /// 1 above zero, else 0.
  public static let step = StepActivation(isSign: false)
  /// 1 above zero, −1 below.
  public static let sign = StepActivation(isSign: true)

  /// How the text form writes and reads the two.
  public static let syntaxes = [
    NetworkLayerSyntax("step", summary: "1 above zero, else 0") { (_) throws(MercerError) in step },
    NetworkLayerSyntax("sign", summary: "1 above zero, −1 below") {
      (_) throws(MercerError) in sign
    },
  ]

  /// The layer in text form.
  public var expression: NetworkExpression { .layer(isSign ? "sign" : "step") }

  /// What φ(−u) is.
  public var parity: ActivationParity { isSign ? .odd : .none }

  /// Whether φ′ has a mean square.
  public var isSmooth: Bool { false }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let root = N.root(pair.determinant)
    let value =
      isSign
      ? 1 - (2 / .pi) * N.atan2(y: root, x: pair.k) : (0.5 / .pi) * N.atan2(y: root, x: -pair.k)
    return (value, N(0))
  }

  /// θ/π for the step; for the sign 2/π times the angle or its supplement.
  @inline(__always)
  public func angularGap<N: MomentNumber>(of pair: NormalPair<N>) -> N? {
    let root = N.root(pair.determinant)
    guard isSign else { return (1 / .pi) * N.atan2(y: root, x: pair.k) }
    return (2 / .pi) * N.atan2(y: root, x: pair.k.approximate < 0 ? -pair.k : pair.k)
  }

  /// A unit of no variance is zero, and so are step and sign of it.
  public func square<N: MomentNumber>(ofVariance variance: N) -> N {
    N(variance.approximate > 0 ? (isSign ? 1 : 0.5) : 0)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    N(isSign || !(variance.approximate > 0) ? 0 : 0.5)
  }
}

/// As a function of one number.
extension StepActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { u > 0 ? 1 : isSign ? -1 : 0 }

  /// φ′(u), 0 at the jump.
  public func slope(at u: Double) -> Double { 0 }
}
