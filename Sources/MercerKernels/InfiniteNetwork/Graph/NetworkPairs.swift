public import MercerCore

/// What the two points of some pairs know of themselves at one place of a network, one number a
/// pair each.
///
/// Pointers of this file reach a whole number of 64-byte lines; what lies beyond the number of pairs
/// is scratch.
public struct NetworkScales<Element: Scalar> {
  /// √k(x, x) and its inverse, 0 where it has none.
  public let rootX: UnsafePointer<Element>, inverseX: UnsafePointer<Element>
  /// The same for z.
  public let rootZ: UnsafePointer<Element>, inverseZ: UnsafePointer<Element>
  /// The means of the units for x and for z; absent where they are zero, as after a dense layer.
  public let meanX: UnsafePointer<Element>?, meanZ: UnsafePointer<Element>?

  /// Scales from their arrays.
  public init(
    rootX: UnsafePointer<Element>, inverseX: UnsafePointer<Element>,
    rootZ: UnsafePointer<Element>, inverseZ: UnsafePointer<Element>,
    meanX: UnsafePointer<Element>? = nil, meanZ: UnsafePointer<Element>? = nil
  ) {
    self.rootX = rootX
    self.inverseX = inverseX
    self.rootZ = rootZ
    self.inverseZ = inverseZ
    self.meanX = meanX
    self.meanZ = meanZ
  }
}

/// `count` pairs of points (of positions of points, where there are positions) at one place of a
/// network.
public struct NetworkPairs<Element: Scalar> {
  /// The number of pairs.
  public let count: Int
  /// What the points know of themselves here.
  public let scales: NetworkScales<Element>
  /// k(x, z) / √(k(x, x) k(z, z)).
  public let cosine: UnsafeMutablePointer<Element>
  /// 1 − cosine², which keeps its digits where the cosine is near ±1.
  public let sine2: UnsafeMutablePointer<Element>
  /// The tangent kernel Θ(x, z); absent when only k is asked for.
  public let theta: UnsafeMutablePointer<Element>?

  /// Pairs from their arrays.
  public init(
    count: Int, scales: NetworkScales<Element>, cosine: UnsafeMutablePointer<Element>,
    sine2: UnsafeMutablePointer<Element>, theta: UnsafeMutablePointer<Element>?
  ) {
    self.count = count
    self.scales = scales
    self.cosine = cosine
    self.sine2 = sine2
    self.theta = theta
  }
}

/// Derivatives of a result by what pairs hold at one place of a network, one number a pair each.
public struct NetworkAdjoints<Element: Scalar> {
  /// By k(x, z), by Θ(x, z), by k(x, x) and by k(z, z).
  public let covariance: UnsafeMutablePointer<Element>, theta: UnsafeMutablePointer<Element>,
    varianceX: UnsafeMutablePointer<Element>, varianceZ: UnsafeMutablePointer<Element>
  /// By the means of the units for x and for z.
  public let meanX: UnsafeMutablePointer<Element>, meanZ: UnsafeMutablePointer<Element>

  /// Adjoints from their arrays.
  public init(
    covariance: UnsafeMutablePointer<Element>, theta: UnsafeMutablePointer<Element>,
    varianceX: UnsafeMutablePointer<Element>, varianceZ: UnsafeMutablePointer<Element>,
    meanX: UnsafeMutablePointer<Element>, meanZ: UnsafeMutablePointer<Element>
  ) {
    self.covariance = covariance
    self.theta = theta
    self.varianceX = varianceX
    self.varianceZ = varianceZ
    self.meanX = meanX
    self.meanZ = meanZ
  }

  /// All six arrays.
  var arrays: [UnsafeMutablePointer<Element>] {
    [covariance, theta, varianceX, varianceZ, meanX, meanZ]
  }
}

/// Second and first moment of one unit over random weights, for one input at one position.
public struct UnitMoments: Sendable, Equatable {
  /// k(x, x), the mean square.
  public var variance: Double
  /// The mean: 0 for units of a dense layer or a convolution.
  public var mean: Double

  /// Moments; a mean of zero by default.
  public init(variance: Double, mean: Double = 0) {
    self.variance = variance
    self.mean = mean
  }
}
