public import MercerCore
public import MercerKernels

/// Chooses the form of intervals by their score on rows left out: of constant or of local width, with
/// equal or with different bounds below and above.
///
/// The interval score is the width plus 2/α times what a measurement lies outside, α = 1 − p (Gneiting
/// and Raftery, Strictly proper scoring rules, 2007, equation 43). Quantiles are taken from four fifths
/// of the rows and scored on the others; a form is preferred to a simpler one when its mean score is
/// better by more than the standard error of the difference.
struct SpreadChoice: Sendable {
  /// The fewest rows from which a local spread is learned.
  static let leastRows = 100
  private static let level = 0.9
  private static let foldCount = 5

  let spread: ResidualSpread
  /// What is added to each prediction for its bounds at 0.9, from quantiles of other rows.
  let offsets: [(lower: Double, upper: Double)]
  /// s at each row, learned without it.
  let scales: [Double]

  init(
    from errors: SpreadLearner.Errors, kernel: (any PointKernel<Double>)?, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) {
    let residuals = errors.residuals
    let constant = [Double](repeating: 1, count: residuals.count)
    var forms: [(scales: [Double], isSymmetric: Bool, local: LocalSpread?)] = [
      (constant, true, nil), (constant, false, nil),
    ]
    if residuals.count >= Self.leastRows, let kernel,
      let found = try SpreadLearner(seed: seed).learn(
        from: errors, kernel: kernel, context: context)
    {
      forms.append((found.scales, true, found.spread))
      forms.append((found.scales, false, found.spread))
    }
    var best = 0
    var bestScores: [Double] = []
    var bestOffsets: [(lower: Double, upper: Double)] = []
    for (index, form) in forms.enumerated() {
      let ratios = zip(residuals, form.scales).map { $0 / $1 }
      let offsets = Self.crossFitted(ratios, isSymmetric: form.isSymmetric)
      let bounds = zip(offsets, form.scales).map { (lower: $0.lower * $1, upper: $0.upper * $1) }
      let scores = zip(residuals, bounds).map { residual, bounds in
        bounds.upper - bounds.lower
          + 2 / (1 - Self.level) * max(bounds.lower - residual, residual - bounds.upper, 0)
      }
      if index == 0 || PairedGain(from: bestScores, to: scores).exceeds(errors: 1) {
        (best, bestScores, bestOffsets) = (index, scores, bounds)
      }
    }
    let form = forms[best]
    spread = ResidualSpread(
      ratios: zip(residuals, form.scales).map { $0 / $1 }, isSymmetric: form.isSymmetric,
      local: form.local)
    scales = form.scales
    offsets = bestOffsets
  }

  /// The bounds of each row from the quantiles of the other folds.
  private static func crossFitted(
    _ ratios: [Double], isSymmetric: Bool
  ) -> [(lower: Double, upper: Double)] {
    let bounds = (0..<foldCount).map { fold in
      let others = ratios.indices.filter { $0 % foldCount != fold }.map { ratios[$0] }
      return ResidualQuantiles(others.isEmpty ? ratios : others, isSymmetric: isSymmetric)
        .bounds(level: level)
    }
    return ratios.indices.map { bounds[$0 % foldCount] }
  }
}

extension ResidualSpread {
  /// The spread of residuals of rows that were left out, of constant or of local width and with equal
  /// or different bounds below and above, whichever has the better intervals.
  ///
  /// - Parameters:
  ///   - residuals: target less prediction, of at least one row.
  ///   - predictions: as many.
  ///   - points: the rows' inputs.
  ///   - kernel: what tells which inputs are alike; that of the regression serves.
  ///   - seed: of the choice of rows where there are many.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: a few dozen factorisations of 500 rows and some ten of 2000.
  /// - Throws: `.shapeMismatch` when the counts differ, `.invalidData` for no rows or numbers that are
  ///   not finite, `.memoryLimit`, `.cancelled`.
  public static func learned(
    from residuals: [Double], predictions: [Double], points: Points<Double>,
    kernel: any PointKernel<Double>, seed: UInt64 = 0, context: ExecutionContext = .default
  ) throws(MercerError) -> ResidualSpread {
    guard residuals.count == predictions.count, residuals.count == points.count else {
      throw MercerError(
        .shapeMismatch,
        "\(points.count) inputs have \(predictions.count) predictions and \(residuals.count) "
          + "residuals")
    }
    guard !residuals.isEmpty, residuals.allSatisfy(\.isFinite), predictions.allSatisfy(\.isFinite)
    else {
      throw MercerError(.invalidData, "intervals need residuals, all of them finite")
    }
    let errors = SpreadLearner.Errors(
      points: points, rows: nil, predictions: predictions, residuals: residuals)
    return try SpreadChoice(
      from: errors, kernel: kernel.anchored(to: points), seed: seed, context: context
    ).spread
  }
}
