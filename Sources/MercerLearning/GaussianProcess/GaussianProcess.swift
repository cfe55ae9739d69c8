public import MercerCore
import MercerKernels

/// Gaussian process regression, exact.
///
/// ```
/// f ~ GP(0, k),   yᵢ = f(xᵢ) + εᵢ,   εᵢ ~ N(0, σ² / wᵢ)
/// A = K(X, X) + σ² diag(1 / wᵢ)
/// f(x) | y ~ N(k(x, X) A⁻¹ y,  k(x, x) − k(x, X) A⁻¹ k(X, x))
/// ```
/// Several outputs share the kernel and the noise, and are independent given them.
/// - Units: σ² in those of the squared targets (of the scaled ones under a `scaling`).
/// - Complexity: fitting takes n² kernel values, n³/3 operations and n² memory.
/// - Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1.
public struct GaussianProcess: Estimator {
  /// What fitting gives.
  public typealias Fitted = GaussianProcessModel

  /// The prior covariance k.
  public let kernel: any Kernel<Points<Double>, Double>
  /// σ², added to the diagonal as it is; a weight of the data divides it.
  public let noiseVariance: Double
  /// What is done to the targets first.
  public let scaling: TargetScaling
  /// What may be added to the diagonal when rounding makes A indefinite; the model reports it.
  public let jitter: Cholesky<Double>.Jitter

  /// A Gaussian process with prior mean zero.
  ///
  /// - Parameters:
  ///   - kernel: the prior covariance.
  ///   - noiseVariance: σ², finite and not negative.
  ///   - scaling: nothing is done to the targets by default.
  ///   - jitter: at most 1e-8 of the mean diagonal by default, in powers of ten from the precision
  ///     of the numbers, and only after a factorisation without any has failed.
  /// - Throws: `.invalidParameter` when the noise variance is out of range.
  public init(
    kernel: any Kernel<Points<Double>, Double>, noiseVariance: Double,
    scaling: TargetScaling = .none, jitter: Cholesky<Double>.Jitter = .upTo(1e-8)
  ) throws(MercerError) {
    guard noiseVariance.isFinite, noiseVariance >= 0 else {
      throw MercerError(
        .invalidParameter,
        "noiseVariance must be finite and not negative, but is \(noiseVariance)")
    }
    self.kernel = kernel
    self.noiseVariance = noiseVariance
    self.scaling = scaling
    self.jitter = jitter
  }

  /// Conditions the process on data.
  ///
  /// - Throws: `.invalidData` when an input is not finite, `.notPositiveDefinite` when A is not, even
  ///   with the jitter allowed, `.shapeMismatch`, `.memoryLimit`, `.cancelled`.
  public func fit(
    _ data: LabelledData<Points<Double>>, context: ExecutionContext = .default
  ) throws(MercerError) -> GaussianProcessModel {
    let output = OutputScale(data.targets, scaling)
    // A centred kernel is centred on what it is fitted on, also where variances are asked for.
    let kernel = try (kernel as? any PointKernel<Double>)?.anchored(to: data.inputs) ?? kernel
    let posterior = try TrainingPosterior(
      kernel: kernel, inputs: data.inputs, targets: output.scaled(data.targets),
      noise: Self.noise(noiseVariance, data), jitter: jitter, context: context)
    return GaussianProcessModel(
      posterior: posterior, noiseVariance: noiseVariance, output: output)
  }

  /// The variance of the noise in each row.
  static func noise(_ variance: Double, _ data: LabelledData<Points<Double>>) -> [Double] {
    data.weights.map { $0.map { variance / $0 } }
      ?? [Double](repeating: variance, count: data.count)
  }
}
