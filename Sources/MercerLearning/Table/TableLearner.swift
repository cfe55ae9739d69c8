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
  /// The solver of the last fit, if not to follow from size and memory.
  public var solver = RidgeSolver.automatic
  /// Whether each class weighs as much as any other.
  public var balancesClasses = false
  /// How categories are encoded.
  public var encoding = EncoderOptions()
  /// The column whose equal values stay together on one side of every split; it is no feature.
  public var groupColumn: String?
  /// The column of times: validation is on rows later than those learned from.
  public var timeColumn: String?
  /// The column that says how much each row counts, none below 0; it is no feature. A row of weight 0 is
  /// as if it were not there.
  public var weightColumn: String?
  /// The number of folds of the search, at least 2, if not to follow from the size.
  public var foldCount: Int?
  /// The seconds that the search and the fit should take, if not to follow from the size. What is
  /// tried is fixed from it beforehand.
  public var budget: Double?
  /// Whether a fit that has taken half as long again as its budget stops trying, and says so; where none
  /// was asked for, not before a minute. By default not: then the result depends on the table and the seed
  /// alone, however slow the machine.
  public var stopsWhenLate = false
  /// To what the coordinates of the training rows are rounded before the fit, so that the model file
  /// holds exactly what was fitted; with `.half`, coefficients are kept in Float.
  public var precision = Precision.float
  /// The seed of every random choice.
  public var seed: UInt64 = 0
  /// Whether a fit says if more rows would help.
  package var wantsForecast = true
  /// The only kind of course that the search tries, for checks of each; nil for all.
  package var onlyCourses: Course.Kind?

  /// A learner with nothing said but what to predict.
  public init(target: String) { self.target = target }

  /// What a fit gives beside the model.
  public struct Outcome: Sendable {
    /// The model.
    public let model: TableModel
    /// The rows that the validation is of, with what was said of them.
    public let judged: JudgedRows
    /// The kernels that were tried; of one line when the kernel was given.
    public let leaderboard: [KernelSearch.Candidate]
    /// Which solver, and why.
    public let plan: RidgePlan
    /// Whether more rows would help, as far as a tenth of the time tells; nil where it cannot tell.
    public let forecast: TableForecast?
    /// The eigenvalues of the kernel of the model, where it was found on the way: of a kernel of which a
    /// value is dear.
    public let spectrum: GramSpectrum?
    /// Rows without a target.
    public let droppedRows: Int
    /// Rows of weight 0, which are left out, too.
    public let weightlessRows: Int
    /// Whether the time was over before all was tried that was planned.
    public let stoppedEarly: Bool
    /// Seconds for the search and for the fit.
    public let seconds: (search: Double, fit: Double)
  }

  /// Reads what there is to learn: the task, how columns become coordinates, and the plan of the
  /// solve. All that can be wrong with the input is found here, before any long work.
  ///
  /// - Complexity: O(rows · columns).
  /// - Throws: `.invalidData` for a target that is absent, missing everywhere, constant, or of one
  ///   class, for weights that are not numbers from 0, and for fewer than two rows that count; `.invalidParameter` for an ignored column that is absent
  ///   or the target, and for a kernel that does not fit the columns; `.memoryLimit`.
  public func prepare(
    _ whole: Table, context: ExecutionContext = .default
  ) throws(MercerError) -> PreparedTable {
    let table = weighedRows(of: whole)
    guard table.rowCount > 0 || whole.rowCount == 0 else {
      throw MercerError(
        .invalidData, "all rows have weight 0",
        at: .init(file: table.source, column: weightColumn.map(quoted)),
        remedy: "give the rows that shall count a weight above 0")
    }
    let column = try targetColumn(of: table)
    try checkOptions()
    let (targetEncoder, truth) = try TargetEncoder.fit(
      column: column, task: task, source: table.source)
    guard truth.keptRows.count > 1 else {
      throw MercerError(
        .invalidData, "one row with a target is not enough to learn from",
        at: .init(file: table.source), remedy: "a fit needs at least two")
    }
    try checkClasses(
      targetEncoder.classNames.count, rowCount: truth.keptRows.count, table, context)
    let rows = truth.droppedRowCount == 0 ? table : table.rows(at: truth.keptRows)
    let roles = try RowRoles(of: self, in: rows)
    let problem = try TableProblem(
      truth: truth.numbering(rows: table.rowNumbers), classCount: targetEncoder.classNames.count,
      balanced: balancesClasses,
      rowWeights: roles.weights, place: .init(file: table.source, column: quoted(target)))
    var encoding = encoding
    // A kernel that was given speaks of the columns as they are.
    if kernel == nil { encoding.additions.formUnion(EncoderOptions.Addition.allCases) }
    // One of images or sequences takes them as the numbers of one array.
    if let expression = kernel?.expression, expression.inputShape != nil {
      encoding.sharesScale = true
      encoding.absentCells = expression.inputMask.map(AbsentCells.init)
    }
    let encoder = try TableEncoder.fit(
      table: rows,
      excluding: [target] + ignoredColumns + [groupColumn, weightColumn].compactMap(\.self),
      options: encoding, targets: problem.codes, weights: problem.weights)
    // The coordinates, and once more with the means of targets. Where they are small the table itself
    // weighs more, which no limit on work forbids.
    let encodedBytes = 16 * rows.rowCount * encoder.featureCount
    if encodedBytes > 1 << 24 {
      try context.checkMemory(encodedBytes, for: "encoding \(rows.rowCount) rows")
    }
    let targetMeans = try encoder.targetMeanFeatures(of: rows)
    let inputs = targetMeans.outOfFold(
      try encoder.encode(rows, as: Double.self), targets: problem.codes,
      weights: problem.weights, groups: roles.groups, seed: seed)
    let kernel = try kernelOfCoordinates
    var left = context
    var price = 0.0
    if let kernel {
      (left, price) = try check(kernel, on: inputs, encoder, source: table.source, context)
    }
    let width = SearchData.views(of: encoder).largestWidth
    let bound = RidgeCentres.boundBytes(dimension: width, threadCount: context.threadCount)
    var plan = try RidgePlan.plan(
      rowCount: inputs.count, targetCount: problem.codes.columnCount,
      featureCount: Self.seenWidth(of: encoder),
      seconds: Self.memberShare * (budget ?? SearchPlan.defaultBudget(rowCount: inputs.count)),
      solver: solver, rowBytes: 4 * inputs.count * width + bound.rows, centreBytes: bound.centre,
      context: left)
    if price > 0 {
      plan = plan.pricing(
        secondsPerEntry: price, rowCount: inputs.count, targetCount: problem.codes.columnCount,
        mayChange: solver == .automatic, limit: left.memoryLimit)
    }
    // A kernel that was given learns the target as it is.
    let transforms =
      self.kernel == nil && problem.task == .regression
      ? TargetTransform.candidates(for: problem.truth.values) : [.identity]
    return PreparedTable(
      source: table.source, encoder: encoder, target: targetEncoder, plan: plan,
      droppedRows: truth.droppedRowCount, weightlessRows: whole.rowCount - table.rowCount,
      transforms: transforms,
      inputs: inputs, problem: problem, targetMeans: targetMeans, resampling: roles.resampling)
  }

  /// A number that is misspelt in one row makes a class of every number.
  private func checkClasses(
    _ count: Int, rowCount: Int, _ table: Table, _ context: ExecutionContext
  ) throws(MercerError) {
    // Codes, scores and residuals of each class and row.
    let bytes = 24 * count * rowCount
    guard count > 2, bytes > context.memoryLimit else { return }
    throw MercerError(
      .memoryLimit,
      "\(count) classes in \(rowCount) rows need \(ByteCount(bytes)), more than the limit of "
        + "\(ByteCount(context.memoryLimit))",
      at: .init(file: table.source, column: quoted(target)),
      remedy: "if it should hold numbers, mend the cells that do not; else raise --memory")
  }

  private func checkOptions() throws(MercerError) {
    if groupColumn != nil, timeColumn != nil {
      throw MercerError(
        .invalidParameter, "rows are kept apart by group or by time, not by both",
        remedy: "leave out --group or --time")
    }
    if let foldCount, foldCount < 2 {
      throw MercerError(.invalidParameter, "there must be at least 2 folds, not \(foldCount)")
    }
    if let budget, !(budget > 0 && budget.isFinite) {
      throw MercerError(.invalidParameter, "the budget must be a number of seconds above 0")
    }
  }

  /// Binds the kernel to one row, which finds, for instance, that there are not as many scales as
  /// coordinates, which threads and how much memory are left beside what entries are made in, and about
  /// how many seconds a value takes where it is dear.
  private func check(
    _ kernel: any PointKernel<Double>, on inputs: Points<Double>, _ encoder: TableEncoder,
    source: String, _ context: ExecutionContext
  ) throws(MercerError) -> (left: ExecutionContext, secondsPerEntry: Double) {
    do throws(MercerError) {
      let bound = try kernel.boundToFirst(of: inputs)
      var left = try context.fitting(scratchBytes: bound.scratchBytes)
      left.memoryLimit -= left.threadCount * bound.scratchBytes
      return (left, bound.secondsPerEntry)
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
    let started = clock.now
    let deadline = Deadline(
      seconds: stopsWhenLate ? latestSeconds(for: prepared, context) : .infinity,
      secondsBefore: context.keeper?.secondsBefore ?? 0)
    let prepared = try choosingTransform(of: prepared, deadline: deadline, context: context)
      .rounded(to: precision)
    let (inputs, problem, plan) = (prepared.inputs, prepared.problem, prepared.plan)
    let remembered = try remembering(prepared, context: context.within("kernel"))
    var learner = self
    if let remembered { learner.kernel = remembered }
    // The model must not hold on to what is needed no more.
    defer { remembered?.forget() }
    let found = try learner.chooseKernels(
      for: prepared, deadline: deadline, context: context.within("search"))
    Machine.releaseFreeMemory()
    let searched = clock.now
    let fitted = try TableFit(
      found, to: inputs, problem, plan: plan, mayChange: solver == .automatic,
      rows: rowSource(of: prepared, context),
      mayRaiseRidges: ridge == nil, corrections: correctionLearner(prepared),
      resampling: prepared.resampling, seed: seed,
      deadline: deadline, context: context.within("fit"))
    Machine.releaseFreeMemory()
    // What comes now takes moments, and is made anew.
    let context = context.keepingNothing
    let assessment = try TableAssessment(
      of: problem, fitted, inputs: inputs, seed: seed, context: context)
    let stoppedEarly = found.stoppedEarly || fitted.stoppedEarly
    // What the search tells of more rows is of sums over all of them.
    let forecast =
      stoppedEarly || fitted.plan != plan
      ? nil : try learner.growth(of: found, on: prepared, context: context)
    let spectrum = try remembered.map { (_) throws(MercerError) in
      try GramSpectrum(of: fitted.regression, seed: seed, context: context)
    }
    Machine.releaseFreeMemory()
    let finished = clock.now
    var regression = fitted.regression.scaled(by: problem.unit, adding: problem.offsets)
    let correction = try fitted.correction.map { (local) throws(MercerError) in
      try local.scaled(by: problem.unit)
    }
    if precision == .half { regression = regression.roundingCoefficients(to: .float) }

    let history = TableModel.History(
      source: prepared.source, rows: prepared.fittedRowCount, validationMethod: fitted.method,
      validation: assessment.metrics,
      calibrations: assessment.trials.isEmpty ? nil : assessment.trials,
      thresholds: assessment.thresholds, naive: problem.naive, seed: seed,
      version: MercerVersion.current)
    return Outcome(
      model: try TableModel(
        encoder: prepared.encoder, target: prepared.target,
        regression: regression, correction: correction, calibration: assessment.calibration,
        sets: assessment.sets,
        inverse: assessment.inverse, spread: assessment.spread, history: history,
        trainingRows: TrainingRows(
          of: problem.truth, fitted: fitted.fittedRows, residuals: regression.leaveOneOutResiduals)
      ).keepingRowsThatCount().keepingSeenCoordinates(),
      judged: assessment.judged, leaderboard: found.leaderboard, plan: fitted.plan,
      forecast: forecast,
      spectrum: spectrum,
      droppedRows: prepared.droppedRows, weightlessRows: prepared.weightlessRows,
      stoppedEarly: stoppedEarly,
      seconds: ((searched - started).seconds, (finished - searched).seconds))
  }
}
