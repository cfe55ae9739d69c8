import MercerCore

/// The gradient of a log marginal likelihood.
public struct LikelihoodGradient: Sendable, Equatable {
  /// With respect to the logarithm of each parameter of the kernel, in the order of its
  /// `parameters`; with respect to the value itself where a parameter need not be positive.
  public let parameters: [Double]
  /// With respect to the logarithm of the noise variance.
  public let noiseVariance: Double
}

extension TrainingPosterior {
  /// The gradient of the log marginal likelihood:
  ///
  /// ```
  /// ∂ log p / ∂θ = ½ tr((Σ ααᵀ − m A⁻¹) ∂A/∂θ),   the sum over m outputs
  /// ```
  /// (Rasmussen and Williams 2006, eq. 5.9.) A⁻¹ is never stored: L⁻¹ is, and each band of rows of
  /// A⁻¹ = L⁻ᵀ L⁻¹ up to the diagonal is formed where it serves as weights of the kernel's
  /// gradient.
  /// - Complexity: 2n³/3 operations and n² memory beyond the model.
  func gradient(context: ExecutionContext) throws(MercerError) -> LikelihoodGradient {
    let parameters = kernel.parameters
    let n = inputs.count
    try context.checkMemory(
      2 * n * n * MemoryLayout<Double>.stride, for: "the gradient of the likelihood")
    let inverse = try cholesky.inverseFactor(context: context)
    let sums = try CovarianceGradient(kernel: kernel, inputs: inputs, noise: noise)
      .sums(context: context) { weights in
        // ½ (Σ ααᵀ − m A⁻¹).
        weights.fill(productOfInverseFactor: inverse, times: -0.5 * Double(dual.columnCount))
        weights.add(dual, dual, times: 0.5)
      }
    return LikelihoodGradient(
      parameters: parameters.indices.map {
        parameters[$0].isPositive ? sums.parameters[$0] * parameters[$0].value : sums.parameters[$0]
      },
      noiseVariance: sums.noise)
  }
}
