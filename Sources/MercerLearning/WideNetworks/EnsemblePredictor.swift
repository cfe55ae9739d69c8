public import MercerCore
import MercerKernels
import MercerOperators

/// The predictions of a `WideNetworkEnsemble` on some inputs, at any time of training.
///
/// What does not depend on time is computed once, in the eigenvectors of the training matrix.
public struct EnsemblePredictor: Sendable {
  /// The number of inputs, m.
  public let count: Int
  private let ensemble: WideNetworkEnsemble
  private let place: Place

  /// Where the inputs are.
  private enum Place: Sendable {
    /// The training inputs, where residuals are known without cancellation.
    case training
    /// Others: Θ(X*, X) Vᵀ and K(X*, X) Vᵀ, m × n, and K(X*, X*) or its diagonal.
    case new(
      trained: Matrix<Double>, starting: Matrix<Double>, covariance: Matrix<Double>?,
      variances: [Double])
  }

  /// On the training inputs.
  init(training ensemble: WideNetworkEnsemble) {
    self.ensemble = ensemble
    count = ensemble.count
    place = .training
  }

  /// On other inputs.
  init(
    _ ensemble: WideNetworkEnsemble, cross: NetworkGrams, covariance: Matrix<Double>?,
    variances: [Double], context: ExecutionContext
  ) throws(MercerError) {
    guard cross.ntk.columnCount == ensemble.count else {
      throw MercerError(
        .shapeMismatch,
        "the kernel matrix has \(cross.ntk.columnCount) columns, but there are \(ensemble.count) "
          + "training inputs")
    }
    let m = cross.ntk.rowCount
    guard variances.count == m, covariance.map({ $0.rowCount == m && $0.columnCount == m }) ?? true
    else {
      throw MercerError(.shapeMismatch, "the covariance of \(m) inputs must be \(m) × \(m)")
    }
    let vectors = ensemble.modes.vectors
    let starting = try cross.nngp.multiplied(
      by: vectors, transposingOther: true, context: context)
    let trained =
      ensemble.kind == .nngp
      ? starting
      : try cross.ntk.multiplied(by: vectors, transposingOther: true, context: context)
    self.ensemble = ensemble
    count = m
    place = .new(
      trained: trained, starting: starting, covariance: covariance, variances: variances)
  }

  /// The mean of the ensemble's outputs, m × k; zero at the start.
  ///
  /// - Complexity: m n k operations (n² k on the training inputs).
  /// - Throws: `.invalidParameter` for a length out of range or at which descent has diverged.
  public func mean(
    after length: TrainingLength, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try learned(ensemble.modes.targets, after: length, context: context)
  }

  /// The outputs of one network that starts from given outputs: the linear model that a wide network
  /// is, f(t) = f(0) − A(x) (f(0, X) − Y).
  ///
  /// - Parameters:
  ///   - start: the outputs at the start here, m × k.
  ///   - trainingStart: those on the training inputs, n × k.
  ///   - length: how long it is trained.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.shapeMismatch`, and as `mean`.
  public func outputs(
    from start: Matrix<Double>, trainingStart: Matrix<Double>, after length: TrainingLength,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let targets = ensemble.targets
    guard start.rowCount == count, start.columnCount == targets.columnCount,
      trainingStart.rowCount == targets.rowCount, trainingStart.columnCount == targets.columnCount
    else {
      throw MercerError(
        .shapeMismatch,
        "outputs at the start must be \(count) × \(targets.columnCount) here, and "
          + "\(targets.rowCount) × \(targets.columnCount) on the training inputs")
    }
    let missing = try ensemble.modes.vectors.multiplied(
      by: targets.subtracting(trainingStart), context: context)
    return start.adding(try learned(missing, after: length, context: context))
  }

  /// A(x) applied to targets given in the eigenvectors, n × k.
  private func learned(
    _ targets: Matrix<Double>, after length: TrainingLength, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let (rests, gains) = try ensemble.modes.filters(length)
    let result: Matrix<Double>
    switch place {
    case .training:
      result = try ensemble.modes.vectors.multiplied(
        by: targets.scalingRows(by: rests.map { 1 - $0 }), transposed: true, context: context)
    case .new(let trained, _, _, _):
      result = try trained.multiplied(by: targets.scalingRows(by: gains), context: context)
    }
    guard result.isFinite else {
      throw MercerError(
        .invalidParameter, "training diverged: predictions are beyond the range of numbers",
        remedy: "lower the learning rate below maximumStableLearningRate, or take fewer steps")
    }
    return result
  }

