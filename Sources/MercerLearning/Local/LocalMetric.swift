import MercerCore
import MercerKernels
import MercerSolvers

/// Learns the metric of one leaf, round by round, from the gradients of its own predictor.
///
/// A round is kept where its leave-one-out error is less: with fewer rows than the kernel was found on,
/// a new metric may be a worse one.
struct LocalMetric {
  /// The most rounds.
  let rounds: Int
  let ridge: Double
  /// Coordinates that get one scale.
  let blocks: [[Int]]

  /// Length scales that a new metric is tried with, against one by which the inputs are as long as
  /// before: fewer coordinates make the same length a smaller sum of absolute differences.
  private static let factors = [0.5, 1, 2, 4]

  /// A kernel whose metric can be set, and the coordinates that it sees.
  struct Subject {
    let kernel: any MetricKernel<Double>
    /// Nil for all.
    let columns: [Int]?

    /// Nil for a kernel without one metric.
    init?(_ kernel: any PointKernel<Double>) {
      if let selecting = kernel as? ColumnsKernel<Double> {
        guard let base = selecting.base as? any MetricKernel<Double> else { return nil }
        (self.kernel, columns) = (base, selecting.columns)
      } else {
        guard let kernel = kernel as? any MetricKernel<Double> else { return nil }
        (self.kernel, columns) = (kernel, nil)
      }
    }
  }

  /// The kernel with a metric for these rows.
  ///
  /// - Complexity: five exact fits with residuals for each round.
  /// - Throws: what fits throw, but for `.notPositiveDefinite`.
  func kernel(
    from kernel: any PointKernel<Double>, for data: LabelledData<Points<Double>>,
    context: ExecutionContext
  ) throws(MercerError) -> any PointKernel<Double> {
    guard let subject = Subject(kernel) else { return kernel }
    let inputs = subject.columns.map { Points(data.inputs.coordinates.columns(at: $0)) }
    let seen = try LabelledData(
      inputs: inputs ?? data.inputs, targets: data.targets, weights: data.weights)
    let seenBlocks = blocks(among: subject.columns)
    guard var best = try trial(subject.kernel, seen, context) else { return kernel }
    for _ in 0..<rounds {
      guard
        let metric = try next(after: best, seen, seenBlocks, context)
      else { break }
      var found: Trial?
      for factor in Self.factors {
        let candidate = try best.kernel.replacing(metric: metric.scaled(by: factor))
        guard let trial = try trial(candidate, seen, context) else { continue }
        if trial.error < found?.error ?? best.error { found = trial }
      }
      guard let found else { break }
      best = found
    }
    guard let columns = subject.columns else { return best.kernel.erased }
    return try ColumnsKernel(best.kernel.erased, on: columns)
  }

  private struct Trial {
    let kernel: any MetricKernel<Double>
    let model: KernelRidgeModel
    /// The weighted mean square of the leave-one-out residuals.
    let error: Double
  }

  private func trial(
    _ kernel: any MetricKernel<Double>, _ data: LabelledData<Points<Double>>,
    _ context: ExecutionContext
  ) throws(MercerError) -> Trial? {
    do {
      let model = try KernelRidge(
        kernel: kernel.erased, ridge: ridge, centresTargets: true, solver: .exact()
      ).fit(data, context: context)
      guard let residuals = model.leaveOneOutResiduals else { return nil }
      var error = 0.0
      for i in 0..<data.count {
        error += (data.weights?[i] ?? 1) * residuals.row(i).reduce(0) { $0 + $1 * $1 }
      }
      guard error.isFinite else { return nil }
      return Trial(kernel: kernel, model: model, error: error)
    } catch {
      if error.code == .notPositiveDefinite { return nil }
      throw error
    }
  }

  /// The metric of a predictor's gradients, by which the inputs are as long as by its own; nil where
  /// there is none.
  private func next(
    after trial: Trial, _ data: LabelledData<Points<Double>>, _ blocks: [[Int]],
    _ context: ExecutionContext
  ) throws(MercerError) -> Metric? {
    guard
      let gradients = try GradientMetric.weightedGradients(
        of: trial.model, weights: data.weights, context: context)
    else { return nil }
    let d = data.inputs.dimension
    let metric: Metric
    if case .transform = trial.kernel.metric {
      metric = try GradientMetric.transform(gradients, dimension: d, context: context)
    } else {
      metric = GradientMetric.scales(gradients, dimension: d, blocks: blocks)
    }
    let old = try spread(of: data, under: trial.kernel.metric, context)
    let new = try spread(of: data, under: metric, context)
    guard old > 0, new > 0, (old / new).isFinite else { return nil }
    return metric.resolved(dimension: d).scaled(by: old / new)
  }

  /// √ of the summed variances of the coordinates after a metric.
  private func spread(
    of data: LabelledData<Points<Double>>, under metric: Metric, _ context: ExecutionContext
  ) throws(MercerError) -> Double {
    var (points, scales) = (data.inputs, [Double]?.none)
    switch metric {
    case .identity: break
    case .scales(let values): scales = values
    case .transform(let map):
      points = Points(
        try points.coordinates.multiplied(by: map.transposed(), context: context))
    }
    var sum = 0.0
    for (c, deviation) in points.deviations(weights: data.weights).enumerated() {
      let length = deviation * (scales?[c] ?? 1)
      sum += length * length
    }
    return sum.squareRoot()
  }

  /// The blocks by places among the columns; what is in no column is left out.
  private func blocks(among columns: [Int]?) -> [[Int]] {
    guard let columns else { return blocks }
    let places = [Int: Int](uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    return blocks.map { $0.compactMap { places[$0] } }
  }
}

extension Metric {
  /// The identity as scales, which can be multiplied.
  fileprivate func resolved(dimension: Int) -> Metric {
    self == .identity ? .scales([Double](repeating: 1, count: dimension)) : self
  }

  fileprivate func scaled(by factor: Double) -> Metric {
    switch self {
    case .identity: self
    case .scales(let scales): .scales(scales.map { $0 * factor })
    case .transform(let map): .transform(map.scaled(by: factor))
    }
  }
}

extension MetricKernel where Element == Double {
  /// The kernel as what regressions take.
  fileprivate var erased: any PointKernel<Double> { self }

  fileprivate func replacing(metric: Metric) throws(MercerError) -> any MetricKernel<Double> {
    try with(shape: shapeParameters.map(\.value), metric: metric)
  }
}
