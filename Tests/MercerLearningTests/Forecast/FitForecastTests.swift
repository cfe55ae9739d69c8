import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import RealModule
import Testing

/// The forecast that comes with a fit.
@Suite struct FitForecastTests {
  /// A target of one column and noise; in groups of four rows, at one time after the other.
  private func table(rows: Int, noise: Double, classes: Bool = false) -> Table {
    var stream = RandomStream(seed: 3, purpose: "fit forecast tests")
    let x = (0..<rows).map { _ in stream.uniform() }
    let y = x.map { Double.sin(7 * $0) + noise * stream.normal() }
    let target =
      classes
      ? Column(
        name: "y", kind: .categorical,
        values: .levels(codes: y.map { $0 > 0 ? 1 : 0 }, names: ["no", "yes"]))
      : Column(name: "y", kind: .numeric, values: .numbers(y))
    return Table(
      columns: [
        Column(name: "x", kind: .numeric, values: .numbers(x)),
        Column(
          name: "group", kind: .numeric, values: .numbers((0..<rows).map { Double($0 / 4) })),
        target,
      ], rowCount: rows, source: "planted.csv")
  }

  private func learner() -> TableLearner {
    var learner = TableLearner(target: "y")
    learner.groupColumn = "group"
    return learner
  }

  @Test func aFitSaysWhatMoreRowsWouldBring() throws {
    let outcome = try learner().fit(table(rows: 80, noise: 0.1))
    let forecast = try #require(outcome.forecast)
    #expect(forecast.rows == 80 && forecast.task == .regression)
    let curve = try #require(forecast.curves.first)
    #expect(forecast.curves.count == 1 && curve.measured.measure == .rmse)
    #expect(curve.measured.points.map(\.rows) == curve.measured.points.map(\.rows).sorted())
    #expect(curve.measured.points.allSatisfy { $0.rows < 80 && $0.error > 0 })
    #expect(curve.forecasts.map(\.rows).suffix(4) == [80, 160, 320, 640])
    #expect(curve.doubling.lower < curve.doubling.error)
    #expect(curve.doubling.error <= curve.doubling.upper && curve.doubling.upper <= 1)
    // What it says at the table's own size is what the fit validates to, up to the chance of 80 rows.
    let now = try #require(curve.forecasts.first { $0.rows == 80 }).expected.error
    let ratio = now / outcome.model.history.validation.headline
    #expect(ratio > 0.6 && ratio < 1.6, "\(ratio)")
  }

  @Test func classesHaveTwoCurves() throws {
    let forecast = try #require(
      try learner().fit(table(rows: 80, noise: 0.3, classes: true)).forecast)
    #expect(forecast.curves.map(\.measured.measure) == [.error, .logLoss])
  }

  @Test func threadsDoNotMatter() throws {
    let table = table(rows: 60, noise: 0.1)
    let one = try learner().fit(table, context: ExecutionContext(threadCount: 1)).forecast
    #expect(one != nil)
    #expect(try learner().fit(table, context: ExecutionContext(threadCount: 2)).forecast == one)
  }

  /// A kernel that was given is measured on parts with the ridge of the fit.
  @Test func givenKernelsHaveOne() throws {
    var fixed = learner()
    fixed.kernel = try LaplaceKernel<Double>(lengthScale: 1)
    let outcome = try fixed.fit(table(rows: 60, noise: 0.1))
    let forecast = try #require(outcome.forecast)
    #expect(forecast.kernel == "laplace(lengthScale: 1)" && forecast.rows == 60)
    let curve = try #require(forecast.curves.first?.measured)
    // Fewer rows are worse, and the whole table is no worse than its largest part.
    #expect(curve.points.count > 1)
    let errors = curve.points.map(\.error)
    #expect(errors[0] > errors[errors.count - 1])
    let again = try fixed.fit(
      table(rows: 60, noise: 0.1), context: ExecutionContext(threadCount: 1)
    ).forecast
    #expect(again == forecast)
  }

  /// Few rows, and an order of time, leave nothing to tell it from.
  @Test func whereThereIsNone() throws {
    #expect(try learner().fit(table(rows: 39, noise: 0.1)).forecast == nil)
    var timed = TableLearner(target: "y")
    timed.timeColumn = "group"
    #expect(try timed.fit(table(rows: 60, noise: 0.1)).forecast == nil)
  }

  #if !DEBUG
    /// What a fit of 300 rows says of 600 and 1200 comes true within a quarter: the level of 300 rows
    /// varies by 4 %, and what the search settles on by as much again.
    @Test func forecastsComeTrue() throws {
      var learner = TableLearner(target: "y")
      learner.ignoredColumns = ["group"]
      let all = table(rows: 4200, noise: 0.3)
      let test = all.rows(at: Array(1200..<4200))
      let forecast = try #require(try learner.fit(all.rows(at: Array(0..<300))).forecast)
      for rows in [600, 1200] {
        let fit = try learner.fit(all.rows(at: Array(0..<rows)))
        let measured = try fit.model.evaluate(test).metrics.headline
        let point = try #require(forecast.curves[0].forecasts.first { $0.rows == rows })
        #expect(abs(point.expected.error / measured - 1) < 0.25, "\(point) \(measured)")
      }
    }
  #endif
}
