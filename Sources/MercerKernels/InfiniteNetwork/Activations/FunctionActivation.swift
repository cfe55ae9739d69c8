public import MercerCore
import Synchronization

/// Any function as an activation, by quadrature.
///
/// For each variance x the coefficients hₙ(x) of φ(√x g) in the orthonormal Hermite polynomials are
/// computed once by Gauss–Hermite quadrature; then (Mehler's formula), with c = k/√(x z):
///
/// ```
/// E φ(u) φ(w) = Σₙ hₙ(x) hₙ(z) cⁿ        E φ′(u) φ′(w) = Σₙ n hₙ(x) hₙ(z) cⁿ⁻¹ / √(x z)
/// ```
/// - Accuracy: what `error(atVariance:)` says; about 1e-12 for entire functions and tanh at variances
///   below 1, slowly worse for larger, and 1e-2 for functions with jumps. The slope loses more than
///   the value.
/// - Complexity: `terms` · 2 operations a pair, 2 · `terms`² and 2 · `terms` calls of the function for
///   each input and layer, kept for the next use.
/// - Text: a network with such a layer prints its name, but is not read back.
/// - Source: Daniely, Frostig and Singer 2016, Toward Deeper Understanding of Neural Networks
///   (1602.05897), sec. 4.
public struct FunctionActivation: ElementwiseLayer {
  /// The name in messages and text.
  public let name: String
  /// How many polynomials the function is expanded in.
  public let terms: Int
  /// φ.
  public let function: @Sendable (Double) -> Double
  private let rule: GaussHermite
  /// Orthonormal polynomials at the nodes times the weights: nodes × terms.
  private let polynomials: [[Double]]
  private let cache = HermiteCache()

  /// An activation.
  ///
  /// - Parameters:
  ///   - name: What the layer is called in messages.
  ///   - terms: How many Hermite polynomials to use, from 4 to 200.
  ///   - function: φ, finite and growing slower than exp(u²/4).
  /// - Throws: `.invalidParameter` for a number of terms out of range.
  public init(
    _ name: String, terms: Int = 64, _ function: @escaping @Sendable (Double) -> Double
  ) throws(MercerError) {
    guard (4...200).contains(terms) else {
      throw MercerError(.invalidParameter, "terms of \(name) must be from 4 to 200, not \(terms)")
    }
    self.name = name
    self.terms = terms
    self.function = function
    rule = GaussHermite(count: 2 * terms)
    polynomials = zip(rule.nodes, rule.weights).map { node, weight in
      GaussHermite.polynomials(at: node, terms).map { $0 * weight }
    }
  }

  /// The name.
  public var expression: NetworkExpression { .layer(name) }

