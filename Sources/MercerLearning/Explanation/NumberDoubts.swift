import MercerCore
import MercerData

/// How far numbers lie from what is predicted, in deviations of the residuals of like predictions.
struct NumberDoubts {
  private let given: [Double]
  private let inverse: SmearedInverse?
  /// On the scale of the regression, where residuals are most alike, unless that bends far values.
  private let targets: [Double]
  private let predictions: [Double]

  /// - Parameters:
  ///   - targets: as they were measured.
  ///   - predictions: on the scale of the regression.
  ///   - inverse: from that scale to that of the targets, if they differ.
  init(_ targets: [Double], predictions: [Double], inverse: SmearedInverse?) {
    given = targets
    if let inverse, case .normalScores = inverse.transform.form {
      // Normal scores draw in what lies far out, which is just what is looked for here.
      self.inverse = nil
      self.targets = targets
      self.predictions = predictions.map(inverse.mean)
      return
    }
    self.inverse = inverse
    self.targets = inverse.map { targets.map($0.transform.forward) } ?? targets
    self.predictions = predictions
  }

  /// 1 / Φ⁻¹(3/4): what the median of |r| is multiplied by to be the deviation of a normal r.
  private static let normalFactor = 1.4826
  /// The fewest and most neighbours that a local deviation is made of.
  private static let windowLimits = (least: 40, most: 400)
  /// The least that a local deviation may be, in the deviation of all.
  private static let leastShare = 0.2

  func rows(places: [Int], _ isLeftOut: [Bool]) -> [LabelDoubts.Row] {
    let sizes = zip(targets, predictions).map { abs($0 - $1) }
    let deviations = deviations(of: sizes)
    return targets.indices.map { i in
      let doubt = deviations[i] > 0 ? sizes[i] / deviations[i] : 0
      return LabelDoubts.Row(
        row: places[i], doubt: doubt, given: given[i],
        expected: inverse?.mean(of: predictions[i]) ?? predictions[i], givenClass: nil,
        expectedClass: nil, isLeftOut: isLeftOut[i], isSuspect: doubt > LabelDoubts.deviationLimit,
        scoreMargin: 0)
    }
  }

  /// The robust deviation of residuals around each prediction: the median of their sizes over rows
  /// with the nearest predictions, since large values often have large errors.
  private func deviations(of sizes: [Double]) -> [Double] {
    let n = sizes.count
    let overall = Self.median(sizes)
    // More than half of the rows are met exactly: the mean still has a size.
    let global = overall > 0 ? overall * Self.normalFactor : sizes.reduce(0, +) / Double(max(n, 1))
    let width = min(Self.windowLimits.most, n / 10)
    guard width >= Self.windowLimits.least else { return [Double](repeating: global, count: n) }
    let order = predictions.indices.sorted { (predictions[$0], $0) < (predictions[$1], $1) }
    var result = [Double](repeating: global, count: n)
    // One median for each block of a quarter of the window: neighbours differ by little.
    for block in (0..<n).chunks(of: max(1, width / 4)) {
      let centre = (block.lowerBound + block.upperBound) / 2
      let first = min(max(0, centre - width / 2), n - width)
      let local = Self.median(order[first..<first + width].map { sizes[$0] }) * Self.normalFactor
      for place in block { result[order[place]] = max(local, Self.leastShare * global) }
    }
    return result
  }

  private static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }
}