  /// The covariance of one output over the ensemble, m × m; for infinite time and `Kind.nngp` that of
  /// the Gaussian process given the targets.
  ///
  /// - Complexity: 2 m n² + 4 m² n operations.
  /// - Throws: `.invalidParameter` when the predictor was made without the covariance at the start;
  ///   as `mean`.
  public func covariance(
    after length: TrainingLength, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let modes = ensemble.modes
    let (rests, gains) = try modes.filters(length)
    var result: Matrix<Double>
    switch place {
    case .training:
      let spread = try started(modes.vectors.scalingRows(by: rests), transposed: true, context)
      result = try spread.multiplied(by: modes.vectors.scalingRows(by: rests), context: context)
    case .new(_, _, nil, _):
      throw MercerError(
        .invalidParameter, "the covariance of these inputs at the start is not known",
        remedy: "make the predictor with it, or ask for variances")
    case .new(let trained, let starting, let covariance?, _):
      let scaled = trained.scalingColumns(by: gains)
      let mixed = try scaled.multiplied(by: starting, transposingOther: true, context: context)
      let learned = try started(scaled, transposed: false, context)
        .multiplied(by: scaled, transposingOther: true, context: context)
      result = covariance.subtracting(mixed).subtracting(mixed.transposed()).adding(learned)
    }
    result.symmetrise()
    return result
  }

  /// The variance of one output over the ensemble at each of the m inputs, at least 0.
  ///
  /// - Complexity: 2 m n² operations, m n for `Kind.nngp`.
  /// - Throws: as `mean`.
  public func variance(
    after length: TrainingLength, context: ExecutionContext = .default
  ) throws(MercerError) -> [Double] {
    let modes = ensemble.modes
    let (rests, gains) = try modes.filters(length)
    switch place {
    case .training:
      let scaled = modes.vectors.scalingRows(by: rests)
      let spread = try started(scaled, transposed: true, context)
      let columns = scaled.transposed()
      return (0..<count).map { max(0, dot(spread.row($0), columns.row($0))) }
    case .new(let trained, let starting, _, let variances):
      let scaled = trained.scalingColumns(by: gains)
      let spread = try started(scaled, transposed: false, context)
      return (0..<count).map { i in
        let row = scaled.row(i)
        return max(0, variances[i] - 2 * dot(row, starting.row(i)) + dot(spread.row(i), row))
      }
    }
  }

  /// op(A) times the covariance at the start in the eigenvectors.
  private func started(
    _ a: Matrix<Double>, transposed: Bool, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    if let covariance = ensemble.startingCovariance {
      return try a.multiplied(by: covariance, transposed: transposed, context: context)
    }
    let rows = transposed ? a.transposed() : a
    return rows.scalingColumns(by: ensemble.startingVariances)
  }
}

/// Σ aᵢ bᵢ.
private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

extension WideNetworkEnsemble {
  /// Predictions on the training inputs.
  public var trainingPredictor: EnsemblePredictor { EnsemblePredictor(training: self) }

  /// Predictions on other inputs, from their Gram matrices.
  ///
  /// - Parameters:
  ///   - cross: K and Θ of these m inputs (rows) and the n training inputs (columns).
  ///   - covariance: K of these inputs, m × m.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: 4 m n² operations.
  /// - Throws: `.shapeMismatch`.
  public func predictor(
    cross: NetworkGrams, covariance: Matrix<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> EnsemblePredictor {
    try EnsemblePredictor(
      self, cross: cross, covariance: covariance, variances: covariance.diagonal, context: context)
  }

  /// Predictions on other inputs, of an ensemble that was made from a network.
  ///
  /// - Parameters:
  ///   - inputs: m inputs.
  ///   - withCovariance: whether covariances between them will be asked for, and not variances alone.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidParameter` for an ensemble made from Gram matrices; what the kernels throw.
  public func predictor(
    for inputs: Points<Double>, withCovariance: Bool = true, context: ExecutionContext = .default
  ) throws(MercerError) -> EnsemblePredictor {
    guard let source else {
      throw MercerError(
        .invalidParameter, "the network of this ensemble is not known",
        remedy: "give the kernel matrices of the inputs")
    }
    let cross = try NetworkGrams(
      of: source.network, rows: inputs, columns: source.inputs, context: context)
    let kernel = try NetworkKernel<Double>(.nngp, source.network)
    let covariance =
      withCovariance ? try TiledGram(kernel, inputs: inputs).densified(context: context) : nil
    let variances: [Double]
    if let covariance {
      variances = covariance.diagonal
    } else {
      variances = try kernel.diagonal(of: inputs)
    }
    return try EnsemblePredictor(
      self, cross: cross, covariance: covariance, variances: variances, context: context)
  }
}
