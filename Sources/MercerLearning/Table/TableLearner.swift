public import MercerCore
public import MercerData
public import MercerKernels
import MercerOperators
import MercerSolvers

/// From a table to a model: kinds and task found, kernels searched, the best fitted on all rows.
public struct TableLearner: Sendable {
  /// The column to predict.
  public var target: String
  /// The task, if not to be found from the target.
  public var task: LearningTask?
  /// Columns to leave out.
  public var ignoredColumns: [String] = []
  /// The kernel on the encoded columns, if not to be searched.
  public var kernel: (any PointKernel<Double>)?
  /// The ridge for targets of unit standard deviation, if not to be searched.
  public var ridge: Double?
  /// Whether each class weighs as much as any other.
  public var balancesClasses = false
  /// How categories are encoded.
  public var encoding = EncoderOptions()
  /// The seed of every random choice.
  public var seed: UInt64 = 0

  /// The residual up to which an iterative fit that stopped early is kept, and said to have done so.
  private static let acceptedResidual = 0.01
  /// The fewest rows unseen by the search by which alone a blend is judged.
  private static let leastWitnesses = 500

  /// A learner with nothing said but what to predict.
  public init(target: String) { self.target = target }

  /// What a fit gives beside the model.
  public struct Outcome: Sendable {
    /// The model.
    public let model: TableModel
    /// The kernels that were tried; of one line when the kernel was given.
    public let leaderboard: [KernelSearch.Candidate]
    /// Which solver, and why.
    public let plan: RidgePlan
    /// Rows without a target.
    public let droppedRows: Int
    /// Seconds for the search and for the fit.
    public let seconds: (search: Double, fit: Double)
  }

  /// Reads what there is to learn: the task, how columns become coordinates, and the plan of the
  /// solve. All that can be wrong with the input is found here, before any long work.
  ///
  /// - Complexity: O(rows · columns).
  /// - Throws: `.invalidData` for a target that is absent, missing everywhere, constant, or of one
  ///   class, and for fewer than two rows; `.invalidParameter` for an ignored column that is absent
  ///   or the target, and for a kernel that does not fit the columns; `.memoryLimit`.
  public func prepare(
    _ table: Table, context: ExecutionContext = .default
  ) throws(MercerError) -> PreparedTable {
    let column = try targetColumn(of: table)
    let (targetEncoder, truth) = try TargetEncoder.fit(
      column: column, task: task, source: table.source)
    guard truth.keptRows.count > 1 else {
      throw MercerError(
        .invalidData, "one row with a target is not enough to learn from",
        at: .init(file: table.source), remedy: "a fit needs at least two")
    }
    let rows = truth.droppedRowCount == 0 ? table : table.rows(at: truth.keptRows)
    var encoding = encoding
    // A kernel that was given speaks of the columns as they are.
    if kernel == nil { encoding.addsRanks = true }
    let encoder = try TableEncoder.fit(
      table: rows, excluding: [target] + ignoredColumns, options: encoding)
    let inputs = try encoder.encode(rows, as: Double.self)
    if let kernel { try check(kernel, on: inputs, encoder, source: table.source) }
    let problem = try TableProblem(
      truth: truth, classCount: targetEncoder.classNames.count, balanced: balancesClasses,
      place: .init(file: table.source, column: quoted(target)))
    let plan = try RidgePlan.plan(
      rowCount: inputs.count, targetCount: problem.codes.columnCount, context: context)
    return PreparedTable(
      source: table.source, encoder: encoder, target: targetEncoder, plan: plan,
      droppedRows: truth.droppedRowCount, inputs: inputs, problem: problem)
  }

  /// Binds the kernel to one row, which finds, for instance, that there are not as many scales as
  /// coordinates.
  private func check(
    _ kernel: any PointKernel<Double>, on inputs: Points<Double>, _ encoder: TableEncoder,
    source: String
  ) throws(MercerError) {
    do throws(MercerError) {
      _ = try TiledGram(kernel, inputs: inputs.subset(at: [0]))
    } catch {
      throw MercerError(
        error.code, error.message, at: error.place ?? .init(file: source),
        remedy: error.remedy ?? "the coordinates are \(listed(encoder.featureNames))")
    }
  }

  private func targetColumn(of table: Table) throws(MercerError) -> Column {
    let names = table.columns.map(\.name)
    guard let column = table.column(named: target) else {
      throw MercerError(
        .invalidData,
        "there is no column \(quoted(target))\(Suggestion.text(for: target, among: names))",
        at: .init(file: table.source), remedy: "the columns are \(listed(names))")
    }
    guard !ignoredColumns.contains(target) else {
      throw MercerError(
        .invalidParameter, "the column \(quoted(target)) is the target and cannot be ignored",
        at: .init(file: table.source), remedy: "ignore another column, or name another target")
    }
    guard table.rowCount > 1 else {
      throw MercerError(
        .invalidData, "one row is not enough to learn from", at: .init(file: table.source),
        remedy: "a fit needs at least two rows")
    }
    return column
  }

