import MercerCore
import MercerOperators
import MercerPlatform

/// The prior on the training inputs, factorised, and the targets solved for.
struct TrainingPosterior: Sendable {
  let kernel: any Kernel<Points<Double>, Double>
  let inputs: Points<Double>
  /// The variance of the noise in each row.
  let noise: [Double]
  /// A = L Lᵀ.
  let cholesky: Cholesky<Double>
  /// A⁻¹ Y, n × k.
  let dual: Matrix<Double>
  /// log p(Y | X), summed over the outputs.
  let logMarginalLikelihood: Double

  /// - Parameter targets: n × k, scaled.
  init(
    kernel: any Kernel<Points<Double>, Double>, inputs: Points<Double>, targets: Matrix<Double>,
    noise: [Double], jitter: Cholesky<Double>.Jitter, context: ExecutionContext
  ) throws(MercerError) {
    guard inputs.coordinates.isFinite else {
      throw MercerError(.invalidData, "a training input is not finite")
    }
    let factor = try Self.factorized(kernel, inputs, noise, jitter, context)
    let dual = try factor.solve(targets, context: context)
    var fit = 0.0
    targets.withUnsafeBufferPointer { y in
      dual.withUnsafeBufferPointer { a in fit = Double.dot(y, a) }
    }
    // Rasmussen and Williams 2006, eq. 2.30, for each output.
    let outputs = Double(targets.columnCount)
    let constant = Double(targets.rowCount) * log(2 * Double.pi)
    let likelihood = -0.5 * (fit + outputs * (factor.logDeterminant + constant))
    guard likelihood.isFinite, dual.isFinite else {
      throw MercerError(
        .notPositiveDefinite,
        "the \(inputs.count) × \(inputs.count) covariance has no usable factor: a kernel value or "
          + "the solution is not finite",
        remedy: "use a larger noise variance, or scale the inputs and targets")
    }
    self.kernel = kernel
    self.inputs = inputs
    self.noise = noise
    cholesky = factor
    self.dual = dual
    logMarginalLikelihood = likelihood
  }

  /// The factor of K + diag(noise), in the memory of K.
  private static func factorized(
    _ kernel: any Kernel<Points<Double>, Double>, _ inputs: Points<Double>, _ noise: [Double],
    _ jitter: Cholesky<Double>.Jitter, _ context: ExecutionContext
  ) throws(MercerError) -> Cholesky<Double> {
    var matrix = try TiledGram(kernel, inputs: inputs).densified(context: context)
    matrix.withTile { tile in
      for i in 0..<noise.count { tile[i, i] += noise[i] }
    }
    return try Cholesky(matrix, jitter: jitter, context: context)
  }
}
