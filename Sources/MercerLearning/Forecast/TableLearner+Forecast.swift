public import MercerCore
public import MercerData
import MercerKernels
import RealModule

extension TableLearner {
  /// Measures this learner on growing parts of a table and forecasts its error on more rows.
  ///
  /// Every measurement is a whole fit, search and all, tested on rows that took no part in it. What
  /// they say is joined with what the spectrum of the best kernel says: a posterior over curves. Rows
  /// that are tested count the same, whatever their weights.
  /// - Parameters:
  ///   - table: at least 40 rows with a target.
  ///   - rows: from the number of rows with a target, the numbers of rows to forecast for.
  ///   - context: threads, memory limit, progress and cancellation.
  /// - Complexity: as two fits of the whole table, and twenty seconds more for a small one.
  /// - Throws: as `prepare` and `fit`; `.invalidData` for fewer rows, and where the parts are too
  ///   small to learn from.
  public func forecast(
    _ table: Table, rows: (_ count: Int) -> [Int] = { [2 * $0, 4 * $0, 8 * $0] },
    context: ExecutionContext = .default
  ) throws(MercerError) -> TableForecast {
    guard timeColumn == nil else {
      throw MercerError(
        .invalidParameter, "a forecast learns from parts of the rows in any order, not by time",
        remedy: "leave out the column of times")
    }
    let prepared = try prepare(table, context: context)
    let truth = prepared.problem.truth
    let count = truth.keptRows.count
    guard count >= CurvePlan.leastRows else {
      throw MercerError(
        .invalidData,
        "\(count) rows with a target are too few for a forecast: parts of them say little",
        at: .init(file: table.source), remedy: "give at least \(CurvePlan.leastRows)")
    }
    let asked = rows(count)
    guard asked.allSatisfy({ $0 > 0 }) else {
      throw MercerError(.invalidParameter, "a forecast is for a number of rows above 0")
    }
    let kept = count == table.rowCount ? table : table.rows(at: truth.keptRows)
    let plan = curvePlan(prepared)
    let measured = try measure(plan, kept, truth, context)
    guard let largest = measured.largest, measured.sizes.count > 1 else {
      throw MercerError(
        .invalidData, "parts of the table are too small to learn from, so there is no curve",
        at: .init(file: table.source), remedy: "give more rows of the rarer classes")
    }
    context.progress?(WorkProgress(stage: "spectrum", fraction: 0))
    let member = largest.model.regression.members[0]
    let spectrum = try largest.prepared.eigenlearning(
      of: member.kernel, seed: seed, context: context)
    return try Self.forecast(
      measured.sizes, spectrum, ridges: ridge.map { [$0] } ?? PreparedTable.forecastRidges,
      task: truth.task, rows: count, asked: asked, droppedRows: prepared.droppedRows,
      kernel: member.kernel.description)
  }

  /// Which parts are learned from: within twice the time of a fit of all rows, and twenty seconds.
  private func curvePlan(_ prepared: PreparedTable) -> CurvePlan {
    let truth = prepared.problem.truth
    var groups: [Int]?
    if case .grouped(let found) = prepared.resampling { groups = found }
    // A kernel that is given takes no search, and a fit that grows with the cube of the rows.
    let isFixed = kernel != nil
    let (all, price) = (Double(truth.keptRows.count), prepared.plan.secondsPerEntry)
    let cost = { (rows: Int) -> Double in
      guard isFixed else { return SearchPlan.defaultBudget(rowCount: rows) }
      let (m, thousands) = (Double(rows), Double(rows) / 1000)
      // Values of the kernel among the part, and between it and all other rows.
      return 0.5 + 0.03 * thousands * thousands * thousands
        + price / 2 * (m * m / 2 + m * (all - m))
    }
    return CurvePlan(
      targets: truth.task == .regression ? truth.values : truth.classIndices.map { Double($0) },
      groups: groups, allowance: 2 * cost(truth.keptRows.count) + 20, seed: seed, cost: cost)
  }

  /// What the runs of a plan gave.
  private struct Measured {
    /// For each size that could be learned from, its runs by measure.
    var sizes: [[[LearningCurve.Measure: LearningCurve.Run]]] = []
    /// The fit of the most rows.
    var largest: (prepared: PreparedTable, model: TableModel)?
  }

