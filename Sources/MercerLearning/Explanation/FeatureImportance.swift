public import MercerCore

/// How much each column matters to a model.
public struct FeatureImportance: Sendable {
  /// One column.
  public struct Column: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// How fast predictions change with it: the root mean square over rows of the gradient, its
    /// coordinates summed, for a step of one standard deviation of the coordinate. In the units of
    /// the regression's predictions (scores, for classes).
    public let gradient: Double
    /// The share of its squared gradient in the sum of all; 0 when nothing matters.
    public let gradientShare: Double
    /// What shuffling the column does, in the unit of `measure`; nil for columns whose gradient is
    /// not among the largest, when there are many.
    public let permutation: Estimate?
  }

  /// What permutation measures.
  public enum Measure: String, Sendable {
    /// The rise of the root mean square error, in the target's units.
    case rootMeanSquareError = "rise of rmse"
    /// The rise of the log loss, in nats a row.
    case logLoss = "rise of log loss"
    /// Without a target: the root mean square change of the prediction, in the target's units.
    case predictionChange = "change of prediction"
    /// Without a target: the share of probability that moves to other classes.
    case probabilityChange = "change of probabilities"
  }

  /// The columns, those that matter most by permutation first, then by gradient.
  public let columns: [Column]
  /// What permutation measures.
  public let measure: Measure
  /// The error before anything is shuffled; nil without a target.
  public let error: Double?
  /// The rows that were shuffled each time.
  public let rows: Int
  /// How many times each column was shuffled.
  public let repeats: Int
}

/// A mean with its standard error.
public struct Estimate: Sendable, Equatable {
  /// The mean.
  public let value: Double
  /// Its standard error; 0 of a single number.
  public let standardError: Double

  /// An estimate that is known.
  public init(value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }

  /// The mean of independent numbers; at least one.
  init(of values: [Double]) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    value = mean
    standardError = values.count > 1 ? (squares / (n * (n - 1))).squareRoot() : 0
  }
}

extension TableExplainer {
  /// How much each column matters: by gradient, and by what shuffling it does to the error (without
  /// a target, to the prediction).
  ///
  /// A gradient says how much the model looks at a column; the rise of the error on rows that the
  /// model was not fitted to says how much the column helps. On the training table errors are too
  /// small, and their rise is how much the fit used the column. Columns that stand for one another
  /// share their importance.
  /// - Complexity: at most `evaluationLimit` predictions, and more only where five times fifty rows
  ///   for each of at most forty columns are more.
  /// - Throws: `.cancelled`, `.memoryLimit`.
  /// - Source: the average gradient outer product: Radhakrishnan et al., Mechanism for feature
  ///   learning in neural networks and backpropagation-free machine learning models (2024);
  ///   permutation: Breiman, Random forests (2001), section 10, and for any model Fisher, Rudin and
  ///   Dominici, All models are wrong, but many are useful (2019).
  public func featureImportance(
    context: ExecutionContext = .default
  ) throws(MercerError) -> FeatureImportance {
    let gradients = try GradientImportance(of: self, at: inputs, context: context).columns
    let shuffled = try PermutationImportance(of: self, gradients: gradients, context: context)
    let total = gradients.reduce(0) { $0 + $1 * $1 }
    let columns = columnNames.enumerated().map { column, name in
      FeatureImportance.Column(
        name: name, gradient: gradients[column],
        gradientShare: total > 0 ? gradients[column] * gradients[column] / total : 0,
        permutation: shuffled.columns[column])
    }
    let order = columns.indices.sorted { a, b in
      let left = columns[a].permutation?.value ?? -.infinity
      let right = columns[b].permutation?.value ?? -.infinity
      if left != right { return left > right }
      return (columns[a].gradient, b) > (columns[b].gradient, a)
    }
    return FeatureImportance(
      columns: order.map { columns[$0] }, measure: shuffled.measure, error: shuffled.error,
      rows: shuffled.rows, repeats: PermutationImportance.repeats)
  }
}
