public import MercerCore
import MercerPlatform
public import MercerSolvers

extension GaussianProcess {
  /// The process whose kernel parameters and noise variance maximise the log marginal likelihood.
  ///
  /// L-BFGS over the logarithms of the parameters that must be positive (others stay), within
  /// bounds, from the process as it is and from random starts, log-uniform within the bounds. Where
  /// the covariance is not positive definite, the step is shortened; no jitter is added here. The
  /// likelihood of several outputs is the sum over them.
  /// - Parameters:
  ///   - data: n labelled inputs.
  ///   - starts: how many starts there are, this process being the first; at least 1.
  ///   - bounds: of each kernel parameter.
  ///   - noiseBounds: of the noise variance.
  ///   - optimizesNoise: whether the noise variance is a variable or stays.
  ///   - seed: of the random starts.
  ///   - minimizer: the settings of L-BFGS.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n³ operations and the kernel values with their gradients for each evaluation,
  ///   of which a run takes some tens; memory 2n².
  /// - Throws: `.invalidParameter` when bounds are not positive and finite, there is no start or
  ///   nothing to optimise; the failure of the first start when all fail (`.notPositiveDefinite`);
  ///   `.invalidData`, `.shapeMismatch`, `.memoryLimit`, `.cancelled`.
  /// - Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), section 5.4.1.
  public func maximizingLikelihood(
    on data: LabelledData<Points<Double>>, starts: Int = 1,
    bounds: ClosedRange<Double> = 1e-5...1e5, noiseBounds: ClosedRange<Double> = 1e-5...1e5,
    optimizesNoise: Bool = true, seed: UInt64 = 0, minimizer: LBFGS = LBFGS(),
    context: ExecutionContext = .default
  ) throws(MercerError) -> LikelihoodMaximum {
    for range in [bounds, noiseBounds] {
      guard range.lowerBound > 0, range.upperBound.isFinite else {
        throw MercerError(
          .invalidParameter,
          "the bounds of parameters must be positive and finite, but are \(range)")
      }
    }
    guard starts >= 1 else {
      throw MercerError(.invalidParameter, "the number of starts is \(starts)")
    }
    let variables = LikelihoodVariables(self, optimizesNoise: optimizesNoise)
    guard !variables.names.isEmpty else {
      throw MercerError(
        .invalidParameter, "\(kernel) has no positive parameter, and the noise stays fixed",
        remedy: "let the noise variance be optimised, or fit the process as it is")
    }
    let box = variables.bounds(bounds, noise: noiseBounds)
    let targets = OutputScale(data.targets, scaling).scaled(data.targets)
    var runs: [LikelihoodMaximum.Run] = []
    for index in 0..<starts {
      let start = index == 0 ? variables.start(in: box) : Self.randomStart(box, seed, index)
      runs.append(
        try run(from: start, variables, box, minimizer, data, targets, context))
      context.progress?(
        WorkProgress(stage: "likelihood", fraction: Double(index + 1) / Double(starts)))
    }
    let best = runs.indices.reduce(0) {
      runs[$1].logMarginalLikelihood > runs[$0].logMarginalLikelihood ? $1 : $0
    }
    if case .failed(let error) = runs[best].outcome { throw error }
    return LikelihoodMaximum(
      process: try variables.process(at: runs[best].end.map { log($0) }),
      logMarginalLikelihood: runs[best].logMarginalLikelihood, parameterNames: variables.names,
      runs: runs, bestRun: best)
  }

  private static func randomStart(
    _ box: [ClosedRange<Double>], _ seed: UInt64, _ index: Int
  ) -> [Double] {
    var stream = RandomStream(seed: seed, purpose: "likelihood starts", index: UInt64(index))
    return box.map { $0.lowerBound + stream.uniform() * ($0.upperBound - $0.lowerBound) }
  }

