import MercerCore

/// How much of a model may be looked at in some time, fixed from sizes beforehand, so that it depends
/// neither on the machine nor on the number of threads.
public struct ExplanationBudget: Sendable, Equatable {
  /// What importances and interactions look at.
  public let extent: TableExplainer.Extent
  /// The effort for importances and interactions.
  public let effort: Double
  /// The effort for one partial dependence.
  public let curveEffort: Double

  /// Products of a kernel entry and a coordinate in a second, on two cores of the machine of
  /// `docs/benchmarks.md`.
  private static let rate = 8e9

  /// A budget that a report of a fit can have beside the fit: three tenths of a second for each thousand
  /// rows, from a twentieth up to eight seconds.
  public init(reportingOn model: TableModel) {
    let regression = model.regression
    let n = regression.inputs.count
    self.init(
      rows: n, features: regression.inputs.dimension,
      outputs: regression.members[0].coefficients.columnCount, members: regression.members.count,
      seconds: min(0.05 + 0.3 * Double(n) / 1000, 8))
  }

  /// A budget of some seconds, for a model of n rows, d coordinates, k outputs and some members.
  public init(rows n: Int, features d: Int, outputs k: Int, members: Int, seconds: Double) {
    let row = Double(n) * Double(max(d, 8)) * Double(members) / Self.rate
    // A fit of each member to the rows of the reference, and a path of ridges for an additive one.
    let (m, p) = (Double(min(n, 2500)), Double(min(n, 1000)))
    let reference = Double(members) * 0.7 * m * m * m / 4e10 + 9 * p * p * p / 1.5e10
    var extent = TableExplainer.Extent()
    extent.comparesWithAdditive = reference < 0.6 * seconds
    let left = extent.comparesWithAdditive ? seconds - reference : seconds
    let evaluations = max(left / max(row, 1e-9), 1)
    // A fifth for gradients at two places, each as dear as 2 (1 + k) predictions.
    extent.gradientRows = min(max(Int(0.1 * evaluations) / (2 * (1 + k)), 50), 1000)
    // Four tenths for importances, of 250 rows a column at the least.
    extent.shuffledColumns = min(max(Int(0.4 * evaluations / 250) - 1, 6), 40)
    // A fifth for pairs of k columns, 60 times 1 + k + k (k − 1)/2 rows, and again as many for the
    // comparison.
    let pairs = 0.2 * evaluations / 60 / (extent.comparesWithAdditive ? 2 : 1)
    extent.pairedColumns = min(max(Int((2 * pairs).squareRoot()) - 1, 3), 12)
    self.extent = extent
    let whole = max(2000, min(100_000, 12_000_000_000 / Double(n * max(d, 8) * members)))
    effort = min(0.4 * evaluations / whole, 1)
    // The rest for six curves and a map.
    curveEffort = min(0.03 * evaluations / whole, 1)
  }
}
