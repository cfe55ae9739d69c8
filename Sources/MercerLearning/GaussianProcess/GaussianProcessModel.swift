public import MercerCore
import MercerOperators

/// A Gaussian process conditioned on data.
///
/// Means and covariances are in the units of the targets. Variances are those of the latent function
/// f, without the noise of an observation, unless `includingNoise` is said.
/// - Complexity: memory n² for the factor of A; it is not copied with the model.
public struct GaussianProcessModel: Model {
  /// What it predicts for.
  public typealias Inputs = Points<Double>

  let posterior: TrainingPosterior
  let output: OutputScale
  /// σ², of the scaled targets.
  public let noiseVariance: Double

  init(posterior: TrainingPosterior, noiseVariance: Double, output: OutputScale) {
    self.posterior = posterior
    self.noiseVariance = noiseVariance
    self.output = output
  }

  /// The prior covariance.
  public var kernel: any Kernel<Points<Double>, Double> { posterior.kernel }
  /// The n training inputs.
  public var inputs: Points<Double> { posterior.inputs }
  /// A⁻¹ Y, n × k, of the scaled targets.
  public var dual: Matrix<Double> { posterior.dual }
  /// What was added to the diagonal beyond the noise so that A could be factorised; usually 0.
  public var jitter: Double { posterior.cholesky.jitter }
  /// How many outputs there are, k.
  public var outputCount: Int { output.scales.count }

  // MARK: - The likelihood

  /// log p(Y | X), the density of the (scaled) targets under the prior with its noise; with several
  /// outputs, the sum over them.
  public var logMarginalLikelihood: Double { posterior.logMarginalLikelihood }

  /// The gradient of `logMarginalLikelihood` with respect to the logarithms of the kernel's
  /// parameters and of the noise variance.
  ///
  /// - Complexity: 2n³/3 operations and n² memory more.
  /// - Throws: `.memoryLimit`, `.cancelled`.
  public func logMarginalLikelihoodGradient(
    context: ExecutionContext = .default
  ) throws(MercerError) -> LikelihoodGradient {
    try posterior.gradient(context: context)
  }

  // MARK: - Predictions

  /// The posterior mean, one row an input and one column an output.
  ///
  /// - Complexity: the n m kernel values and k multiply-adds for each, never stored.
  /// - Throws: `.invalidData` when an input is not finite, `.shapeMismatch`, `.cancelled`.
  public func mean(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try checkFinite(inputs)
    let cross = try TiledCrossGram(kernel, rows: inputs, columns: self.inputs)
    return output.restored(try cross.applied(to: dual, context: context))
  }

  /// The posterior mean: `mean`.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try mean(inputs, context: context)
  }

  /// The posterior variance at each input, one row an input and one column an output.
  ///
  /// - Parameters:
  ///   - inputs: m inputs.
  ///   - includingNoise: whether the variance is that of a new observation of weight 1, f plus
  ///     noise, and not that of f alone.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n² operations an input.
  /// - Throws: as `mean`.
  public func variance(
    _ inputs: Points<Double>, includingNoise: Bool = false, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try checkFinite(inputs)
    var kernel = PosteriorKernel(posterior, scale: 1)
    kernel.context = context
    let noise = includingNoise ? noiseVariance : 0
    let latent = try kernel.diagonal(of: inputs)
    return Matrix(
      rowCount: inputs.count, columnCount: outputCount,
      elements: latent.flatMap { value in output.scales.map { $0 * $0 * (value + noise) } })
  }

  /// The square root of `variance`.
  ///
  /// - Throws: as `mean`.
  public func standardDeviation(
    _ inputs: Points<Double>, includingNoise: Bool = false, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let variance = try variance(inputs, includingNoise: includingNoise, context: context)
    return Matrix(
      rowCount: variance.rowCount, columnCount: variance.columnCount,
      elements: variance.elements.map { $0.squareRoot() })
  }

  // MARK: - Covariances

  /// The posterior covariance of the first output as a kernel, for all operators and algorithms.
  public var posteriorKernel: PosteriorKernel {
    PosteriorKernel(posterior, scale: output.scales.first ?? 1)
  }

  /// The posterior covariance of an output as a kernel; they differ only where targets were
  /// standardized.
  ///
  /// - Precondition: there is such an output.
  public func posteriorKernel(ofOutput index: Int) -> PosteriorKernel {
    precondition(output.scales.indices.contains(index), "there is no output \(index)")
    return PosteriorKernel(posterior, scale: output.scales[index])
  }

  /// The posterior covariance of the latent function among inputs, m × m.
  ///
  /// - Parameters:
  ///   - inputs: m inputs.
  ///   - output: which output it is for; precondition: there is such an output.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n² m + n m² operations; memory m (n + m).
  /// - Throws: as `mean`, and `.memoryLimit`.
  public func covariance(
    _ inputs: Points<Double>, output: Int = 0, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try checkFinite(inputs)
    var kernel = posteriorKernel(ofOutput: output)
    kernel.context = context
    return try TiledGram(kernel, inputs: inputs).densified(context: context)
  }

  /// The posterior covariance of the latent function between two sets of inputs.
  ///
  /// - Parameters:
  ///   - a: the inputs of the rows.
  ///   - b: the inputs of the columns.
  ///   - output: which output it is for; precondition: there is such an output.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: as `mean`, and `.memoryLimit`.
  public func covariance(
    _ a: Points<Double>, _ b: Points<Double>, output: Int = 0,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try checkFinite(a)
    try checkFinite(b)
    var kernel = posteriorKernel(ofOutput: output)
    kernel.context = context
    return try TiledCrossGram(kernel, rows: a, columns: b).densified(context: context)
  }

  func checkFinite(_ inputs: Points<Double>) throws(MercerError) {
    guard inputs.coordinates.isFinite else {
      throw MercerError(.invalidData, "an input is not finite")
    }
  }
}
