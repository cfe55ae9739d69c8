public import MercerCore
import MercerOperators
import RealModule

/// A fitted kernel logistic regression.
public struct KernelLogisticModel: Model {
  /// k.
  public let kernel: any Kernel<Points<Double>, Double>
  /// λ.
  public let ridge: Double
  /// The n training inputs.
  public let inputs: Points<Double>
  /// α, n × 1 for two classes, n × c for more.
  public let coefficients: Matrix<Double>
  /// b: one value for two classes, c for more.
  public let offsets: [Double]
  /// The number of classes.
  public let classCount: Int
  /// The logits of each row by a fit without it, to one Newton step, n × 1 or n × c; nil when the
  /// solver had no factors.
  public let leaveOneOutScores: Matrix<Double>?
  /// How the fit went.
  public let report: NewtonReport

  /// The logits f + b: m × 1, of the second class against the first, or m × c.
  ///
  /// - Complexity: n m d.
  public func scores(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let gram = try TiledCrossGram(kernel, rows: inputs, columns: self.inputs)
    return try gram.applied(to: coefficients, context: context)
      .subtractingFromRows(offsets.map { -$0 })
  }

  /// The probability of each class: one row an input, one column a class.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    Self.probabilities(try scores(inputs, context: context))
  }

  /// The probabilities that logits mean, n × c.
  public static func probabilities(_ scores: Matrix<Double>) -> Matrix<Double> {
    var result = scores
    if scores.columnCount == 1 {
      result = Matrix(rowCount: scores.rowCount, columnCount: 2) { target in
        for i in 0..<scores.rowCount {
          target[2 * i] = 0
          target[2 * i + 1] = scores[i, 0]
        }
      }
    }
    result.replaceBySoftmax()
    return result
  }

  /// The same function as a regression on class codes (−1 and 1, or 0 and 1 for each class), so that it
  /// can be a member of a blend: t f + o, with the t and o of each output that come nearest to the
  /// codes on rows left out.
  ///
  /// - Parameter labels: the classes of the training inputs.
  /// - Returns: nil when there are no leave-one-out scores.
  /// - Complexity: O(n c).
  public func regression(labels: [Int]) throws(MercerError) -> KernelRidgeModel? {
    guard let leaveOneOutScores else { return nil }
    let codes = try ClassCodes(labels: labels, classCount: classCount).matrix
    let width = codes.columnCount
    guard codes.rowCount == inputs.count else {
      throw MercerError(
        .shapeMismatch, "\(inputs.count) inputs have \(labels.count) labels")
    }
    // One slope for all outputs: which class is likeliest stays as it is but for the shifts.
    var (product, square) = (0.0, 0.0)
    var means = [(score: Double, code: Double)](repeating: (0, 0), count: width)
    for c in 0..<width {
      let (scores, truth) = (leaveOneOutScores.column(c), codes.column(c))
      let n = Double(scores.count)
      means[c] = (scores.reduce(0, +) / n, truth.reduce(0, +) / n)
      for (s, y) in zip(scores, truth) {
        product += (s - means[c].score) * (y - means[c].code)
        square += (s - means[c].score) * (s - means[c].score)
      }
    }
    let slope = square > 0 ? product / square : 0
    let shifts = means.map { $0.code - slope * $0.score }
    let fitted = leaveOneOutScores.scaled(by: slope).subtractingFromRows(shifts.map { -$0 })
    return KernelRidgeModel(
      kernel: kernel, ridge: ridge, inputs: inputs, coefficients: coefficients.scaled(by: slope),
      offsets: zip(offsets, shifts).map { slope * $0 + $1 },
      leaveOneOutResiduals: codes.subtracting(fitted),
      report: SolveReport(
        method: report.method, relativeResidual: report.gradientNorm,
        iterations: report.products, stopReason: report.stopReason))
  }
}
