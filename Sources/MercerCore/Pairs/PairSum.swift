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

  /// q, in the derivative of the sum; 2 where there is none.
  var exponent: Double {
    switch self {
    case .absolute: 1
    case .power(let q): q
    default: 2
    }
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
      }
    return Int32(sum.rawValue)
  }
}
