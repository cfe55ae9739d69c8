public import MercerCore
import RealModule

/// Turns the scores of a least-squares classifier into probabilities that mean what they say.
///
/// With more than two classes each has its score, which least squares on codes of 0 and 1 draws
/// towards its probability; with two, one score s between −1 and 1 stands for (1 − s) / 2 and
/// (1 + s) / 2. Probabilities are a softmax of a φ + M φ + b, where φ are
/// - the scores themselves (`scale`): one scale, and with two classes a shift;
/// - or their logarithms (`power`): p is in proportion to the a-th power of the score, which bends
///   where scores near 0 or 1 say more than they mean. Scores below 0 have no logarithm, so it is that
///   of u = ε + (s + √(s² + ε²/16)) / 2, which is s + ε for large s, falls to ε and keeps their order;
///
/// or, with two classes, they are an increasing function of steps (`isotonic`).
/// - Source: Platt, Probabilistic outputs for support vector machines (1999), with the targets moved
///   off 0 and 1 as there; Guo et al., On calibration of modern neural networks (2017) for the single
///   scale; Kull, Silva Filho and Flach, Beta calibration (2017), and Kull et al., Dirichlet
///   calibration (2019), for linear maps of logarithms; Zadrozny and Elkan, Transforming classifier
///   scores into accurate multiclass probability estimates (2002) for the steps.
public struct ProbabilityCalibration: Sendable, Equatable {
  /// The families of maps.
  public enum Method: String, Sendable, Codable {
    /// φ = s, and one scale.
    case scale
    /// φ = log u, and one scale.
    case power
    /// The same with a shift for each class.
    case shiftedPower = "power with shifts"
    /// The same with a matrix M besides.
    case matrix
    /// An increasing function of the score of two classes.
    case isotonic
  }

  /// The family.
  public let method: Method
  /// a, above 0.
  public let scale: Double
  /// ε; nil where φ are the scores.
  public let floor: Double?
  /// b, one a class; empty for zeros.
  public let shifts: [Double]
  /// M, c × c; nil for zeros.
  public let mixing: Matrix<Double>?
  /// The increasing function of `isotonic`.
  public let steps: IsotonicSteps?
  /// How much of the classes' shares every probability holds: (1 − w) p + w π.
  public let shrinkage: Double
  /// π, one a class; empty where w is 0.
  public let shares: [Double]

  /// b of the second of two classes; 0 with more.
  public var shift: Double { shifts.count == 2 ? shifts[1] - shifts[0] : 0 }

  /// A calibration of the family `scale` with known values.
  public init(scale: Double, shift: Double) {
    self.init(method: .scale, scale: scale, shifts: shift == 0 ? [] : [0, shift])
  }

  package init(
    method: Method, scale: Double = 1, floor: Double? = nil, shifts: [Double] = [],
    mixing: Matrix<Double>? = nil, steps: IsotonicSteps? = nil, shrinkage: Double = 0,
    shares: [Double] = []
  ) {
    self.method = method
    self.scale = scale
    self.floor = floor
    self.shifts = shifts
    self.mixing = mixing
    self.steps = steps
    self.shrinkage = shrinkage
    self.shares = shares
  }

  /// The same with probabilities drawn towards the classes' shares.
  func shrunk(by weight: Double, towards shares: [Double]) -> ProbabilityCalibration {
    ProbabilityCalibration(
      method: method, scale: scale, floor: floor, shifts: shifts, mixing: mixing, steps: steps,
      shrinkage: weight, shares: shares)
  }

  /// The probabilities of scores: n × c, each row summing to 1.
  ///
  /// - Parameter scores: n × 1 for two classes, n × c for c > 2.
  /// - Complexity: O(n c), or O(n c²) with a matrix.
  public func probabilities(_ scores: Matrix<Double>) -> Matrix<Double> {
    var result: Matrix<Double>
    if let steps {
      result = Matrix(rowCount: scores.rowCount, columnCount: 2) { target in
        for i in 0..<scores.rowCount {
          let p = steps.value(at: scores[i, 0])
          target[2 * i] = 1 - p
          target[2 * i + 1] = p
        }
      }
    } else {
      result = CalibrationFeatures(scores, floor: floor).values
      var logits = result.scaled(by: scale)
      if let mixing { logits.add(result.multipliedByTransposed(mixing)) }
      result = logits.subtractingFromRows(shifts.map { -$0 })
      result.replaceBySoftmax()
    }
    return shrinkage > 0 ? result.drawn(by: shrinkage, towards: shares) : result
  }
}

