public import MercerCore
import MercerSolvers
import RealModule

extension ProbabilityCalibration {
  /// Fits to scores that were made without the rows they are for, so that the log loss is least.
  ///
  /// - Parameters:
  ///   - scores: n × 1 for two classes, n × c for c > 2.
  ///   - labels: the true classes.
  ///   - weights: how much each row counts; nil when all count the same.
  ///   - method: the family; `isotonic` is for two classes.
  ///   - shiftsClasses: whether each class has a shift whatever the family, which scores need that were
  ///     fitted with other shares of the classes than the true ones.
  ///   - ridge: the penalty of `matrix`, `ridge / n ‖M‖²`.
  /// - Complexity: O(n c), or O(n c²) with a matrix, an evaluation; some 20 to 100 of them. O(n log n)
  ///   for `isotonic`.
  public init(
    fitting scores: Matrix<Double>, labels: [Int], weights: [Double]? = nil,
    method: Method = .scale, ridge: Double = 10, shiftsClasses: Bool = false
  ) {
    if method == .isotonic, scores.columnCount == 1 {
      let steps = IsotonicSteps(
        fitting: scores.column(0), isSecond: labels.map { $0 == 1 }, weights: weights)
      self.init(method: .isotonic, steps: steps)
      return
    }
    let objective = CalibrationObjective(
      scores: scores, labels: labels, weights: weights, method: method, ridge: ridge,
      shiftsClasses: shiftsClasses)
    var minimiser = LBFGS()
    minimiser.gradientTolerance = 1e-7
    minimiser.valueTolerance = 1e-12
    // The only errors are those of settings, of cancellation, which is not asked for, and of scores
    // that are not finite, for which no calibration is better than another.
    let minimum = try? minimiser.minimize(
      from: objective.start, bounds: objective.bounds, objective.evaluate)
    self = objective.calibration(minimum?.point ?? objective.start)
  }
}

/// The mean log loss with softened labels, and its gradient, as a function of the variables of a
/// calibration: log a, then log ε, b and M where the family has them.
struct CalibrationObjective {
  private let scores: Matrix<Double>
  private let labels: [Int]
  private let weights: [Double]?
  private let total: Double
  private let method: ProbabilityCalibration.Method
  private let matrixPenalty: Double
  private let shiftPenalty: Double
  private let shiftCount: Int
  /// What each true class keeps; the others share the rest, so that no finite sample asks for
  /// certainty.
  private let kept: Double, rest: Double

  init(
    scores: Matrix<Double>, labels: [Int], weights: [Double]?,
    method: ProbabilityCalibration.Method, ridge: Double, shiftsClasses: Bool
  ) {
    self.scores = CalibrationFeatures.perClass(scores)
    self.labels = labels
    self.weights = weights
    self.method = method
    total = weights?.reduce(0, +) ?? Double(labels.count)
    let (n, classes) = (Double(labels.count), self.scores.columnCount)
    kept = 1 - Double(classes - 1) / (n + Double(classes))
    rest = (1 - kept) / Double(classes - 1)
    matrixPenalty = ridge / n
    // One shift tells two classes apart; more are drawn together a little, as they may all move.
    let isBinary = scores.columnCount == 1
    shiftPenalty = isBinary ? 0 : 0.1 / n
    shiftCount =
      isBinary
      ? 1 : shiftsClasses || method == .shiftedPower || method == .matrix ? classes : 0
  }

  private var usesLogarithms: Bool { method != .scale }
  private var classCount: Int { scores.columnCount }
  private var firstShift: Int { usesLogarithms ? 2 : 1 }
  private var firstEntry: Int { firstShift + shiftCount }

  var start: [Double] {
    let rest = shiftCount + (method == .matrix ? classCount * classCount : 0)
    let first = usesLogarithms ? [Double.log(1.5), Double.log(0.1)] : [Double.log(3)]
    return first + [Double](repeating: 0, count: rest)
  }

