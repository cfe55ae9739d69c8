package import MercerCore
import RealModule

/// What measured errors at a few numbers of rows say of other numbers of rows.
///
/// A learning curve is taken for e(n) = s (φ + (1 − φ) (n / N)^−c), a floor and a power that falls to
/// it. No single curve is chosen: every φ in [0, 1) and c in [0.05, 2], on a grid, counts by how well it fits, with s
/// integrated out, so that a forecast is no surer than the measurements allow.
/// - Source: Cortes, Jackel, Solla, Vapnik and Denker, Learning curves (1994), for the curve; Viering and
///   Loog, The shape of learning curves: a review (2023), for powers with a floor as what fits best.
package struct CurveFit: Sendable {
  /// Measured errors and how sure they are.
  package struct Measurements: Sendable {
    /// Numbers of rows.
    package let rows: [Double]
    /// log of the error at each.
    package let logErrors: [Double]
    /// The covariance of these logarithms.
    package let covariance: Matrix<Double>

    package init(rows: [Double], logErrors: [Double], covariance: Matrix<Double>) {
      precondition(rows.count == logErrors.count && covariance.rowCount == rows.count)
      self.rows = rows
      self.logErrors = logErrors
      self.covariance = covariance
    }
  }

  /// What is known of the curve before it is measured: how far the logarithm of the error falls from one
  /// number of rows to another.
  package struct Expectation: Sendable {
    package let from: Double
    package let to: Double
    /// log e(to) − log e(from).
    package let change: Double
    /// The standard deviation of the change.
    package let deviation: Double

    package init(from: Double, to: Double, change: Double, deviation: Double) {
      self.from = from
      self.to = to
      self.change = change
      self.deviation = deviation
    }
  }

  /// An error that is expected, with the bounds that it lies between nine times of ten.
  package struct Estimate: Sendable, Equatable {
    package let error: Double
    package let lower: Double
    package let upper: Double
  }

  /// A curve and how likely it is.
  private struct Curve {
    let floor: Double
    let exponent: Double
    /// log s, its mean and variance.
    let level: Double
    let variance: Double
    let weight: Double
  }
  private let curves: [Curve]
  /// N.
  private let unit: Double

  /// Weighs curves by measurements.
  ///
  /// - Throws: `.invalidData` for fewer than two sizes, `.notPositiveDefinite` for a covariance that is
  ///   none.
  package init(
    _ measured: Measurements, expecting expectations: [Expectation] = []
  ) throws(MercerError) {
    guard measured.rows.count >= 2 else {
      throw MercerError(.invalidData, "a learning curve needs two numbers of rows")
    }
    let unit = measured.rows.max() ?? 1
    self.unit = unit
    let count = measured.rows.count
    let identity = Matrix<Double>(rowCount: count, columnCount: count) { buffer in
      for index in buffer.indices { buffer[index] = index % (count + 1) == 0 ? 1 : 0 }
    }
    let precision = try Cholesky(measured.covariance).solve(identity)
    let precisionRows = (0..<count).map { precision.row($0) }
    let sums = precisionRows.map { $0.reduce(0, +) }
    let total = sums.reduce(0, +)
    var found: [(curve: Curve, score: Double)] = []
    for exponent in Self.exponents {
      let powers = measured.rows.map { Double.pow($0 / unit, -exponent) }
      let expected = expectations.map {
        (Double.pow($0.from / unit, -exponent), Double.pow($0.to / unit, -exponent))
      }
      for floor in Self.floors {
        var differences = measured.logErrors
        for i in 0..<count { differences[i] -= Double.log(floor + (1 - floor) * powers[i]) }
        var level = 0.0
        for i in 0..<count { level += sums[i] * differences[i] / total }
        var score = 0.0
        for i in 0..<count {
          for j in 0..<count {
            score += precisionRows[i][j] * (differences[i] - level) * (differences[j] - level)
          }
        }
        for (expectation, powers) in zip(expectations, expected) {
          let change = Double.log(
            (floor + (1 - floor) * powers.1) / (floor + (1 - floor) * powers.0))
          let miss = (change - expectation.change) / expectation.deviation
          score += miss * miss
        }
        let curve = Curve(
          floor: floor, exponent: exponent, level: level, variance: 1 / total, weight: 0)
        found.append((curve, score))
      }
    }
    let best = found.map(\.score).min() ?? 0
    // Curves that cannot be, next to the best, are not carried along.
    found.removeAll { $0.score > best + 30 }
    // Each ratio of exponents is as likely before anything is measured.
    let weights = found.map { Double.exp((best - $0.score) / 2) / $0.curve.exponent }
    let sum = weights.reduce(0, +)
    curves = zip(found, weights).map { item, weight in
      Curve(
        floor: item.curve.floor, exponent: item.curve.exponent, level: item.curve.level,
        variance: item.curve.variance, weight: weight / sum)
    }
  }

  /// Floors as shares of the error at N, all as likely, and exponents.
  private static let floors = (0..<40).map { Double($0) / 40 }
  private static let exponents = (4...160).map { Double($0) / 80 }

  /// log (φ + (1 − φ) r^−c).
  private static func logShape(_ ratio: Double, floor: Double, exponent: Double) -> Double {
    Double.log(floor + (1 - floor) * Double.pow(ratio, -exponent))
  }

  /// The error at a number of rows.
  package func estimate(rows: Double) -> Estimate {
    estimate(
      of: curves.map { curve in
        let shape = Self.logShape(rows / unit, floor: curve.floor, exponent: curve.exponent)
        return (curve.level + shape, curve.variance, curve.weight)
      })
  }

  /// The error at one number of rows over that at another.
  package func ratio(rows: Double, to base: Double) -> Estimate {
    let ratios = curves.map { curve in
      let change =
        Self.logShape(rows / unit, floor: curve.floor, exponent: curve.exponent)
        - Self.logShape(base / unit, floor: curve.floor, exponent: curve.exponent)
      return (change, curve.weight)
    }.sorted { $0.0 < $1.0 }
    func quantile(_ share: Double) -> Double {
      var below = 0.0
      for (change, weight) in ratios {
        below += weight
        if below >= share { return Double.exp(change) }
      }
      return Double.exp(ratios.last?.0 ?? 0)
    }
    return Estimate(error: quantile(0.5), lower: quantile(0.05), upper: quantile(0.95))
  }

  /// The median and the bounds of a mixture of normal distributions of a logarithm.
  private func estimate(
    of parts: [(mean: Double, variance: Double, weight: Double)]
  ) -> Estimate {
    let deviations = parts.map { $0.variance.squareRoot() }
    func quantile(_ share: Double) -> Double {
      var low = zip(parts, deviations).reduce(.infinity) { min($0, $1.0.mean - 8 * $1.1) }
      var high = zip(parts, deviations).reduce(-.infinity) { max($0, $1.0.mean + 8 * $1.1) }
      while high - low > 1e-5 {
        let middle = (low + high) / 2
        let below = zip(parts, deviations).reduce(0.0) {
          $0 + $1.0.weight * 0.5 * Double.erfc(($1.0.mean - middle) / ($1.1 * 2.squareRoot()))
        }
        if below < share { low = middle } else { high = middle }
      }
      return Double.exp((low + high) / 2)
    }
    return Estimate(error: quantile(0.5), lower: quantile(0.05), upper: quantile(0.95))
  }
}
