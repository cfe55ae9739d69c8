import Mercer

/// What a report asks of the fitted model beside its errors: which columns it looks at, how, and what
/// its kernel has learned. How much is sampled follows from sizes alone.
struct FitInsight {
  /// How much each column matters; nil where it could not be found.
  let importance: FeatureImportance?
  /// Whether it was measured on rows of a held-out table, not of the fitted one.
  let isHeldOut: Bool
  /// How predictions change with the columns that matter most.
  let dependences: [PartialDependence]
  /// Whether the kernels let columns be weighed, which those of networks on images do not.
  let weighsColumns: Bool
  /// The strongest pair of columns, with their map; nil where there are not two columns.
  let interaction: (pair: ColumnInteractions.Pair, map: PartialDependence)?
  /// Rows whose label the others contradict, of classes; nil where this would take long.
  let labels: LabelDoubts?
  /// The eigenvalues of the heaviest kernel; nil where they could not be found.
  let spectrum: GramSpectrum?
  /// Why parts could not be found: a fit is not lost for want of an explanation.
  let failures: [MercerError]

  /// How many columns have a curve.
  private static let curveCount = 6
  /// The most rows that are looked at.
  private static let rowLimit = 2000

  /// - Parameters:
  ///   - outcome: the fit.
  ///   - table: the table that was fitted.
  ///   - held: the held-out table, if there is one.
  ///   - seed: of every choice of rows.
  /// - Throws: `.cancelled`.
  init(
    _ outcome: TableLearner.Outcome, table: Table, held: Table?, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) {
    let model = outcome.model
    let explained = Self.sample(of: held ?? table, seed: seed)
    let budget = ExplanationBudget(reportingOn: model)
    isHeldOut = held != nil
    var failures: [MercerError] = []
    func attempt<Part>(
      _ body: () throws(MercerError) -> Part?
    ) throws(MercerError) -> Part? {
      do throws(MercerError) { return try body() } catch {
        if error.code == .cancelled { throw error }
        failures.append(error)
        return nil
      }
    }
    func explainer(effort: Double) throws(MercerError) -> TableExplainer {
      var explainer = try TableExplainer(model, table: explained, seed: seed)
      (explainer.extent, explainer.effort) = (budget.extent, effort)
      return explainer
    }
    let weighsColumns =
      try attempt { () throws(MercerError) in try explainer(effort: 1).weighsColumns() } ?? true
    self.weighsColumns = weighsColumns
    let importance = try attempt { () throws(MercerError) -> FeatureImportance? in
      guard weighsColumns else { return nil }
      return try explainer(effort: budget.effort).featureImportance(context: context)
    }
    self.importance = importance
    let names = (importance?.columns ?? []).filter { $0.gradient > 0 }.map(\.name)
    dependences =
      try attempt { () throws(MercerError) in
        let explainer = try explainer(effort: budget.curveEffort)
        var curves: [PartialDependence] = []
        for name in names.prefix(Self.curveCount) where explained.hasValues(in: name) {
          curves.append(try explainer.partialDependence(of: [name], context: context))
        }
        return curves
      } ?? []
    interaction = try attempt { () throws(MercerError) in
      guard weighsColumns else { return nil }
      let pairs = try explainer(effort: budget.effort).interactions(context: context).pairs
      guard let pair = pairs.first(where: { $0.columns.allSatisfy(explained.hasValues) }) else {
        return nil
      }
      let map = try explainer(effort: budget.curveEffort)
        .partialDependence(of: pair.columns, context: context)
      return (pair, map)
    }
    // In closed form from the fit, where that was exact; else it would be a prediction of all rows.
    let knowsLeftOut = model.trainingRows?.leaveOneOutResiduals != nil
    labels = try attempt { () throws(MercerError) in
      guard model.calibration != nil, knowsLeftOut else { return nil }
      return try TableExplainer(model, table: table, seed: seed).labelDoubts(context: context)
    }
    spectrum = try attempt { () throws(MercerError) in
      if let known = outcome.spectrum { return known }
      return try GramSpectrum(of: model.regression, seed: seed, context: context)
    }
    self.failures = failures
  }

  /// At most so many rows of a table, chosen at random.
  private static func sample(of table: Table, seed: UInt64) -> Table {
    guard table.rowCount > rowLimit else { return table }
    var stream = RandomStream(seed: seed, purpose: "report rows")
    return table.rows(at: stream.sample(rowLimit, of: table.rowCount))
  }
}

extension Table {
  /// Whether a column has a value in any row.
  fileprivate func hasValues(in name: String) -> Bool {
    column(named: name).map { $0.values.missingCount < rowCount } ?? false
  }
}
