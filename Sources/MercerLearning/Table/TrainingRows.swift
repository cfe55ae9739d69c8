public import MercerCore
import MercerData

/// What a model keeps of the rows that it was fitted on, beside their coordinates: what explanations
/// need to name them, and to say how well the other rows predict them.
public struct TrainingRows: Sendable, Equatable {
  /// The place of each of the n rows in the fitted table, from 0, ascending.
  public let places: [Int]
  /// The target of each: the number as it was measured, or the place of the class among the class
  /// names.
  public let targets: [Double]
  /// y − f₋ᵢ(xᵢ) with f₋ᵢ the regression without row i, n × k, in the units of the regression's
  /// predictions; y is the class code (`ClassCodes`) for classes. Nil when the fit was iterative.
  public let leaveOneOutResiduals: Matrix<Double>?

  /// The rows of a fit.
  ///
  /// - Parameters:
  ///   - truth: the target of all rows that have one.
  ///   - fitted: the rows among these that were fitted.
  ///   - residuals: one row for each of those.
  init(of truth: Target, fitted: [Int], residuals: Matrix<Double>?) {
    self.init(
      places: fitted.map { truth.keptRows[$0] },
      targets: truth.task == .regression
        ? fitted.map { truth.values[$0] } : fitted.map { Double(truth.classIndices[$0]) },
      leaveOneOutResiduals: residuals)
  }

  init(places: [Int], targets: [Double], leaveOneOutResiduals: Matrix<Double>?) {
    self.places = places
    self.targets = targets
    self.leaveOneOutResiduals = leaveOneOutResiduals
  }
}

extension TableModel {
  /// f₋ᵢ(xᵢ): what the regression says of each training row when it is fitted without it, n × k, on the
  /// scale of the regression; nil when the fit was iterative, and for models of old files.
  ///
  /// - Complexity: O(n k) at each access.
  public var leaveOneOutScores: Matrix<Double>? {
    guard let trainingRows, let residuals = trainingRows.leaveOneOutResiduals else { return nil }
    let targets = trainingRows.targets
    guard calibration != nil else {
      let seen = inverse.map { targets.map($0.transform.forward) } ?? targets
      return Matrix(column: seen).subtracting(residuals)
    }
    return try? ClassCodes(
      labels: targets.map { Int($0) }, classCount: target.classNames.count
    ).scores(residuals: residuals)
  }
}
