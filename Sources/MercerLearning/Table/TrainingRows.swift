public import MercerCore
import MercerData

/// What a model keeps of the rows that it was fitted on, beside their coordinates: what explanations
/// need to name them, and to say how well the other rows predict them.
public struct TrainingRows: Sendable, Equatable {
  /// The place of each of the n rows in the fitted table, from 0, ascending.
  public let places: [Int]
  /// The target of each: the number as the regression sees it (transformed, where the target is), or
  /// the place of the class among the class names.
  public let targets: [Double]
  /// y − f₋ᵢ(xᵢ) with f₋ᵢ the regression without row i, n × k, in the units of the regression's
  /// predictions; y is the class code (`ClassCodes`) for classes. Nil when the fit was iterative.
  public let leaveOneOutResiduals: Matrix<Double>?

  /// The rows of a fit.
  ///
  /// - Parameters:
  ///   - truth: the target of all rows that have one.
  ///   - transform: what its numbers were learned through.
  ///   - fitted: the rows among these that were fitted.
  ///   - residuals: one row for each of those.
  init(
    of truth: Target, through transform: TargetTransform, fitted: [Int],
    residuals: Matrix<Double>?
  ) {
    self.init(
      places: fitted.map { truth.keptRows[$0] },
      targets: truth.task == .regression
        ? fitted.map { transform.forward(truth.values[$0]) }
        : fitted.map { Double(truth.classIndices[$0]) },
      leaveOneOutResiduals: residuals)
  }

  init(places: [Int], targets: [Double], leaveOneOutResiduals: Matrix<Double>?) {
    self.places = places
    self.targets = targets
    self.leaveOneOutResiduals = leaveOneOutResiduals
  }

  /// f₋ᵢ(xᵢ): what the regression says of each row when it is fitted without it, n × k; nil when the
  /// fit was iterative.
  ///
  /// - Parameter classCount: 0 for a regression.
  /// - Complexity: O(n k) at each call.
  public func leaveOneOutScores(classCount: Int) -> Matrix<Double>? {
    guard let residuals = leaveOneOutResiduals else { return nil }
    guard classCount > 0 else { return Matrix(column: targets).subtracting(residuals) }
    return try? ClassCodes(labels: targets.map { Int($0) }, classCount: classCount)
      .scores(residuals: residuals)
  }
}