/// What the classes' logits are linear in, and what that is made from.
struct CalibrationFeatures {
  /// φ, n × c.
  let values: Matrix<Double>

  /// - Parameters:
  ///   - scores: n × 1 for two classes, n × c for more.
  ///   - floor: ε, or nil for the scores themselves.
  init(_ scores: Matrix<Double>, floor: Double?) {
    let each = Self.perClass(scores)
    guard let floor else {
      values = each
      return
    }
    values = Self.logarithms(each, floor: floor).values
  }

  /// One score a class.
  static func perClass(_ scores: Matrix<Double>) -> Matrix<Double> {
    guard scores.columnCount == 1 else { return scores }
    return Matrix(rowCount: scores.rowCount, columnCount: 2) { target in
      scores.withUnsafeBufferPointer { scores in
        for i in scores.indices {
          target[2 * i] = (1 - scores[i]) / 2
          target[2 * i + 1] = (1 + scores[i]) / 2
        }
      }
    }
  }

  /// log u, and its derivative with respect to log ε.
  static func logarithms(
    _ scores: Matrix<Double>, floor: Double
  ) -> (values: Matrix<Double>, slopes: Matrix<Double>) {
    let bend = floor * floor / 16
    var values = scores
    var slopes = scores
    values.withUnsafeMutableBufferPointer { values in
      slopes.withUnsafeMutableBufferPointer { slopes in
        for i in values.indices {
          let root = (values[i] * values[i] + bend).squareRoot()
          // Far below 0 the sum cancels; its conjugate does not.
          let positive =
            values[i] > 0 ? (values[i] + root) / 2 : bend / (2 * (root - values[i]))
          let u = floor + positive
          values[i] = u
          slopes[i] = (floor + bend / (2 * root)) / u
        }
        if let base = values.baseAddress { Double.loops.logarithm(values.count, base) }
      }
    }
    return (values, slopes)
  }
}

extension Matrix<Double> {
  /// (1 − w) P + w π for rows P of probabilities.
  func drawn(by weight: Double, towards shares: [Double]) -> Matrix<Double> {
    scaled(by: 1 - weight).subtractingFromRows(shares.map { -weight * $0 })
  }

  /// self ← self + other.
  mutating func add(_ other: Matrix<Double>) {
    withUnsafeMutableBufferPointer { target in
      other.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let base = source.baseAddress else { return }
        Double.loops.add(source.count, target, base)
      }
    }
  }

  /// self · otherᵀ for a small square matrix.
  func multipliedByTransposed(_ other: Matrix<Double>) -> Matrix<Double> {
    var product = Matrix(rowCount: rowCount, columnCount: other.rowCount)
    guard columnCount > 0 else { return product }
    let packed = PackedMatrix(other.transposed(), depth: columnCount)
    withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      let tile = Tile(
        rows: 0..<rowCount, columns: 0..<columnCount, stride: columnCount,
        base: UnsafeMutablePointer(mutating: base))
      product.withTile { packed.multiply(tile, into: $0.base) }
    }
    return product
  }

  /// Replaces each row z by exp(zᵢ) / Σ exp(zⱼ), safe for any finite z; gives log Σ exp(zⱼ) of each.
  @discardableResult mutating func replaceBySoftmax() -> [Double] {
    let (n, width) = (rowCount, columnCount)
    var logSums = [Double](repeating: 0, count: n)
    withUnsafeMutableBufferPointer { z in
      for i in 0..<n {
        var largest = -Double.infinity
        for c in 0..<width { largest = Swift.max(largest, z[i * width + c]) }
        for c in 0..<width { z[i * width + c] -= largest }
        logSums[i] = largest
      }
      if let base = z.baseAddress { Double.loops.exponential(n * width, base) }
      for i in 0..<n {
        var total = 0.0
        for c in 0..<width { total += z[i * width + c] }
        for c in 0..<width { z[i * width + c] /= total }
        logSums[i] += Double.log(total)
      }
    }
    return logSums
  }
}
