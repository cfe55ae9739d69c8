public import MercerCore
import MercerSolvers

/// Classification by kernel ridge regression on class codes, with calibrated probabilities.
///
/// Two classes are coded −1 and +1 in one column, more as one column of 0 and 1 each. The scores of
/// rows left out calibrate the probabilities.
/// - Complexity: that of `KernelRidge` with one column of targets for two classes, else c.
/// - Source: Rifkin, Yeo and Poggio, Regularized least-squares classification (2003).
public struct KernelRidgeClassifier: Sendable {
  /// The regression on the codes.
  public var regression: KernelRidge
  /// Whether each class weighs as much as any other, however many rows it has.
  public var balancesClasses: Bool

  /// A classifier.
  ///
  /// - Throws: `.invalidParameter` when the ridge is negative or not finite.
  public init(
    kernel: any Kernel<Points<Double>, Double>, ridge: Double, balancesClasses: Bool = false,
    solver: KernelRidge.Solver = .automatic
  ) throws(MercerError) {
    regression = try KernelRidge(
      kernel: kernel, ridge: ridge, centresTargets: true, solver: solver)
    self.balancesClasses = balancesClasses
  }

  /// Fits to labelled inputs.
  ///
  /// - Parameters:
  ///   - inputs: n inputs.
  ///   - labels: the class of each input, in 0..<classCount.
  ///   - classCount: at least 2.
  ///   - weights: how much each input counts, all positive; nil when all count the same.
  ///   - calibration: how scores become probabilities where the solver gives no leave-one-out
  ///     scores to fit it on.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidData` when there are fewer than two classes or a label is out of range, and
  ///   what `KernelRidge.fit` throws.
  public func fit(
    inputs: Points<Double>, labels: [Int], classCount: Int, weights: [Double]? = nil,
    calibration: ProbabilityCalibration? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> KernelRidgeClassifierModel {
    let codes = try ClassCodes(labels: labels, classCount: classCount)
    let rowWeights = codes.weights(balanced: balancesClasses, times: weights)
    let data = try LabelledData(inputs: inputs, targets: codes.matrix, weights: rowWeights)
    let model = try regression.fit(data, context: context)
    let fitted = model.leaveOneOutResiduals.map { residuals in
      let scores = codes.scores(residuals: residuals)
      return ProbabilityCalibration(fitting: scores, labels: labels, weights: weights)
    }
    return KernelRidgeClassifierModel(
      regression: model,
      calibration: fitted ?? calibration ?? ProbabilityCalibration(scale: 2, shift: 0),
      classCount: classCount)
  }
}

/// A fitted classifier.
public struct KernelRidgeClassifierModel: Model {
  /// The regression on the class codes.
  public let regression: KernelRidgeModel
  /// How scores become probabilities.
  public let calibration: ProbabilityCalibration
  /// The number of classes.
  public let classCount: Int

  /// A model from its parts, such as those read from a file.
  public init(
    regression: KernelRidgeModel, calibration: ProbabilityCalibration, classCount: Int
  ) {
    self.regression = regression
    self.calibration = calibration
    self.classCount = classCount
  }

  /// The probability of each class: one row an input, one column a class.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    calibration.probabilities(try regression.predict(inputs, context: context))
  }
}

/// Class labels as targets of a regression.
public struct ClassCodes: Sendable {
  /// n × 1 of −1 and +1 for two classes, n × c of 0 and 1 for more.
  public let matrix: Matrix<Double>
  private let labels: [Int]
  private let classCount: Int

  /// Codes of labels in 0..<classCount.
  ///
  /// - Throws: `.invalidData` when there are fewer than two classes or a label is out of range.
  public init(labels: [Int], classCount: Int) throws(MercerError) {
    guard classCount >= 2 else {
      throw MercerError(.invalidData, "classification needs at least two classes")
    }
    guard labels.allSatisfy({ $0 >= 0 && $0 < classCount }) else {
      throw MercerError(.invalidData, "a class label is outside 0..<\(classCount)")
    }
    let width = classCount == 2 ? 1 : classCount
    matrix = Matrix(rowCount: labels.count, columnCount: width) { buffer in
      buffer.initialize(repeating: 0)
      for (i, label) in labels.enumerated() {
        if width == 1 { buffer[i] = label == 1 ? 1 : -1 } else { buffer[i * width + label] = 1 }
      }
    }
    self.labels = labels
    self.classCount = classCount
  }

  /// The predictions that these residuals belong to.
  public func scores(residuals: Matrix<Double>) -> Matrix<Double> {
    Matrix(rowCount: matrix.rowCount, columnCount: matrix.columnCount) { buffer in
      residuals.withUnsafeBufferPointer { residuals in
        matrix.withUnsafeBufferPointer { codes in
          for i in 0..<codes.count { buffer[i] = codes[i] - residuals[i] }
        }
      }
    }
  }

  /// Row weights, times n / (c nₖ) for rows of class k when balanced; nil when all are 1.
  func weights(balanced: Bool, times weights: [Double]?) -> [Double]? {
    guard balanced else { return weights }
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[label] += 1 }
    let present = counts.count { $0 > 0 }
    return labels.indices.map { i in
      (weights?[i] ?? 1) * Double(labels.count) / Double(present * counts[labels[i]])
    }
  }
}
