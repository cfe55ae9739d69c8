import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers

/// One course on one split of the rows: what is fitted on some of them, and scored on the others.
struct CourseRun: Sendable {
  let course: Course
  /// The coordinates of the course's view.
  let inputs: Points<Double>
  /// Coordinates of one category each.
  let blocks: [[Int]]
  let codes: Matrix<Double>
  let weights: [Double]?
  let grid: BlendSearch.Grid

  /// The scores of all rounds; the metric of each is learned from the training rows at the best
  /// length scale and ridge of the one before.
  func scores(
    train: [Int], validation: [Int],
    score: @Sendable (_ rows: [Int], _ residuals: Matrix<Double>) -> Double,
    context: ExecutionContext
  ) throws(MercerError) -> [RoundResult] {
    let points = inputs.subset(at: train)
    let others = inputs.subset(at: validation)
    let targets = codes.rows(at: train)
    let truth = codes.rows(at: validation)
    var metric = Metric.identity
    var results: [RoundResult] = []
    for round in 0...course.rounds {
      var result = RoundResult(
        course: course, round: round,
        scores: Matrix(rowCount: grid.factors.count, columnCount: grid.ridges.count))
      let geometry = round == 0 && course.shape == .transform ? course.teacher : course.geometry
      let median = try points.medianDistance(metric: metric, exponent: geometry.exponent)
      for (i, factor) in grid.factors.enumerated() {
        let kernel = try geometry.kernel(lengthScale: factor * median, metric: metric)
        let gram = try TiledGram(kernel, inputs: points).densified(context: context)
        let cross = try TiledCrossGram(kernel, rows: others, columns: points)
          .densified(context: context)
        for (j, ridge) in grid.ridges.enumerated() {
          try context.checkCancellation()
          guard let alpha = try solve(gram, ridge: ridge, targets, train, context) else {
            result.scores[i, j] = .infinity
            continue
          }
          let residuals = truth.subtracting(try cross.multiplied(by: alpha, context: context))
          result.scores[i, j] = score(validation, residuals)
        }
      }
      results.append(result)
      guard round < course.rounds else { break }
      let best = result.best
      metric = try next(
        metric, points, targets, train, factor: grid.factors[best.factor],
        ridge: grid.ridges[best.ridge], context)
    }
    return results
  }

  /// The kernel of a round, its metric learned from these rows with the length scales and ridges that
  /// were found best for the rounds before.
  func kernel(
    round: Int, rows: [Int], chosen: [(factor: Double, ridge: Double)], context: ExecutionContext
  ) throws(MercerError) -> any PointKernel<Double> {
    let points = inputs.subset(at: rows)
    let targets = codes.rows(at: rows)
    var metric = Metric.identity
    for before in 0..<round {
      metric = try next(
        metric, points, targets, rows, factor: chosen[before].factor, ridge: chosen[before].ridge,
        context)
    }
    let geometry = round == 0 && course.shape == .transform ? course.teacher : course.geometry
    let median = try points.medianDistance(metric: metric, exponent: geometry.exponent)
    return try geometry.kernel(lengthScale: chosen[round].factor * median, metric: metric)
  }

  private func next(
    _ metric: Metric, _ points: Points<Double>, _ targets: Matrix<Double>, _ rows: [Int],
    factor: Double, ridge: Double, _ context: ExecutionContext
  ) throws(MercerError) -> Metric {
    let teacher = course.teacher
    let median = try points.medianDistance(metric: metric, exponent: teacher.exponent)
    let kernel = try teacher.kernel(lengthScale: factor * median, metric: metric)
    let gram = try TiledGram(kernel, inputs: points).densified(context: context)
    guard let alpha = try solve(gram, ridge: ridge, targets, rows, context) else { return metric }
    let gradients = try GradientMetric.gradients(
      of: kernel, inputs: points, coefficients: alpha, context: context)
    return switch course.shape {
    case .scales:
      GradientMetric.scales(gradients, dimension: points.dimension, blocks: blocks)
    case .transform:
      try GradientMetric.transform(gradients, dimension: points.dimension, context: context)
    }
  }

  /// (K + λ W⁻¹)⁻¹ Y, or nil where rounding makes K + λ W⁻¹ indefinite.
  private func solve(
    _ gram: Matrix<Double>, ridge: Double, _ targets: Matrix<Double>, _ rows: [Int],
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double>? {
    var system = gram
    let weights = weights
    system.withTile { tile in
      for (i, row) in rows.enumerated() {
        tile.base[i * tile.stride + i] += ridge / (weights?[row] ?? 1)
      }
    }
    do {
      return try Cholesky(system, context: context).solve(targets, context: context)
    } catch {
      if error.code == .notPositiveDefinite { return nil }
      throw error
    }
  }
}