  /// Fits to a table.
  ///
  /// - Throws: as `prepare`, and what the solvers throw.
  public func fit(
    _ table: Table, context: ExecutionContext = .default
  ) throws(MercerError) -> Outcome {
    try fit(prepare(table, context: context), context: context)
  }

  /// Fits to a table that this learner has prepared.
  ///
  /// - Throws: what the solvers throw; `.cancelled`.
  public func fit(
    _ prepared: PreparedTable, context: ExecutionContext = .default
  ) throws(MercerError) -> Outcome {
    let clock = ContinuousClock()
    let (inputs, problem, plan) = (prepared.inputs, prepared.problem, prepared.plan)
    let started = clock.now
    let found = try search(prepared, context)
    let searched = clock.now
    let fitted = try fit(inputs, problem, found, plan, context)
    let finished = clock.now

    let history = TableModel.History(
      source: prepared.source, rows: inputs.count, validationMethod: fitted.validationMethod,
      validation: fitted.validation, naive: problem.naive, seed: seed,
      version: MercerVersion.current)
    return Outcome(
      model: TableModel(
        encoder: prepared.encoder, target: prepared.target, regression: fitted.regression,
        calibration: fitted.calibration, spread: fitted.spread, history: history),
      leaderboard: found.leaderboard, plan: plan, droppedRows: prepared.droppedRows,
      seconds: ((searched - started).seconds, (finished - searched).seconds))
  }

  // MARK: - The steps

  private struct Choice {
    /// The kernels of the blend with their ridges, the best first.
    let members: [(kernel: any PointKernel<Double>, ridge: Double)]
    let leaderboard: [KernelSearch.Candidate]
    /// Rows that the kernels were learned from: what is left out of these says too little.
    var seen: Set<Int> = []
  }

  private func search(
    _ prepared: PreparedTable, _ context: ExecutionContext
  ) throws(MercerError) -> Choice {
    let (inputs, problem, plan) = (prepared.inputs, prepared.problem, prepared.plan)
    if let kernel, let ridge { return Choice(members: [(kernel, ridge)], leaderboard: []) }
    guard let kernel else {
      return try searchBlend(prepared, context)
    }
    var search = KernelSearch(seed: seed)
    // An iteration with products in Float does not get to the end of a system as ill-conditioned as
    // a smaller ridge would make it.
    if plan.method != .exact { search.ridges = KernelSearch.halfDecades(from: -6, to: 2) }
    let data = try LabelledData(
      inputs: inputs, targets: problem.codes, weights: problem.weights)
    let result = try search.chooseRidge(
      for: kernel, on: data, score: problem.score, context: context)
    return Choice(members: [(result.kernel, result.ridge)], leaderboard: result.leaderboard)
  }

  private func searchBlend(
    _ prepared: PreparedTable, _ context: ExecutionContext
  ) throws(MercerError) -> Choice {
    let (inputs, problem, plan) = (prepared.inputs, prepared.problem, prepared.plan)
    var search = BlendSearch()
    search.seed = seed
    search.memberLimit = Self.memberCount(rowCount: inputs.count, method: plan.method)
    search.rowLimit = min(search.rowLimit, BlendSearch.rowLimit(context: context))
    if plan.method != .exact { search.grid.ridges = search.grid.ridges.filter { $0 >= 1e-3 } }
    if let ridge { search.grid.ridges = [ridge] }
    let found = try search.run(
      inputs: inputs, views: BlendSearch.views(of: prepared.encoder), codes: problem.codes,
      weights: problem.weights, score: problem.score ?? meanSquare, context: context)
    return Choice(
      members: found.members.map { ($0.kernel, $0.ridge) }, leaderboard: found.leaderboard,
      seen: Set(found.rows))
  }

  /// The mean square of all residuals.
  private var meanSquare: @Sendable ([Int], Matrix<Double>) -> Double {
    { _, residuals in residuals.elements.reduce(0) { $0 + $1 * $1 } / Double(residuals.count) }
  }

  /// How many kernels are blended: at most 8, and as many as half a minute allows at 2 · 10¹¹
  /// operations a second, so that sizes alone decide.
  static func memberCount(rowCount n: Int, method: RidgePlan.Method) -> Int {
    guard method == .exact else { return 1 }
    let seconds = 2 / 3 * Double(n) * Double(n) * Double(n) / 2e11
    return max(1, min(8, Int(30 / max(seconds, 1))))
  }