  private func measure(
    _ plan: CurvePlan, _ table: Table, _ truth: Target, _ context: ExecutionContext
  ) throws(MercerError) -> Measured {
    var learner = self
    learner.task = truth.task
    // Fits that a slow machine cuts short would bend the curve.
    learner.stopsWhenLate = false
    learner.wantsForecast = false
    var quiet = context
    quiet.progress = nil
    var measured = Measured()
    var size = 0
    let learned = plan.runs.map { Double(plan.rows(of: $0).training.count) }
    for (index, run) in plan.runs.enumerated() {
      context.progress?(
        WorkProgress(
          stage: "learning curve",
          fraction: learned[..<index].reduce(0, +) / learned.reduce(0, +),
          detail: "\(Int(learned[index])) rows"))
      let (training, test) = plan.rows(of: run)
      guard training.count > 1, !test.isEmpty else { continue }
      let part = table.rows(at: training)
      if let budget {
        learner.budget =
          budget * SearchPlan.defaultBudget(rowCount: training.count)
          / SearchPlan.defaultBudget(rowCount: table.rowCount)
      }
      let model: TableModel
      do throws(MercerError) {
        let prepared = try learner.prepare(part, context: quiet)
        model = try learner.fit(prepared, context: quiet).model
        measured.largest = (prepared, model)
      } catch {
        // A part may hold one class only, or nothing but constants.
        if error.code == .invalidData { continue }
        throw error
      }
      let predictions = try model.predict(table.rows(at: test), context: quiet).predictions
      let losses = predictions.losses(rows: test, of: truth, trainingRows: training.count)
      if size != run.size || measured.sizes.isEmpty {
        size = run.size
        measured.sizes.append([])
      }
      measured.sizes[measured.sizes.count - 1].append(
        losses.mapValues {
          LearningCurve.Run(trainingRows: training.count, rows: test, losses: $0)
        })
    }
    return measured
  }

  // MARK: - From measurements to a forecast

  static func forecast(
    _ sizes: [[[LearningCurve.Measure: LearningCurve.Run]]], _ spectrum: GramEigenlearning,
    ridges: [Double], task: LearningTask, rows count: Int, asked: [Int], droppedRows: Int,
    kernel: String
  ) throws(MercerError) -> TableForecast {
    let now = try spectrum.bestRisk(rows: Double(count), ridges: ridges)
    let far = try spectrum.bestRisk(rows: Double(8 * count), ridges: ridges)
    let expected = Self.expectation(
      from: count, to: 8 * count, change: Double.log(far.error / now.error))
    var curves: [TableForecast.Curve] = []
    for measure in LearningCurve.Measure.allCases where sizes[0][0][measure] != nil {
      let curve = LearningCurve(
        measure, sizes: sizes.map { $0.compactMap { $0[measure] } }, rowCount: count)
      let fit = try CurveFit(curve.logarithms, expecting: [expected])
      let power = measure == .rmse ? 0.5 : 1
      func scaled(_ estimate: CurveFit.Estimate) -> TableForecast.Estimate {
        TableForecast.Estimate(
          error: Double.pow(estimate.error, power), lower: Double.pow(estimate.lower, power),
          upper: Double.pow(estimate.upper, power))
      }
      let places = Set(curve.points.map(\.rows) + [count] + asked).sorted()
      let anchor = scaled(fit.estimate(rows: Double(count))).error
      var points: [TableForecast.Point] = []
      for place in places {
        let risk = try spectrum.bestRisk(rows: Double(place), ridges: ridges)
        points.append(
          TableForecast.Point(
            rows: place, expected: scaled(fit.estimate(rows: Double(place))),
            eigenlearning: anchor * Double.pow(risk.error / now.error, power)))
      }
      let ratio = { (factor: Double) in
        scaled(fit.ratio(rows: factor * Double(count), to: Double(count)))
      }
      curves.append(
        TableForecast.Curve(
          measured: curve, forecasts: points, doubling: ratio(2), tenthLess: growth(to: 0.9, ratio))
      )
    }
    return TableForecast(
      task: task, rows: count, droppedRows: droppedRows, runs: sizes.reduce(0) { $0 + $1.count },
      kernel: kernel,
      spectrum: TableForecast.Spectrum(
        rows: spectrum.rowCount, learnedModes: now.learned,
        unlearnedShare: now.error / spectrum.targetPower,
        noiseShare: spectrum.noise / spectrum.targetPower),
      curves: curves)
  }

  /// What the spectrum expects is taken for good to half of itself: the kernel that it knows is not
  /// the one that a learner would find on more rows.
  private static func expectation(
    from: Int, to: Int, change: Double
  ) -> CurveFit.Expectation {
    CurveFit.Expectation(
      from: Double(from), to: Double(to), change: change, deviation: 0.05 + 0.5 * abs(change))
  }

  /// The multiple of the rows at which the error is a share of what it is, and at which its bounds are.
  private static func growth(
    to share: Double, _ ratio: (Double) -> TableForecast.Estimate
  ) -> TableForecast.Growth? {
    func multiple(_ value: (TableForecast.Estimate) -> Double) -> Double? {
      guard value(ratio(1000)) <= share else { return nil }
      var (low, high) = (0.0, Double.log(1000))
      while high - low > 0.001 {
        let middle = (low + high) / 2
        if value(ratio(Double.exp(middle))) <= share { high = middle } else { low = middle }
      }
      return Double.exp(high)
    }
    return multiple(\.error).map {
      TableForecast.Growth(factor: $0, least: multiple(\.lower), most: multiple(\.upper))
    }
  }
}
