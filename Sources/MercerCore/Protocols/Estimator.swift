/// Inputs with targets, and perhaps weights: what an estimator is fitted on.
public struct LabelledData<Inputs: PointSet>: Sendable {
  /// The n inputs.
  public let inputs: Inputs
  /// n × k: one row an input, one column an output.
  public let targets: Matrix<Double>
  /// How much each input counts, all positive; nil when all count the same.
  public let weights: [Double]?

  /// Labelled inputs.
  ///
  /// - Throws: `.shapeMismatch` when the counts differ; `.invalidData` when there is nothing, or a
  ///   target is not finite, or a weight is not positive and finite.
  public init(
    inputs: Inputs, targets: Matrix<Double>, weights: [Double]? = nil
  ) throws(MercerError) {
    guard inputs.count == targets.rowCount, weights == nil || weights?.count == inputs.count else {
      throw MercerError(
        .shapeMismatch,
        "\(inputs.count) inputs have \(targets.rowCount) targets and "
          + "\(weights?.count ?? inputs.count) weights")
    }
    guard inputs.count > 0 else { throw MercerError(.invalidData, "there are no rows to fit") }
    guard targets.isFinite else { throw MercerError(.invalidData, "a target is not finite") }
    guard weights?.allSatisfy({ $0 > 0 && $0.isFinite }) ?? true else {
      throw MercerError(.invalidData, "a weight is not positive and finite")
    }
    self.inputs = inputs
    self.targets = targets
    self.weights = weights
  }

  /// Labelled inputs with a single output.
  ///
  /// - Throws: as the other initialiser.
  public init(inputs: Inputs, targets: [Double], weights: [Double]? = nil) throws(MercerError) {
    try self.init(inputs: inputs, targets: Matrix(column: targets), weights: weights)
  }

  /// The number of inputs, n.
  public var count: Int { inputs.count }

  /// The data of these rows, in this order.
  public func subset(at indices: [Int]) throws(MercerError) -> LabelledData {
    try LabelledData(
      inputs: inputs.subset(at: indices), targets: targets.rows(at: indices),
      weights: weights.map { weights in indices.map { weights[$0] } })
  }
}

/// What is known before the data: a method and its parameters, as a value.
public protocol Estimator: Sendable {
  /// What fitting gives.
  associatedtype Fitted: Model

  /// Fits a model; the estimator stays as it is.
  func fit(
    _ data: LabelledData<Fitted.Inputs>, context: ExecutionContext
  ) throws(MercerError) -> Fitted
}

/// A fitted model: a value that predicts.
public protocol Model<Inputs>: Sendable {
  /// What it predicts for.
  associatedtype Inputs: PointSet

  /// One row an input, one column an output.
  func predict(_ inputs: Inputs, context: ExecutionContext) throws(MercerError) -> Matrix<Double>
}
