public import MercerCore
public import MercerKernels
import MercerOperators
import MercerPlatform
public import MercerSolvers

/// Length scales per coordinate and a ridge found by descent ("automatic relevance determination"):
/// with C = K(s) + λ W⁻¹ for a kernel k(s ∘ x, s ∘ z), what is made least over log s and log λ is
///
/// ```
/// ½ log (tr(Yᵀ C⁻¹ Y) / (n m)) + log |C| / (2 n)          marginal likelihood
/// ½ log (Σᵢ wᵢ ‖yᵢ − f₋ᵢ(xᵢ)‖² / (Σᵢ wᵢ m))               leave one out
/// ```
/// for n rows of m targets. The first is −log p(Y) / (n m), less a constant, of a Gaussian process
/// whose amplitude is the most likely one; the second has the residuals of ridge regression in closed
/// form, (C⁻¹ Y)ᵢ / (C⁻¹)ᵢᵢ. To either is added Σ (log s − mean of log s)² / (2 τ² n m), over coordinates
/// or blocks of them: a normal prior about a common length scale that is learned, too.
///
/// Targets are taken as they are: centred ones serve best. The result is as optimistic as any that was
/// fitted: it must be judged on other rows.
/// - Complexity: about n³ operations (leave one out 3 n³) and n² d kernel gradients a step; n²
///   memory, three times.
/// - Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), eqs. 5.8, 5.9
///   and 5.13; MacKay, Bayesian non-linear modeling for the prediction competition (1994).
public struct LengthScaleDescent: Sendable, Equatable {
  /// What is made least.
  public enum Criterion: String, Sendable, CaseIterable {
    /// The negative log marginal likelihood.
    case marginalLikelihood
    /// The squared leave-one-out error.
    case leaveOneOut
  }

  /// What is made least.
  public var criterion: Criterion
  /// The most steps of L-BFGS.
  public var stepLimit: Int
  /// The deviation τ of log s about its mean over coordinates that is expected beforehand, without
  /// which many scales on few rows follow the noise; infinity for none.
  public var spread: Double
  /// How far a scale may get from where it began, as factors.
  public var scaleBounds: ClosedRange<Double>
  /// The least and the largest ridge.
  public var ridgeBounds: ClosedRange<Double>

  /// A descent.
  ///
  /// - Parameters:
  ///   - criterion: what is made least.
  ///   - stepLimit: the most steps of L-BFGS, at least 0; a few tens are enough.
  ///   - spread: τ, above 0.
  ///   - scaleBounds: how far a scale may get from where it began, as positive factors.
  ///   - ridgeBounds: the least and the largest ridge, positive.
  public init(
    criterion: Criterion = .marginalLikelihood, stepLimit: Int = 30, spread: Double = .infinity,
    scaleBounds: ClosedRange<Double> = 1e-3...1e3, ridgeBounds: ClosedRange<Double> = 1e-5...1e3
  ) {
    self.criterion = criterion
    self.stepLimit = stepLimit
    self.spread = spread
    self.scaleBounds = scaleBounds
    self.ridgeBounds = ridgeBounds
  }

  /// Where a descent ended.
  public struct Result: Sendable {
    /// The kernel with its new scales.
    public let kernel: any MetricKernel<Double>
    /// One factor a coordinate.
    public let scales: [Double]
    /// λ.
    public let ridge: Double
    /// The criterion at the start and at the end.
    public let values: (start: Double, end: Double)
    /// Steps taken, and how often the criterion was computed.
    public let steps: Int, evaluations: Int
  }

  /// The scales and the ridge at which the criterion is least, as far as the steps lead.
  ///
  /// - Parameters:
  ///   - kernel: a kernel without a metric or with scales above 0, which it begins from; its other
  ///     parameters stay.
  ///   - ridge: λ to begin from.
  ///   - data: n inputs of dimension d with m targets each. A weight divides λ.
  ///   - blocks: coordinates that share a scale, as places below d, each in one block at most.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidParameter` for a full metric, a scale of 0, or bounds that are not positive;
  ///   `.notPositiveDefinite` when C is not at the start; `.invalidData`, `.shapeMismatch`,
  ///   `.memoryLimit`, `.cancelled`.
  public func run(
    from kernel: any MetricKernel<Double>, ridge: Double,
    on data: LabelledData<Points<Double>>, blocks: [[Int]] = [],
    context: ExecutionContext = .default
  ) throws(MercerError) -> Result {
    try run(from: kernel, ridge: ridge, onEachOf: [data], blocks: blocks, context: context)
  }

