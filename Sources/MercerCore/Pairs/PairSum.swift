internal import CMercerTiles

/// What a kernel sums over the coordinates of a pair of points x, z.
public enum PairSum: Sendable, Equatable {
  /// ⟨x, z⟩.
  case inner
  /// ‖x − z‖², from inner products and norms; pairs in which those cancel are summed anew from the
  /// differences. The cheapest in many dimensions.
  case euclidean
  /// ‖x − z‖², from the differences.
  case squared
  /// Σₖ |xₖ − zₖ|.
  case absolute
  /// Σₖ |xₖ − zₖ|^q, q > 0.
  case power(Double)
  /// The number of coordinates in which x and z differ.
  case differing

  // Sums of the decays eₖ = exp(−rate |xₖ − zₖ|) of the coordinates, rate > 0; each of them takes one
  // exponential, or two products where the columns span at most 120 decay lengths (Double: 990).
  /// Σₖ eₖ.
  case decays(rate: Double)
  /// single Σₖ eₖ + Σₖ Σ_{l > k} eₖ eₗ.
  case decayPairs(rate: Double, single: Double)
  /// Πₖ (constant + (1 − constant) eₖ), constant in [0, 1].
  case decayProduct(rate: Double, constant: Double)
  /// The derivative of the product by its constant: Σₖ (1 − eₖ) Πₗ (constant + (1 − constant) eₗ), l ≠ k.
  /// It has no gradients.
  case decayProductSlope(rate: Double, constant: Double)

  /// From this many coordinates on, squared distances are made from inner products: below, the
  /// differences take no longer, and nothing cancels.
  public static var leastEuclideanDimension: Int { 17 }

  /// The way to sum |x − z|^q in this many dimensions, q > 0.
  public init(exponent q: Double, dimension: Int) {
    switch q {
    case 1: self = .absolute
    case 2: self = dimension < Self.leastEuclideanDimension ? .squared : .euclidean
    default: self = .power(q)
    }
  }

  /// What the loops know as q: the exponent in the derivative of the sum, 2 where there is none, and
  /// the parameter of a sum of decays.
  var parameter: Double {
    switch self {
    case .absolute: 1
    case .power(let q): q
    case .decayPairs(_, let single): single
    case .decayProduct(_, let constant), .decayProductSlope(_, let constant): constant
    default: 2
    }
  }

  /// The rate of the decays; nil for a sum of something else.
  var decayRate: Double? {
    switch self {
    case .decays(let rate), .decayPairs(let rate, _), .decayProduct(let rate, _),
      .decayProductSlope(let rate, _):
      rate
    default: nil
    }
  }

  /// Whether there are loops for its derivatives.
  var hasGradients: Bool {
    if case .decayProductSlope = self { false } else { true }
  }

  var code: Int32 {
    let sum =
      switch self {
      case .inner: MERCER_SUM_INNER
      case .euclidean: MERCER_SUM_EUCLIDEAN
      case .squared: MERCER_SUM_SQUARED
      case .absolute: MERCER_SUM_ABSOLUTE
      case .power: MERCER_SUM_POWER
      case .differing: MERCER_SUM_DIFFERING
      case .decays: MERCER_SUM_DECAYS
      case .decayPairs: MERCER_SUM_DECAY_PAIRS
      case .decayProduct: MERCER_SUM_DECAY_PRODUCT
      case .decayProductSlope: MERCER_SUM_DECAY_PRODUCT_SLOPE
      }
    return Int32(sum.rawValue)
  }
}
