import MercerCore
import MercerLearning
import RealModule
import Testing

/// What measured errors say of more rows.
@Suite struct CurveFitTests {
  private func measured(
    _ rows: [Double], deviation: Double = 0.01, _ error: (Double) -> Double
  ) -> CurveFit.Measurements {
    var covariance = Matrix<Double>(rowCount: rows.count, columnCount: rows.count)
    for i in rows.indices { covariance[i, i] = deviation * deviation }
    return CurveFit.Measurements(
      rows: rows, logErrors: rows.map { Double.log(error($0)) }, covariance: covariance)
  }

  private let rows: [Double] = [100, 200, 400, 800]

  /// Powers, with a floor and without, are continued; what is true lies in the interval.
  @Test(arguments: [(0.0, 0.3), (0.0, 0.8), (0.4, 0.7), (0.8, 1.0)])
  func continuesPowers(_ floor: Double, _ exponent: Double) throws {
    let curve = { (n: Double) in floor + (1 - floor) * Double.pow(n / 800, -exponent) }
    let fit = try CurveFit(measured(rows, curve))
    for n in [100.0, 800, 1600, 3200, 6400] {
      let estimate = fit.estimate(rows: n)
      // Errors of 1 % leave floor and power open to some extent: more the farther away.
      #expect(abs(Double.log(estimate.error / curve(n))) < (n <= 800 ? 0.02 : 0.15), "\(n)")
      #expect(estimate.lower <= curve(n) && curve(n) <= estimate.upper, "\(n): \(estimate)")
      #expect(estimate.lower < estimate.error && estimate.error < estimate.upper)
    }
  }

  /// A curve that does not fall promises nothing.
  @Test func flatCurvesStayFlat() throws {
    let fit = try CurveFit(measured(rows) { _ in 3 })
    let twice = fit.ratio(rows: 1600, to: 800)
    #expect(twice.error > 0.97 && twice.error <= 1)
    #expect(abs(fit.estimate(rows: 800).error / 3 - 1) < 0.01)
  }

  /// The less is measured, the wider the interval.
  @Test func doubtWidensIntervals() throws {
    let curve = { (n: Double) in Double.pow(n, -0.5) }
    let widths = try [0.01, 0.05, 0.2].map { deviation in
      let estimate = try CurveFit(measured(rows, deviation: deviation, curve)).estimate(rows: 6400)
      return Double.log(estimate.upper / estimate.lower)
    }
    #expect(widths[0] < widths[1] && widths[1] < widths[2])
    let far = try CurveFit(measured(rows, curve))
    let near = far.estimate(rows: 1600)
    let distant = far.estimate(rows: 64000)
    #expect(near.upper / near.lower < distant.upper / distant.lower)
  }

  /// What is expected counts where little is measured, and little where much is.
  @Test func expectationsCountWhereLittleIsMeasured() throws {
    let slow = CurveFit.Expectation(from: 800, to: 6400, change: -0.2, deviation: 0.2)
    let curve = { (n: Double) in Double.pow(n, -0.5) }
    let changes = try [0.005, 0.3].map { deviation in
      let measured = measured(rows, deviation: deviation, curve)
      let without = try CurveFit(measured).ratio(rows: 6400, to: 800).error
      let with = try CurveFit(measured, expecting: [slow]).ratio(rows: 6400, to: 800).error
      #expect(with >= without)  // estimates are on a grid
      return Double.log(with / without)
    }
    #expect(changes[1] > 2 * changes[0])
  }

  /// An error that all sizes share moves the level and not the ratios.
  @Test func sharedErrorsDoNotWidenRatios() throws {
    let curve = { (n: Double) in Double.pow(n, -0.4) }
    let alone = measured(rows, curve)
    var shared = alone.covariance
    for i in rows.indices { for j in rows.indices { shared[i, j] += 0.04 } }
    let fit = try CurveFit(
      CurveFit.Measurements(rows: rows, logErrors: alone.logErrors, covariance: shared))
    let reference = try CurveFit(alone)
    let (ratio, expected) = (
      fit.ratio(rows: 3200, to: 800), reference.ratio(rows: 3200, to: 800)
    )
    #expect(abs(ratio.error - expected.error) < 1e-6)
    #expect(abs(ratio.upper - expected.upper) < 1e-6)
    let (wide, narrow) = (fit.estimate(rows: 800), reference.estimate(rows: 800))
    #expect(wide.upper / wide.lower > 1.5 * narrow.upper / narrow.lower)
  }

  @Test func oneSizeIsNoCurve() throws {
    #expect(throws: MercerError.self) { try CurveFit(measured([100]) { _ in 1 }) }
  }
}