  /// The same for several sets of rows of which each is learned from by itself, such as the leaves of a
  /// tree: the mean of the criterion over them is made least.
  ///
  /// - Parameters and errors: those of `run(from:ridge:on:blocks:context:)`; `.invalidParameter` when
  ///   there is no set.
  public func run(
    from kernel: any MetricKernel<Double>, ridge: Double,
    onEachOf parts: [LabelledData<Points<Double>>], blocks: [[Int]] = [],
    context: ExecutionContext = .default
  ) throws(MercerError) -> Result {
    guard let first = parts.first else {
      throw MercerError(.invalidParameter, "a descent needs at least one set of rows")
    }
    let variables = try SharedScales(kernel, dimension: first.inputs.dimension, blocks: blocks)
    for bounds in [scaleBounds, ridgeBounds] {
      guard bounds.lowerBound > 0, bounds.upperBound.isFinite else {
        throw MercerError(
          .invalidParameter, "the bounds must be positive and finite, but are \(bounds)")
      }
    }
    guard spread > 0 else {
      throw MercerError(.invalidParameter, "the spread must be above 0, but is \(spread)")
    }
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(.invalidParameter, "the first ridge must be above 0, but is \(ridge)")
    }
    let origin = variables.logarithms + [log(ridge)]
    let box =
      variables.logarithms.map {
        $0 + log(scaleBounds.lowerBound)...$0 + log(scaleBounds.upperBound)
      } + [log(ridgeBounds.lowerBound)...log(ridgeBounds.upperBound)]
    var minimizer = LBFGS()
    minimizer.iterationLimit = stepLimit
    minimizer.gradientTolerance = 1e-5
    minimizer.valueTolerance = 1e-6
    var start: Double?
    let minimum = try minimizer.minimize(from: origin, bounds: box, context: context) {
      (point: [Double]) throws(MercerError) -> LBFGS.Evaluation in
      do throws(MercerError) {
        let evaluation = try evaluate(variables, at: point, parts, context)
        if start == nil { start = evaluation.value }
        return evaluation
      } catch {
        // A step too far is shortened; a start that is not definite concerns the caller.
        guard error.code == .notPositiveDefinite, start != nil else { throw error }
        return LBFGS.Evaluation(value: .infinity, gradient: [])
      }
    }
    let scales = variables.scales(at: minimum.point)
    return Result(
      kernel: try variables.kernel(at: minimum.point), scales: scales,
      ridge: exp(minimum.point.last ?? 0), values: (start ?? minimum.value, minimum.value),
      steps: minimum.iterations, evaluations: minimum.evaluations)
  }

  /// The criterion, and its gradient by the logarithms of the scales, one of each block or coordinate
  /// that stands alone in order of their first coordinates, and last of the ridge.
  ///
  /// - Parameters and errors: those of `run`.
  public func evaluation(
    of kernel: any MetricKernel<Double>, ridge: Double,
    on data: LabelledData<Points<Double>>, blocks: [[Int]] = [],
    context: ExecutionContext = .default
  ) throws(MercerError) -> LBFGS.Evaluation {
    let variables = try SharedScales(kernel, dimension: data.inputs.dimension, blocks: blocks)
    return try evaluate(variables, at: variables.logarithms + [log(ridge)], [data], context)
  }

  /// The mean over the sets.
  private func evaluate(
    _ variables: SharedScales, at point: [Double], _ parts: [LabelledData<Points<Double>>],
    _ context: ExecutionContext
  ) throws(MercerError) -> LBFGS.Evaluation {
    var value = 0.0
    var gradient = [Double](repeating: 0, count: point.count)
    for part in parts {
      let found = try evaluate(variables, at: point, part, context)
      value += found.value / Double(parts.count)
      for index in gradient.indices {
        gradient[index] += found.gradient[index] / Double(parts.count)
      }
    }
    return LBFGS.Evaluation(value: value, gradient: gradient)
  }

  private func evaluate(
    _ variables: SharedScales, at point: [Double], _ data: LabelledData<Points<Double>>,
    _ context: ExecutionContext
  ) throws(MercerError) -> LBFGS.Evaluation {
    let n = data.count
    try context.checkMemory(
      3 * n * n * MemoryLayout<Double>.stride, for: "the gradient by length scales")
    let kernel = try variables.kernel(at: point)
    let posterior = try TrainingPosterior(
      kernel: asKernel(kernel), inputs: data.inputs, targets: data.targets,
      noise: GaussianProcess.noise(exp(point.last ?? 0), data), jitter: .none, context: context)
    let found: (value: Double, sums: TrainingPosterior.Sums)
    switch criterion {
    case .marginalLikelihood: found = try posterior.profiledLikelihood(data.targets, context)
    case .leaveOneOut:
      found = try posterior.leaveOneOutError(weights: data.weights, context)
    }
    let scales = point.dropLast()
    let mean = scales.reduce(0, +) / Double(max(scales.count, 1))
    let weight = 1 / (spread * spread * Double(n * max(data.targets.columnCount, 1)))
    let prior = scales.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * weight / 2
    let slopes = variables.gradient(of: kernel, found.sums.parameters)
    return LBFGS.Evaluation(
      value: found.value + prior,
      gradient: zip(slopes, scales).map { $0 + weight * ($1 - mean) } + [found.sums.noise])
  }
}