  /// Adds one node; throws unless its input is Gaussian.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    try graph.appendActivation(self, after: input)
  }

  /// An estimate of the relative error of E φ(u)² for u of this variance: the larger of what the
  /// expansion leaves out, and of what the quadrature changes with a quarter of its nodes less.
  public func error(atVariance variance: Double) -> Double {
    let fewer = GaussHermite(count: 2 * terms - terms / 2)
    let (square, other) = (meanSquare(variance, rule), meanSquare(variance, fewer))
    let expansion = coefficients(variance).reduce(0) { $0 + $1 * $1 }
    return max(abs(square - expansion), abs(square - other)) / square
  }

  private func meanSquare(_ variance: Double, _ rule: GaussHermite) -> Double {
    zip(rule.nodes, rule.weights).reduce(0) {
      let value = function(variance.squareRoot() * $1.0)
      return $0 + $1.1 * value * value
    }
  }

  /// hₙ(x).
  private func coefficients(_ variance: Double) -> [Double] {
    var result = [Double](repeating: 0, count: terms)
    for (node, row) in zip(rule.nodes, polynomials) {
      let value = function(variance.squareRoot() * node)
      for n in 0..<terms { result[n] += value * row[n] }
    }
    return result
  }

  /// The moments after the layer.
  public func moments(after moments: UnitMoments) -> UnitMoments {
    let h = coefficients(moments.variance)
    return UnitMoments(variance: h.reduce(0) { $0 + $1 * $1 }, mean: h[0])
  }

  /// A sum over the terms.
  public var nanosecondsPerPair: Double { 4 * Double(terms) }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    forEachPair(pairs) { j, h in
      let (value, slope) = h.moments()
      if let theta = pairs.theta { theta[j] *= Element(slope) }
      // 1 − |cosine| is (E (φ(u) ∓ φ(w))² − (√V(x) − √V(z))²)/2√(V(x) V(z)).
      let apart = Double(scales.rootX[j]) - Double(scales.rootZ[j])
      let perProduct = Double(scales.inverseX[j]) * Double(scales.inverseZ[j])
      let distance = h.squaredDistance(isForward: value >= 0) - apart * apart
      let gap = max(0, distance * perProduct / 2)
      pairs.cosine[j] = Element(value * perProduct)
      pairs.sine2[j] = perProduct > 0 ? Element(min(1, gap * (2 - gap))) : 1
    }
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    forEachPair(pairs) { j, h in
      let slope = h.moments().slope
      let (byK, byTheta) = (Double(adjoints.covariance[j]), Double(adjoints.theta[j]))
      let bySlope = byTheta * Double(pairs.theta?[j] ?? 0)
      let (x, z) = (h.derivativesByX(), h.swapped.derivativesByX())
      adjoints.covariance[j] = Element(byK * slope + bySlope * h.slopeByCovariance())
      adjoints.theta[j] = Element(byTheta * slope)
      adjoints.varianceX[j] = Element(
        byK * x.value + bySlope * x.slope + Double(adjoints.varianceX[j]) * x.square
          + Double(adjoints.meanX[j]) * x.mean)
      adjoints.varianceZ[j] = Element(
        byK * z.value + bySlope * z.slope + Double(adjoints.varianceZ[j]) * z.square
          + Double(adjoints.meanZ[j]) * z.mean)
      adjoints.meanX[j] = 0
      adjoints.meanZ[j] = 0
    }
  }

  /// Calls the body for each pair, with the coefficients of both points.
  private func forEachPair<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, _ body: (Int, HermitePair) -> Void
  ) {
    let (rootX, rootZ) = (pairs.scales.rootX, pairs.scales.rootZ)
    var roots: [Double] = []
    for j in 0..<pairs.count { roots += [Double(rootX[j]), Double(rootZ[j])] }
    let all = cache.coefficients(of: roots) { coefficients($0 * $0) }
    for j in 0..<pairs.count {
      body(
        j,
        HermitePair(
          x: all[2 * j], z: all[2 * j + 1], rootX: roots[2 * j], rootZ: roots[2 * j + 1],
          cosine: Double(pairs.cosine[j]), sine2: Double(pairs.sine2[j])))
    }
  }
}

/// As a function of one number.
extension FunctionActivation: PointwiseActivation {
  /// φ(u).
  public func value(at u: Double) -> Double { function(u) }

  /// By central differences: about 1e-10 relative to the function for one that is smooth.
  public func slope(at u: Double) -> Double {
    let step = 1e-5 * max(1, u.magnitude)
    return (function(u + step) - function(u - step)) / (2 * step)
  }
}

/// Coefficients by the root of the variance, kept for the next chunk.
private final class HermiteCache: Sendable {
  private let known = Mutex<[Double: [Double]]>([:])
  /// The most that are kept: 60 MB of 64 terms.
  private let limit = 100_000

  func coefficients(of roots: [Double], make: (Double) -> [Double]) -> [[Double]] {
    let found = known.withLock { known in roots.map { known[$0] } }
    var made: [Double: [Double]] = [:]
    let all = zip(roots, found).map { root, coefficients in
      if let coefficients = coefficients ?? made[root] { return coefficients }
      let new = make(root)
      made[root] = new
      return new
    }
    if !made.isEmpty {
      known.withLock { known in
        if known.count + made.count > limit { known.removeAll() }
        known.merge(made) { old, _ in old }
      }
    }
    return all
  }
}