  private func run(
    from start: [Double], _ variables: LikelihoodVariables, _ box: [ClosedRange<Double>],
    _ minimizer: LBFGS, _ data: LabelledData<Points<Double>>, _ targets: Matrix<Double>,
    _ context: ExecutionContext
  ) throws(MercerError) -> LikelihoodMaximum.Run {
    var evaluations = 0
    var failure: MercerError?
    do throws(MercerError) {
      let minimum = try minimizer.minimize(from: start, bounds: box, context: context) {
        (point: [Double]) throws(MercerError) in
        evaluations += 1
        do throws(MercerError) {
          return try variables.evaluate(at: point, data, targets, context)
        } catch {
          guard error.code == .notPositiveDefinite else { throw error }
          failure = failure ?? error
          return LBFGS.Evaluation(value: .infinity, gradient: [])
        }
      }
      return LikelihoodMaximum.Run(
        start: start.map { exp($0) }, end: minimum.point.map { exp($0) },
        logMarginalLikelihood: -minimum.value, gradientNorm: minimum.projectedGradientNorm,
        iterations: minimum.iterations, evaluations: evaluations,
        outcome: .stopped(minimum.stopReason))
    } catch {
      // Only a start that is not definite is a failure of the run; anything else concerns the user.
      guard error.code == .didNotConverge, evaluations == 1 else { throw error }
      return LikelihoodMaximum.Run(
        start: start.map { exp($0) }, end: start.map { exp($0) },
        logMarginalLikelihood: -.infinity, gradientNorm: .nan, iterations: 0, evaluations: 1,
        outcome: .failed(failure ?? error))
    }
  }
}

/// The logarithms that are optimised: of the kernel's positive parameters, then of the noise.
private struct LikelihoodVariables {
  let template: GaussianProcess
  let optimizesNoise: Bool
  /// The places of the variables among the kernel's parameters.
  let positions: [Int]
  let names: [String]

  init(_ template: GaussianProcess, optimizesNoise: Bool) {
    self.template = template
    self.optimizesNoise = optimizesNoise
    let parameters = template.kernel.parameters
    let positions = parameters.indices.filter {
      parameters[$0].isPositive && parameters[$0].value > 0
    }
    self.positions = positions
    names = positions.map { parameters[$0].name } + (optimizesNoise ? ["noiseVariance"] : [])
  }

  func bounds(
    _ parameters: ClosedRange<Double>, noise: ClosedRange<Double>
  ) -> [ClosedRange<Double>] {
    let ranges = positions.map { _ in parameters } + (optimizesNoise ? [noise] : [])
    return ranges.map { log($0.lowerBound)...log($0.upperBound) }
  }

  /// The template's own point, moved into the bounds (a noise of zero comes from −∞).
  func start(in box: [ClosedRange<Double>]) -> [Double] {
    let parameters = template.kernel.parameters
    let values =
      positions.map { parameters[$0].value } + (optimizesNoise ? [template.noiseVariance] : [])
    return zip(values, box).map { min(max(log($0), $1.lowerBound), $1.upperBound) }
  }

  func process(at point: [Double]) throws(MercerError) -> GaussianProcess {
    var values = template.kernel.parameters.map(\.value)
    for (position, value) in zip(positions, point) { values[position] = exp(value) }
    return try GaussianProcess(
      kernel: try template.kernel.withParameters(values),
      noiseVariance: optimizesNoise ? exp(point[positions.count]) : template.noiseVariance,
      scaling: template.scaling, jitter: template.jitter)
  }

  /// −log p and its gradient.
  func evaluate(
    at point: [Double], _ data: LabelledData<Points<Double>>, _ targets: Matrix<Double>,
    _ context: ExecutionContext
  ) throws(MercerError) -> LBFGS.Evaluation {
    let process = try process(at: point)
    let posterior = try TrainingPosterior(
      kernel: process.kernel, inputs: data.inputs, targets: targets,
      noise: GaussianProcess.noise(process.noiseVariance, data), jitter: .none, context: context)
    let gradient = try posterior.gradient(context: context)
    return LBFGS.Evaluation(
      value: -posterior.logMarginalLikelihood,
      gradient: positions.map { -gradient.parameters[$0] }
        + (optimizesNoise ? [-gradient.noiseVariance] : []))
  }
}
