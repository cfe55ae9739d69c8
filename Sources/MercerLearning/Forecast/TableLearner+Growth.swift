import MercerCore
import MercerData
import MercerKernels
import RealModule
import Synchronization

/// The forecast that comes with a fit.
extension TableLearner {
  /// The share of the budget that it may take.
  private static let growthShare = 0.1
  /// The kernels of the blend that it is made from, at most.
  private static let growthMembers = 3
  /// Rows of which a spectrum is taken: cheap beside everything else.
  private static let growthSpectrumRows = 500

  /// Whether more rows would help: the best kernels of the blend on growing parts of the table, each
  /// tested on the rest of it.
  ///
  /// The search is not made again, but metrics are learned anew from each part alone, as those of all
  /// rows would make the small parts too good. Settings are those that the search found.
  /// A kernel that was given is fitted to the parts as it is, with the ridge of all rows.
  /// - Returns: nil for validation by time, for too few rows, where parts hold too
  ///   little to learn from, where parts up to a quarter of the rows take more than a tenth of the
  ///   budget, where all rows are more than the memory has room for, and where the fit is a sum over
  ///   centres: parts keep the kernel values of all rows that they have not seen.
  /// - Throws: `.cancelled`, and what the solvers throw.
  func growth(
    of choice: KernelChoice, on prepared: PreparedTable, context: ExecutionContext
  ) throws(MercerError) -> TableForecast? {
    guard mayForecast(prepared) else { return nil }
    let count = prepared.inputs.count
    guard !choice.leaders.isEmpty else {
      return try givenGrowth(of: choice, on: prepared, context: context)
    }
    let truth = prepared.problem.truth
    let data = searchData(prepared)
    let leaders = Array(choice.leaders.prefix(Self.growthMembers))
    let allowance = growthSeconds(for: prepared)
    let groups: [Int]? = if case .grouped(let found) = prepared.resampling { found } else { nil }
    let plan = CurvePlan(
      targets: truth.task == .regression ? truth.values : truth.classIndices.map { Double($0) },
      groups: groups, allowance: allowance, seed: seed, dropsSizes: true
    ) { rows in
      leaders.reduce(0) { sum, leader in
        sum + Double(leader.round + 1)
          * SearchPlan.roundSeconds(
            training: Double(rows), validation: Double(count - rows),
            features: data.views[leader.course.view].features.count,
            targets: data.codes.columnCount, factors: 1, settings: 1)
      }
    }
    let largest = plan.runs.map(\.size).max() ?? 0
    let isSmall = BlendSearch.rowLimit(context: context) >= count
    guard plan.cost <= allowance, 4 * largest >= plan.blocks.count, isSmall else { return nil }
    let weights = choice.members.prefix(leaders.count).map(\.weight)
    let sizes = try measure(
      plan, leaders: leaders, weights: weights, data, prepared.problem,
      sparing(prepared, data, largest: largest * count / plan.blocks.count, context))
    return try forecast(sizes, of: choice, on: prepared, context: context)
  }

  /// The most seconds that the forecast of a fit with a search takes.
  func growthSeconds(for prepared: PreparedTable) -> Double {
    mayForecast(prepared) ? Self.growthShare * budget(for: prepared) : 0
  }

  private func mayForecast(_ prepared: PreparedTable) -> Bool {
    wantsForecast && timeColumn == nil && prepared.inputs.count >= CurvePlan.leastRows
      && prepared.plan.method != .centres
  }

  /// The forecast from what was measured, and from a spectrum.
  func forecast(
    _ sizes: [[[LearningCurve.Measure: LearningCurve.Run]]], of choice: KernelChoice,
    on prepared: PreparedTable, context: ExecutionContext
  ) throws(MercerError) -> TableForecast? {
    guard sizes.count > 1 else { return nil }
    let (truth, count) = (prepared.problem.truth, prepared.inputs.count)
    let spectrum: GramEigenlearning
    do throws(MercerError) {
      spectrum = try prepared.eigenlearning(
        of: choice.members[0].kernel, limit: Self.growthSpectrumRows, seed: seed, context: context)
    } catch {
      // A part in which nothing varies.
      if error.code == .invalidData { return nil }
      throw error
    }
    return try Self.forecast(
      sizes, spectrum, ridges: ridge.map { [$0] } ?? PreparedTable.forecastRidges,
      task: truth.task, rows: count, asked: [2, 4, 8].map { $0 * count },
      droppedRows: prepared.droppedRows, kernel: choice.members[0].kernel.description)
  }

