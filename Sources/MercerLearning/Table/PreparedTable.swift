public import MercerCore
public import MercerData

/// A table that has been looked through and encoded, ready to be fitted: made by
/// `TableLearner.prepare`.
public struct PreparedTable: Sendable {
  /// The table, as the user named it.
  public let source: String
  /// How columns become coordinates.
  public internal(set) var encoder: TableEncoder
  /// What is predicted.
  public let target: TargetEncoder
  /// Which solver will be used, and why.
  public internal(set) var plan: RidgePlan
  /// Rows without a target.
  public let droppedRows: Int
  /// Rows of weight 0, which are left out, too.
  public let weightlessRows: Int

  /// How the target may be learned, as it is first.
  let transforms: [TargetTransform]
  var inputs: Points<Double>
  var problem: TableProblem
  let targetMeans: TargetMeanFeatures
  let resampling: Resampling
  /// Where these rows are a sample: the table that they are from, all of whose rows are fitted.
  var large: LargeTable?

  /// How many rows the final fit is made of.
  public var fittedRowCount: Int { large?.store.rowCount ?? inputs.count }

  /// The same table, its target learned through a transform; coordinates that know targets are made
  /// anew.
  func transformed(by transform: TargetTransform, seed: UInt64) throws(MercerError) -> PreparedTable
  {
    let transformed = try problem.transformed(by: transform)
    let (codes, weights) = (transformed.codes, transformed.weights)
    let groups: [Int]? = if case .grouped(let groups) = resampling { groups } else { nil }
    var copy = self
    copy.problem = transformed
    copy.encoder = targetMeans.refitting(encoder, to: codes, weights: weights)
    copy.inputs = targetMeans.outOfFold(
      inputs, targets: codes, weights: weights, groups: groups, seed: seed)
    return copy
  }

  /// The same table with the coordinates of its rows rounded.
  ///
  /// - Throws: `.invalidData` for a coordinate beyond the range of the precision.
  func rounded(to precision: Precision) throws(MercerError) -> PreparedTable {
    guard precision != .double else { return self }
    let coordinates = inputs.coordinates.rounded(to: precision)
    guard coordinates.isFinite else {
      throw MercerError(
        .invalidData,
        "a coordinate is too large for numbers of \(precision) precision", at: .init(file: source),
        remedy: "ask for --precision double")
    }
    var copy = self
    copy.inputs = Points(coordinates)
    return copy
  }

  /// Checks that a model fitted to this table can be measured on another one.
  ///
  /// - Complexity: O(rows · columns).
  /// - Throws: `.invalidData` when that table lacks the target or columns of the model, has a class
  ///   that this one does not have, or text where there are numbers.
  public func check(_ other: Table) throws(MercerError) {
    _ = try target.decode(in: other)
    _ = try encoder.encode(other, as: Double.self)
  }
}

extension TargetEncoder {
  /// Reads the target of a table.
  ///
  /// - Throws: `.invalidData` when there is no such column, and as `decode(_:source:)`.
  func decode(in table: Table) throws(MercerError) -> Target {
    guard let found = table.column(named: column) else {
      throw MercerError(
        .invalidData,
        "there is no target column \(quoted(column)) to compare with"
          + Suggestion.text(for: column, among: table.columns.map(\.name)),
        at: .init(file: table.source),
        remedy: "the table must have the column that the model predicts")
    }
    return try decode(found, source: table.source)
  }
}

extension Matrix<Double> {
  /// Every number rounded to nearest.
  func rounded(to precision: Precision) -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, elements: elements.map(precision.rounded))
  }
}
