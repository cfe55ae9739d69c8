internal import CMercerTiles
internal import RealModule

/// What a kernel makes of the sum s over the coordinates of a pair: one of the engine's maps, with
/// its parameters. In all of them r = c √s.
public struct PairMap: Sendable, Equatable {
  /// The maps.
  public enum Form: Sendable {
    /// s.
    case identity
    /// a s + c.
    case affine
    /// a + c √s.
    case root
    /// a exp(c s).
    case expLinear
    /// a exp(−r).
    case expRoot
    /// a exp(−r) / √s, and 0 at 0.
    case expRootSlope
    /// a (1 + r) exp(−r).
    case expRootFirst
    /// a (1 + r + r²/3) exp(−r).
    case expRootSecond
    /// a exp(−c sᵖ), p > 0.
    case expPower
    /// a sᵖ⁻¹ exp(−c sᵖ), and 0 at 0.
    case expPowerSlope
    /// a sᵖ for s ≥ 0.
    case power
    /// a + c sᵖ for s ≥ 0.
    case affinePower
    /// a (1 + c s)⁻ᵖ.
    case rational
    /// a log(1 + c s) + p.
    case logOnePlus
    /// a + log(1 + r) − r.
    case logRootFirst
    /// a + log(1 + r + r²/3) − r.
    case logRootSecond
    /// a (s + c)ᵖ, p whole and at least 0.
    case polynomial
    /// (c − s) / c, and 1 if c is 0.
    case share
    /// a s / c, by a true division.
    case quotient
    /// The arc-cosine kernel of order p, of inner products; needs `PairAngles`' lengths.
    case arcCosine
    /// The kernel of a network, of inner products.
    case network
  }

  /// Which map.
  public let form: Form
  /// Its parameters; those that the form does not name are not read.
  public let a, c, p: Double

  /// A map with its parameters.
  public init(_ form: Form, a: Double = 1, c: Double = 0, p: Double = 0) {
    self.form = form
    self.a = a
    self.c = c
    self.p = p
  }

  /// s ↦ s.
  public static let identity = PairMap(.identity)

  /// The derivative of the map by s, and 0 where there is none; nil when it is not one of the maps.
  public var slope: PairMap? {
    switch form {
    case .identity: PairMap(.affine, a: 0, c: 1)
    case .affine: PairMap(.affine, a: 0, c: a)
    case .quotient: PairMap(.affine, a: 0, c: a / c)
    case .expLinear: PairMap(.expLinear, a: a * c, c: c)
    case .expRoot: PairMap(.expRootSlope, a: -a * c / 2, c: c)
    case .expRootFirst: PairMap(.expRoot, a: -a * c * c / 2, c: c)
    case .expRootSecond: PairMap(.expRootFirst, a: -a * c * c / 6, c: c)
    case .expPower: PairMap(.expPowerSlope, a: -a * c * p, c: c, p: p)
    case .rational: PairMap(.rational, a: -a * c * p, c: c, p: p + 1)
    case .polynomial:
      p == 0 ? PairMap(.affine, a: 0) : PairMap(.polynomial, a: a * p, c: c, p: p - 1)
    default: nil
    }
  }

  /// The logarithm of the map, which neither overflows nor vanishes where the map does; nil when the
  /// map is not positive everywhere, or its logarithm is not one of the maps.
  public var logarithm: PairMap? {
    guard a > 0 else { return nil }
    let log = Double.log(a)
    return switch form {
    case .expLinear: PairMap(.affine, a: c, c: log)
    case .expRoot: PairMap(.root, a: log, c: -c)
    case .expRootFirst: PairMap(.logRootFirst, a: log, c: c)
    case .expRootSecond: PairMap(.logRootSecond, a: log, c: c)
    case .expPower: PairMap(.affinePower, a: log, c: -c, p: p)
    case .rational: PairMap(.logOnePlus, a: -p, c: c, p: log)
    default: nil
    }
  }

  /// The map times a factor; nil for the forms that are no multiples of a.
  public func scaled(by factor: Double) -> PairMap? {
    switch form {
    case .identity: PairMap(.affine, a: factor)
    case .affine: PairMap(.affine, a: factor * a, c: factor * c)
    case .expLinear, .expRoot, .expRootSlope, .expRootFirst, .expRootSecond, .expPower,
      .expPowerSlope, .power, .rational, .polynomial, .quotient:
      PairMap(form, a: factor * a, c: c, p: p)
    default: nil
    }
  }

  var code: Int32 {
    let map =
      switch form {
      case .identity: MERCER_MAP_IDENTITY
      case .affine: MERCER_MAP_AFFINE
      case .root: MERCER_MAP_ROOT
      case .expLinear: MERCER_MAP_EXP_LINEAR
      case .expRoot: MERCER_MAP_EXP_ROOT
      case .expRootSlope: MERCER_MAP_EXP_ROOT_SLOPE
      case .expRootFirst: MERCER_MAP_EXP_ROOT_FIRST
      case .expRootSecond: MERCER_MAP_EXP_ROOT_SECOND
      case .expPower: MERCER_MAP_EXP_POWER
      case .expPowerSlope: MERCER_MAP_EXP_POWER_SLOPE
      case .power: MERCER_MAP_POWER
      case .affinePower: MERCER_MAP_AFFINE_POWER
      case .rational: MERCER_MAP_RATIONAL
      case .logOnePlus: MERCER_MAP_LOG_ONE_PLUS
      case .logRootFirst: MERCER_MAP_LOG_ROOT_FIRST
      case .logRootSecond: MERCER_MAP_LOG_ROOT_SECOND
      case .polynomial: MERCER_MAP_POLYNOMIAL
      case .share: MERCER_MAP_SHARE
      case .quotient: MERCER_MAP_QUOTIENT
      case .arcCosine: MERCER_MAP_ARC_COSINE
      case .network: MERCER_MAP_NETWORK
      }
    return Int32(map.rawValue)
  }
}