  private struct Fitted {
    let regression: KernelRidgeBlend
    let calibration: ProbabilityCalibration?
    let spread: ResidualSpread?
    let validation: TableMetrics
    let validationMethod: String
  }

  private func fit(
    _ inputs: Points<Double>, _ problem: TableProblem, _ choice: Choice, _ plan: RidgePlan,
    _ context: ExecutionContext
  ) throws(MercerError) -> Fitted {
    let all = Array(0..<inputs.count)
    let data = try LabelledData(
      inputs: inputs, targets: problem.codes, weights: problem.weights)
    // Where enough rows took no part in the search, they alone say how good the blend is.
    let unseen = all.filter { !choice.seen.contains($0) }
    let witnesses = unseen.count >= Self.leastWitnesses ? unseen : all
    if plan.method == .exact {
      var models: [KernelRidgeModel] = []
      for (kernel, ridge) in choice.members {
        let estimator = try KernelRidge(kernel: kernel, ridge: ridge, solver: .exact())
        models.append(try estimator.fit(data, context: context))
        context.progress?(
          WorkProgress(
            stage: "fit", fraction: Double(models.count) / Double(choice.members.count)))
      }
      let blend = try KernelRidgeBlend(members: models)
      guard let residuals = blend.leaveOneOutResiduals else {
        throw MercerError(.internalFailure, "an exact fit gave no leave-one-out residuals")
      }
      return try assess(
        blend, problem, rows: witnesses, residuals: residuals.rows(at: witnesses),
        method: witnesses.count == all.count
          ? "leave-one-out" : "leave-one-out of \(witnesses.count) rows the search has not seen")
    }
    // Leaving each row out in turn would need a factorisation; some rows are kept aside instead.
    var stream = RandomStream(seed: seed, purpose: "hold-out rows")
    let heldCount = max(1, min(max(inputs.count / 50, 200), 2000, inputs.count / 5))
    let held = stream.sample(min(heldCount, witnesses.count), of: witnesses.count)
      .map { witnesses[$0] }
    let isHeld = Set(held)
    let kept = try data.subset(at: all.filter { !isHeld.contains($0) })
    var models: [KernelRidgeModel] = []
    for (kernel, ridge) in choice.members {
      var estimator = try KernelRidge(kernel: kernel, ridge: ridge)
      estimator.solver = .iterative(
        IterativeRidge(rank: plan.rank, onNonConvergence: .returnBest, seed: seed),
        stored: plan.method == .iterativeStored)
      let model = try estimator.fit(kept, context: context)
      if let residual = model.report.relativeResidual, residual > Self.acceptedResidual {
        throw MercerError(
          .didNotConverge,
          "the fit stopped at relative residual \(residual) after "
            + "\(model.report.iterations) products",
          remedy: "give it a larger --ridge, more --memory, or another --kernel")
      }
      models.append(model)
    }
    let blend = try KernelRidgeBlend(members: models)
    let predicted = try blend.predict(inputs.subset(at: held), context: context)
    let residuals = problem.codes.rows(at: held).subtracting(predicted)
    return try assess(
      blend, problem, rows: held, residuals: residuals, method: "hold-out of \(held.count) rows")
  }

  /// Calibrates on residuals of unseen rows and measures the model by them, then takes it back to
  /// the target's own units.
  private func assess(
    _ model: KernelRidgeBlend, _ problem: TableProblem, rows: [Int], residuals: Matrix<Double>,
    method: String
  ) throws(MercerError) -> Fitted {
    let scaled = model.scaled(by: problem.unit, adding: problem.offsets)
    switch problem.task {
    case .regression:
      let errors = residuals.elements.map { $0 * problem.unit }
      let spread = ResidualSpread(residuals: errors)
      let values = rows.map { problem.truth.values[$0] }
      let inside = errors.count { abs($0) <= spread.halfWidth(level: 0.9) }
      let metrics = RegressionMetrics(
        targets: values, predictions: zip(values, errors).map { $0 - $1 },
        deviation: spread.deviation)
      return Fitted(
        regression: scaled, calibration: nil, spread: spread,
        validation: .regression(
          metrics, intervalCoverage: Double(inside) / Double(errors.count)),
        validationMethod: method)
    case .binary, .multiclass:
      let scores = problem.scores(rows: rows, residuals: residuals)
      let labels = rows.map { problem.truth.classIndices[$0] }
      let calibration = ProbabilityCalibration(fitting: scores, labels: labels)
      let metrics = ClassificationMetrics(
        labels: labels, probabilities: calibration.probabilities(scores))
      return Fitted(
        regression: scaled, calibration: calibration, spread: nil,
        validation: .classification(metrics), validationMethod: method)
    }
  }
}