/// The compiler does not convert one existential to the other by itself.
private func asKernel(_ kernel: some MetricKernel<Double>) -> any Kernel<Points<Double>, Double> {
  kernel
}

/// The scales of a kernel by the logarithms of those that may differ.
private struct SharedScales {
  let template: any MetricKernel<Double>
  /// The coordinates of each variable.
  let groups: [[Int]]
  /// Where it begins.
  let logarithms: [Double]
  private let dimension: Int

  init(
    _ kernel: any MetricKernel<Double>, dimension: Int, blocks: [[Int]]
  ) throws(MercerError) {
    try kernel.metric.checkDimension(dimension)
    let scales: [Double]
    switch kernel.metric {
    case .identity: scales = [Double](repeating: 1, count: dimension)
    case .scales(let given): scales = given
    case .transform:
      throw MercerError(
        .invalidParameter, "a full metric has no length scales",
        remedy: "map the inputs first, and begin without a metric")
    }
    guard scales.allSatisfy({ $0 > 0 }) else {
      throw MercerError(
        .invalidParameter, "a scale of 0 cannot be changed by a descent over logarithms",
        remedy: "leave the coordinate out")
    }
    let together = blocks.flatMap(\.self)
    guard together.allSatisfy((0..<dimension).contains), Set(together).count == together.count
    else {
      throw MercerError(
        .invalidParameter, "blocks must be of different coordinates below \(dimension)")
    }
    let alone = Set(0..<dimension).subtracting(together)
    groups = (blocks.filter { !$0.isEmpty }.map { $0.sorted() } + alone.map { [$0] })
      .sorted { $0[0] < $1[0] }
    logarithms = groups.map { group in
      group.reduce(0) { $0 + log(scales[$1]) } / Double(group.count)
    }
    template = kernel
    self.dimension = dimension
  }

  func scales(at point: [Double]) -> [Double] {
    var scales = [Double](repeating: 1, count: dimension)
    for (group, value) in zip(groups, point) {
      for coordinate in group { scales[coordinate] = exp(value) }
    }
    return scales
  }

  func kernel(at point: [Double]) throws(MercerError) -> any MetricKernel<Double> {
    try template.with(
      shape: template.shapeParameters.map(\.value), metric: .scales(scales(at: point)))
  }

  /// ∂/∂ log s of each group, from the derivatives by the kernel's parameters.
  func gradient(of kernel: any MetricKernel<Double>, _ derivatives: [Double]) -> [Double] {
    let first = kernel.shapeParameters.count
    let values = kernel.parameters
    return groups.map { group in
      group.reduce(0) { $0 + derivatives[first + $1] * values[first + $1].value }
    }
  }
}
