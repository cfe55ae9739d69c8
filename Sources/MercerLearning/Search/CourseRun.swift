import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers

/// One course on some rows: fitted on a part of them, and scored on another.
///
/// All in single precision: candidates are compared here, not used. A system that single precision
/// cannot factorise is tried again in double.
struct CourseRun: Sendable {
  let course: Course
  private let data: SearchData
  /// The rows of the table; everything else here counts places among these.
  private let rows: [Int]
  /// The targets at these rows.
  private let codes: Matrix<Float>
  /// The steps of a descent, and the deviation of its logarithms of scales that is expected.
  static let descentSteps = 20
  private static let descentSpread = 0.3

  /// A course on rows of the table.
  init(_ course: Course, on data: SearchData, rows: [Int]) {
    self.course = course
    self.data = data
    self.rows = rows
    codes = Matrix(converting: data.codes.rows(at: rows))
  }

  /// A length scale, in median distances, and a ridge.
  struct Setting: Sendable, Hashable {
    var factor: Double
    var ridge: Double
  }

  /// What is asked of one round.
  struct Step: Sendable {
    /// Every length scale and ridge that is scored; may be none.
    var settings: [Setting]
    /// The setting that the metric of the next round is learned with; the best of this fold if nil.
    var teaching: Setting?
  }

  /// What one setting came to on one fold.
  struct Trial: Sendable {
    let setting: Setting
    /// Codes less predictions of the validation rows; nil when the system had no solution.
    let residuals: Matrix<Float>?
    /// √ of their mean square.
    let size: Double
  }

  /// Runs the rounds that there are steps for.
  ///
  /// - Returns: the trials of each round.
  func run(
    _ fold: Resampling.Fold, steps: [Step], context: ExecutionContext
  ) throws(MercerError) -> [[Trial]] {
    let (inner, outer) = data.points(
      of: course.view, training: fold.training.map { rows[$0] },
      validation: fold.validation.map { rows[$0] })
    let targets = codes.rows(at: fold.training)
    let truth = codes.rows(at: fold.validation)
    var metric = Metric.identity
    var results: [[Trial]] = []
    for (round, step) in steps.enumerated() {
      let geometry = course.geometry(ofRound: round)
      let isLast = round == steps.count - 1
      let median = try inner.medianDistance(metric: metric, exponent: geometry.exponent)
      var trials: [Trial] = []
      var solutions: [Setting: Matrix<Float>] = [:]
      for factor in step.settings.map(\.factor).unique {
        let kernel = try geometry.kernel(
          lengthScale: factor * median, metric: metric, dimension: inner.dimension, of: Float.self)
        var gram: Matrix<Float>? = try TiledGram(kernel, inputs: inner).densified(context: context)
        let cross = try TiledCrossGram(kernel, rows: outer, columns: inner)
          .densified(context: context)
        let settings = step.settings.filter { $0.factor == factor }
        for (place, setting) in settings.enumerated() {
          try context.checkCancellation()
          // The last system takes the memory of K.
          let isLast = place == settings.count - 1
          guard
            let alpha = try solve(
              &gram, isLast: isLast, kernel, inner, ridge: setting.ridge, targets, fold.training,
              context)
          else {
            trials.append(Trial(setting: setting, residuals: nil, size: .infinity))
            continue
          }
          let residuals = truth.subtracting(try cross.multiplied(by: alpha, context: context))
          trials.append(
            Trial(setting: setting, residuals: residuals, size: residuals.rootMeanSquare))
          if !isLast { solutions[setting] = alpha }
        }
      }
      results.append(trials)
      if isLast { break }
      guard let teaching = step.teaching ?? trials.min(by: { $0.size < $1.size })?.setting
      else { continue }
      metric = try next(
        metric, inner, targets, fold.training, teaching,
        known: course.teacher == geometry ? solutions[teaching] : nil, context)
    }
    return results
  }

  /// The kernel of a round, its metric learned from all rows with the settings that were found best
  /// for the rounds before.
  func kernel(
    round: Int, settings: [Setting], context: ExecutionContext
  ) throws(MercerError) -> any PointKernel<Double> {
    var metric = Metric.identity
    let points = data.points(of: course.view, training: rows, validation: []).training
    let all = Array(0..<points.count)
    for before in 0..<round {
      metric = try next(metric, points, codes, all, settings[before], known: nil, context)
    }
    let geometry = course.geometry(ofRound: round)
    let median = try points.medianDistance(metric: metric, exponent: geometry.exponent)
    return try geometry.kernel(
      lengthScale: settings[round].factor * median, metric: metric, dimension: points.dimension,
      of: Double.self)
  }

