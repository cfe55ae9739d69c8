import MercerCore
import RealModule

/// How the error of a learner falls with the number of rows it learned from, measured.
public struct LearningCurve: Sendable, Equatable {
  /// What is measured.
  public enum Measure: String, Sendable, Codable, CaseIterable {
    /// √ mean (y − ŷ)², in the target's units.
    case rmse
    /// The share of rows whose likeliest class is wrong.
    case error
    /// mean −log p(true class), in nats.
    case logLoss = "log_loss"
  }

  /// The error at one number of rows.
  public struct Point: Sendable, Equatable, Codable {
    /// Rows learned from, the mean over the runs.
    public let rows: Int
    /// How many fits on different rows.
    public let runs: Int
    /// The mean over all rows tested.
    public let error: Double
    /// The standard error of that: of the rows that tested, and of what was learned from.
    public let standardError: Double

    enum CodingKeys: String, CodingKey {
      case rows, runs, error
      case standardError = "standard_error"
    }
  }

  /// What is measured.
  public let measure: Measure
  /// From the fewest rows to the most.
  public let points: [Point]
  /// The logarithms of the mean losses (of squares, for an rmse), and their covariance.
  package let logarithms: CurveFit.Measurements

  public static func == (a: LearningCurve, b: LearningCurve) -> Bool {
    a.measure == b.measure && a.points == b.points
  }

  /// The losses of one fit on the rows it was tested on.
  package struct Run: Sendable {
    /// Rows learned from.
    package let trainingRows: Int
    /// Rows tested.
    package let rows: [Int]
    /// The loss of each: a square, 0 or 1, or −log p.
    package let losses: [Double]

    package init(trainingRows: Int, rows: [Int], losses: [Double]) {
      self.trainingRows = trainingRows
      self.rows = rows
      self.losses = losses
    }
  }

  /// What a size varies by from one choice of rows to the next beyond what is measured: the search may
  /// settle on other kernels.
  private static let leastSpread = 0.015

  /// Averages runs of several sizes.
  ///
  /// Errors on the same rows are correlated between sizes, which makes ratios of errors surer than the
  /// errors themselves: the covariance has it. What another choice of training rows would change is
  /// found from runs of one size on common rows, and falls as 1 / m.
  /// - Parameters:
  ///   - sizes: runs of one size each, in order of their rows; none empty.
  ///   - rowCount: the number of rows of the table.
  package init(_ measure: Measure, sizes: [[Run]], rowCount: Int) {
    self.measure = measure
    let means = sizes.map { Self.meanLosses($0, rowCount: rowCount) }
    let sizeRows = sizes.map { runs in
      runs.reduce(0.0) { $0 + Double($1.trainingRows) } / Double(runs.count)
    }
    let tested = means.map { $0.count { !$0.isNaN } }
    let errors = zip(means, tested).map { losses, count in
      let mean = losses.reduce(0) { $0 + ($1.isNaN ? 0 : $1) } / Double(count)
      // No error among the rows is not no error at all.
      return measure == .error ? max(mean, 0.5 / Double(count)) : max(mean, 1e-300)
    }
    let spread = Self.spread(sizes, means: means, errors: errors, sizeRows: sizeRows)
    let count = sizes.count
    var covariance = Matrix<Double>(rowCount: count, columnCount: count)
    for i in 0..<count {
      for j in 0...i {
        var sum = 0.0
        for row in 0..<rowCount where !means[i][row].isNaN && !means[j][row].isNaN {
          sum += (means[i][row] - errors[i]) * (means[j][row] - errors[j])
        }
        let value = sum / errors[i] / errors[j] / Double(tested[i]) / Double(tested[j])
        covariance[i, j] = value
        covariance[j, i] = value
      }
    }
    for i in 0..<count {
      covariance[i, i] +=
        spread / sizeRows[i] / Double(sizes[i].count) + Self.leastSpread * Self.leastSpread
      if measure == .error {
        // Few errors are a count of rare events, whatever the sample's variance.
        covariance[i, i] = max(covariance[i, i], 1 / (errors[i] * Double(tested[i]) + 0.5))
      }
    }
    logarithms = CurveFit.Measurements(
      rows: sizeRows, logErrors: errors.map { Double.log($0) }, covariance: covariance)
    points = (0..<count).map { i in
      let deviation = covariance[i, i].squareRoot()
      let isRoot = measure == .rmse
      let error = isRoot ? errors[i].squareRoot() : errors[i]
      return Point(
        rows: Int(sizeRows[i].rounded()), runs: sizes[i].count, error: error,
        standardError: error * deviation / (isRoot ? 2 : 1))
    }
  }

  /// The mean loss of each row over the runs that tested it; NaN where none did.
  private static func meanLosses(_ runs: [Run], rowCount: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: rowCount)
    var counts = [Double](repeating: 0, count: rowCount)
    for run in runs {
      for (row, loss) in zip(run.rows, run.losses) {
        sums[row] += loss
        counts[row] += 1
      }
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : .nan }
  }

  /// m times the relative variance of a run on m rows about the mean of its size, on rows that other
  /// runs tested as well; the mean over all sizes that have such rows.
  private static func spread(
    _ sizes: [[Run]], means: [[Double]], errors: [Double], sizeRows: [Double]
  ) -> Double {
    var (sum, weight) = (0.0, 0.0)
    for (index, runs) in sizes.enumerated() {
      var tested: [Int: Int] = [:]
      for row in runs.flatMap(\.rows) { tested[row, default: 0] += 1 }
      var (squares, freedom) = (0.0, 0.0)
      for run in runs {
        let common = zip(run.rows, run.losses).filter { tested[$0.0, default: 0] > 1 }
        guard !common.isEmpty else { continue }
        let count = Double(common.count)
        let difference = common.reduce(0) { $0 + $1.1 - means[index][$1.0] } / count
        squares += difference * difference
        // What is left of a variance about a mean of k, for each row.
        freedom += common.reduce(0) { $0 + 1 - 1 / Double(tested[$1.0, default: 1]) } / count
      }
      sum += sizeRows[index] * squares / errors[index] / errors[index]
      weight += freedom
    }
    return weight > 0 ? sum / weight : 0
  }
}
