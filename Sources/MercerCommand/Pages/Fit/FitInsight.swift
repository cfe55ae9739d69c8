import Mercer

/// What a report asks of the fitted model beside its errors: which columns it looks at, how, and what
/// its kernel has learned. How much is sampled follows from sizes alone.
struct FitInsight {
  /// How much each column matters.
  let importance: FeatureImportance
  /// Whether it was measured on rows of a held-out table, not of the fitted one.
  let isHeldOut: Bool
  /// How predictions change with the columns that matter most.
  let dependences: [PartialDependence]
  /// The strongest pair of columns, with their map; nil where there are not two columns.
  let interaction: (pair: ColumnInteractions.Pair, map: PartialDependence)?
  /// Rows whose label the others contradict, of classes; nil where this would take long.
  let labels: LabelDoubts?
  /// The eigenvalues of the heaviest kernel.
  let spectrum: GramSpectrum

  /// How many columns have a curve.
  private static let curveCount = 6
  /// The most rows that are looked at.
  private static let rowLimit = 2000

  /// - Parameters:
  ///   - outcome: the fit.
  ///   - table: the table that was fitted.
  ///   - held: the held-out table, if there is one.
  ///   - seed: of every choice of rows.
  /// - Throws: what explanations throw; `.cancelled`.
  init(
    _ outcome: TableLearner.Outcome, table: Table, held: Table?, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) {
    let model = outcome.model
    let explained = Self.sample(of: held ?? table, seed: seed)
    var explainer = try TableExplainer(model, table: explained, seed: seed)
    let budget = ExplanationBudget(reportingOn: model)
    (explainer.extent, explainer.effort) = (budget.extent, budget.effort)
    importance = try explainer.featureImportance(context: context)
    isHeldOut = held != nil
    let names = importance.columns.filter { $0.gradient > 0 }.map(\.name)
    let pairs = try explainer.interactions(context: context).pairs
    explainer.effort = budget.curveEffort
    var curves: [PartialDependence] = []
    for name in names.prefix(Self.curveCount) where explained.hasValues(in: name) {
      curves.append(try explainer.partialDependence(of: [name], context: context))
    }
    dependences = curves
    let strongest = pairs.first { $0.columns.allSatisfy(explained.hasValues) }
    interaction = try strongest.map { (pair) throws(MercerError) in
      (pair, try explainer.partialDependence(of: pair.columns, context: context))
    }
    // In closed form from the fit, where that was exact; else it would be a prediction of all rows.
    labels =
      model.calibration != nil && model.trainingRows?.leaveOneOutResiduals != nil
      ? try TableExplainer(model, table: table, seed: seed).labelDoubts(context: context) : nil
    spectrum = try GramSpectrum(of: model.regression, seed: seed, context: context)
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