  private func next(
    _ metric: Metric, _ inner: Points<Float>, _ targets: Matrix<Float>, _ places: [Int],
    _ setting: Setting, known: Matrix<Float>?, _ context: ExecutionContext
  ) throws(MercerError) -> Metric {
    if course.shape == .descent {
      return try descended(inner, targets, places, setting, context)
    }
    let teacher = course.teacher
    let median = try inner.medianDistance(metric: metric, exponent: teacher.exponent)
    let kernel = try teacher.kernel(
      lengthScale: setting.factor * median, metric: metric, dimension: inner.dimension,
      of: Float.self)
    var coefficients = known
    if coefficients == nil {
      var gram: Matrix<Float>? = try TiledGram(kernel, inputs: inner).densified(context: context)
      coefficients = try solve(
        &gram, isLast: true, kernel, inner, ridge: setting.ridge, targets, places, context)
    }
    guard let coefficients else { return metric }
    let gradients = try GradientMetric.gradients(
      of: kernel, inputs: inner, coefficients: coefficients, context: context)
    return switch course.shape {
    case .scales, .descent:
      GradientMetric.scales(
        gradients, dimension: inner.dimension, blocks: data.views[course.view].blocks)
    case .transform:
      try GradientMetric.transform(gradients, dimension: inner.dimension, context: context)
    }
  }

  /// Scales by descent on the first of the rows, which are in random order; the largest is 1.
  private func descended(
    _ inner: Points<Float>, _ targets: Matrix<Float>, _ places: [Int], _ setting: Setting,
    _ context: ExecutionContext
  ) throws(MercerError) -> Metric {
    let few = 0..<min(inner.count, course.descentRows)
    let points = Points<Double>(Matrix(converting: inner.coordinates.rows(few)))
    let median = try inner.medianDistance(metric: .identity, exponent: course.geometry.exponent)
    let kernel = try course.geometry.kernel(
      lengthScale: setting.factor * median, metric: .identity, dimension: inner.dimension,
      of: Double.self)
    guard let kernel = kernel as? any MetricKernel<Double> else { return .identity }
    let data = try LabelledData(
      inputs: points, targets: Matrix(converting: targets.rows(few)),
      weights: data.weights.map { weights in few.map { weights[rows[places[$0]]] } })
    do {
      let found = try LengthScaleDescent(
        stepLimit: Self.descentSteps, spread: Self.descentSpread
      ).run(
        from: kernel, ridge: setting.ridge, on: data, blocks: self.data.views[course.view].blocks,
        context: context)
      let largest = found.scales.max() ?? 1
      return .scales(found.scales.map { $0 / largest })
    } catch {
      // Not even the start can be solved: another kernel will serve.
      if [.notPositiveDefinite, .didNotConverge].contains(error.code) { return .identity }
      throw error
    }
  }

  /// (K + λ W⁻¹)⁻¹ Y, or nil where even double precision makes K + λ W⁻¹ indefinite.
  ///
  /// - Parameters:
  ///   - gram: K; gone afterwards when this is the last system made from it.
  ///   - kernel: what K is of.
  private func solve(
    _ gram: inout Matrix<Float>?, isLast: Bool, _ kernel: any PointKernel<Float>,
    _ inner: Points<Float>, ridge: Double, _ targets: Matrix<Float>, _ places: [Int],
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Float>? {
    guard let stored = isLast ? gram.take() : gram else { return nil }
    let shifts = places.map { ridge / (data.weights?[rows[$0]] ?? 1) }
    if let solution = try Self.solved(consume stored, shifts, targets, context) { return solution }
    let solution = try Self.solved(
      try Self.inDouble(kernel, inner, context), shifts, Matrix<Double>(converting: targets),
      context)
    return solution.map { Matrix<Float>(converting: $0) }
  }

  /// K in Double, some rows at a time, so that it is not there in Float as well.
  private static func inDouble(
    _ kernel: any PointKernel<Float>, _ inner: Points<Float>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let n = inner.count
    var matrix = Matrix<Double>(rowCount: n, columnCount: n)
    for band in (0..<n).chunks(of: 256) {
      let part = try TiledCrossGram(kernel, rows: inner.subset(at: Array(band)), columns: inner)
        .densified(context: context)
      matrix.withUnsafeMutableBufferPointer { target in
        part.withUnsafeBufferPointer { source in
          for place in source.indices {
            target[band.lowerBound * n + place] = Double(source[place])
          }
        }
      }
    }
    return matrix
  }

  private static func solved<Element: Scalar>(
    _ gram: consuming Matrix<Element>, _ shifts: [Double], _ targets: Matrix<Element>,
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element>? {
    gram.withTile { tile in
      for (i, shift) in shifts.enumerated() { tile.base[i * tile.stride + i] += Element(shift) }
    }
    do {
      return try Cholesky(gram, context: context).solve(targets, context: context)
    } catch {
      if error.code == .notPositiveDefinite { return nil }
      throw error
    }
  }
}

extension Matrix<Float> {
  fileprivate var rootMeanSquare: Double {
    let sum = withUnsafeBufferPointer { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
    return (sum / Double(Swift.max(count, 1))).squareRoot()
  }
}

extension [Double] {
  /// The different values, in order of first appearance.
  fileprivate var unique: [Double] {
    var known: Set<Double> = []
    return filter { known.insert($0).inserted }
  }
}