  /// a within e⁻⁷ and 400, ε within 1e-4 and 3: beyond, nothing changes but the size of the numbers.
  var bounds: [ClosedRange<Double>] {
    start.indices.map { index in
      if index == 0 { return -7...Double.log(400) }
      if index == 1 && usesLogarithms { return Double.log(1e-4)...Double.log(3) }
      return -50...50
    }
  }

  func evaluate(_ x: [Double]) throws(MercerError) -> LBFGS.Evaluation {
    let a = Double.exp(x[0])
    let shifts = shifts(x)
    let mixing = mixing(x)
    var features = scores
    var slopes: Matrix<Double>?
    if usesLogarithms {
      let found = CalibrationFeatures.logarithms(scores, floor: Double.exp(x[1]))
      (features, slopes) = (found.values, found.slopes)
    }
    var p = features.scaled(by: a)
    if let mixing { p.add(features.multipliedByTransposed(mixing)) }
    p = p.subtractingFromRows(shifts.map { -$0 })
    let logits = p
    let logSums = p.replaceBySoftmax()
    // p becomes the gradient with respect to the logits.
    let loss = logits.withUnsafeBufferPointer { logits in
      p.withUnsafeMutableBufferPointer { p in replace(p, logits, logSums) }
    }
    var gradient = [Double](repeating: 0, count: x.count)
    features.withUnsafeBufferPointer { features in
      p.withUnsafeBufferPointer { p in
        for i in p.indices { gradient[0] += a * p[i] * features[i] }
        for k in 0..<shiftCount {
          let column = shiftCount == 1 ? 1 : k
          for i in stride(from: column, to: p.count, by: classCount) {
            gradient[firstShift + k] += p[i]
          }
        }
      }
    }
    var penalty = 0.0
    for k in firstShift..<firstEntry {
      penalty += shiftPenalty * x[k] * x[k]
      gradient[k] += 2 * shiftPenalty * x[k]
    }
    if let mixing {
      let outer = p.transposed().multipliedByTransposed(features.transposed())
      for (k, value) in mixing.elements.enumerated() {
        penalty += matrixPenalty * value * value
        gradient[firstEntry + k] = outer.elements[k] + 2 * matrixPenalty * value
      }
    }
    if let slopes {
      var back = p.scaled(by: a)
      if let mixing { back.add(p.multipliedByTransposed(mixing.transposed())) }
      back.withUnsafeBufferPointer { back in
        slopes.withUnsafeBufferPointer { slopes in
          for i in back.indices { gradient[1] += back[i] * slopes[i] }
        }
      }
    }
    return LBFGS.Evaluation(value: loss + penalty, gradient: gradient)
  }

  /// Replaces probabilities by the derivatives of the mean loss; gives that loss.
  private func replace(
    _ p: UnsafeMutableBufferPointer<Double>, _ logits: UnsafeBufferPointer<Double>,
    _ logSums: [Double]
  ) -> Double {
    var loss = 0.0
    for (i, label) in labels.enumerated() {
      let weight = (weights?[i] ?? 1) / total
      let row = i * classCount
      var sum = 0.0
      for c in 0..<classCount {
        sum += logits[row + c]
        p[row + c] = weight * (p[row + c] - (c == label ? kept : rest))
      }
      loss += weight * (logSums[i] - rest * sum - (kept - rest) * logits[row + label])
    }
    return loss
  }

  private func shifts(_ x: [Double]) -> [Double] {
    switch shiftCount {
    case 0: []
    case 1: [0, x[firstShift]]
    default: Array(x[firstShift..<firstEntry])
    }
  }

  private func mixing(_ x: [Double]) -> Matrix<Double>? {
    guard method == .matrix else { return nil }
    return Matrix(
      rowCount: classCount, columnCount: classCount, elements: Array(x[firstEntry...]))
  }

  func calibration(_ x: [Double]) -> ProbabilityCalibration {
    ProbabilityCalibration(
      method: method, scale: Double.exp(x[0]), floor: usesLogarithms ? Double.exp(x[1]) : nil,
      shifts: shifts(x), mixing: mixing(x))
  }
}