  /// The context with as many threads as fit into what the search and the fit have taken.
  private func sparing(
    _ prepared: PreparedTable, _ data: SearchData, largest: Int, _ context: ExecutionContext
  ) -> ExecutionContext {
    let width = data.views.largestWidth
    let plan = blendSearch(prepared, data, context).plan
    let room = memory(of: prepared, search: plan, viewWidth: width, context).peak
    let test = prepared.inputs.count - largest
    let one = FitMemory.courseBytes(
      training: largest, validation: test, width: width, targets: data.codes.columnCount)
    var context = context
    context.threadCount = min(context.threadCount, max(1, room / max(one, 1)))
    return context
  }

  /// The runs of each size, by measure.
  private func measure(
    _ plan: CurvePlan, leaders: [BlendSearch.Candidate], weights: [Double], _ data: SearchData,
    _ problem: TableProblem, _ context: ExecutionContext
  ) throws(MercerError) -> [[[LearningCurve.Measure: LearningCurve.Run]]] {
    let all = Array(0..<data.inputs.count)
    let courses = leaders.map { CourseRun($0.course, on: data, rows: all) }
    let folds = plan.runs.map { run in
      let (training, test) = plan.rows(of: run)
      return Resampling.Fold(training: training, validation: test)
    }
    var single = context
    single.threadCount = 1
    single.progress = nil
    let inner = single
    let found = Mutex([Int: Matrix<Float>]())
    let taskCount = folds.count * leaders.count
    try context.forEach(taskCount) { (task) throws(MercerError) in
      // The largest first, so that no thread waits for one at the end.
      let place = taskCount - 1 - task
      let (fold, leader) = (place / leaders.count, place % leaders.count)
      let candidate = leaders[leader]
      let steps = (0...candidate.round).map { round in
        let setting = candidate.settings[round]
        return CourseRun.Step(
          settings: round == candidate.round ? [setting] : [], teaching: setting)
      }
      let trials = try courses[leader].run(folds[fold], steps: steps, context: inner)
      guard let missed = trials.last?.first?.residuals else { return }
      found.withLock { $0[place] = missed }
    }
    let residuals = found.withLock { $0 }
    return Self.curveRuns(of: plan, problem) { index in
      let parts = leaders.indices.compactMap { residuals[index * leaders.count + $0] }
      guard parts.count == leaders.count else { return nil }
      let blended = BlendWeights.blended(
        parts.map { Matrix<Double>(converting: $0) }, weights)
      return blended.scaled(by: 1 / weights.reduce(0, +))
    }
  }

  /// The runs of each size, by measure, from the residuals on the rows that each is tested on; a run is
  /// left out where there are none.
  static func curveRuns(
    of plan: CurvePlan, _ problem: TableProblem, residuals: (_ run: Int) -> Matrix<Double>?
  ) -> [[[LearningCurve.Measure: LearningCurve.Run]]] {
    var sizes: [[[LearningCurve.Measure: LearningCurve.Run]]] = []
    var size = 0
    for (index, run) in plan.runs.enumerated() {
      let (training, test) = plan.rows(of: run)
      if let labels = problem.classLabels(at: training), Set(labels).count < 2 { continue }
      guard !test.isEmpty, let missed = residuals(index) else { continue }
      let losses = problem.losses(rows: test, residuals: missed)
      guard losses.values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { continue }
      if size != run.size {
        size = run.size
        sizes.append([])
      }
      sizes[sizes.count - 1].append(
        losses.mapValues {
          LearningCurve.Run(trainingRows: training.count, rows: test, losses: $0)
        })
    }
    return sizes
  }
}

extension TableProblem {
  fileprivate func classLabels(at rows: [Int]) -> [Int]? {
    task == .regression ? nil : rows.map { truth.classIndices[$0] }
  }

  /// The losses of single rows, given by how much a regression misses their codes: squares on the
  /// target's own scale, or what calibrated probabilities say of the classes.
  fileprivate func losses(
    rows: [Int], residuals: Matrix<Double>
  ) -> [LearningCurve.Measure: [Double]] {
    let scores = scores(rows: rows, residuals: residuals)
    guard task == .regression else {
      let labels = rows.map { truth.classIndices[$0] }
      let calibration = ProbabilityCalibration(
        fitting: scores, labels: labels,
        weights: rowWeights.map { weights in rows.map { weights[$0] } },
        shiftsClasses: isBalanced)
      let probabilities = calibration.probabilities(scores)
      return [
        .error: labels.enumerated().map { probabilities.row($0).indexOfLargest == $1 ? 0 : 1 },
        .logLoss: labels.enumerated().map { -Double.log(max(probabilities[$0, $1], 1e-15)) },
      ]
    }
    var predictions = scores.elements
    if transform != .identity {
      let inverse = SmearedInverse(
        transform, predictions: predictions, residuals: residuals.elements.map { $0 * unit })
      predictions = predictions.map(inverse.mean)
    }
    return [
      .rmse: zip(rows, predictions).map { row, value in
        (truth.values[row] - value) * (truth.values[row] - value)
      }
    ]
  }
}
