import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import RealModule
import Testing

/// Forecasts for tables of which more rows can be had.
@Suite struct TableForecastTests {
  /// A smooth function of three columns, with noise.
  private func table(rows: Int, noise: Double, seed: UInt64) -> Table {
    var stream = RandomStream(seed: seed, purpose: "forecast tests")
    var columns = [[Double]](repeating: [], count: 4)
    for _ in 0..<rows {
      let x = (0..<3).map { _ in stream.uniform() }
      for (c, value) in x.enumerated() { columns[c].append(value) }
      columns[3].append(
        Double.sin(6 * x[0]) + 2 * x[1] * x[2] + noise * stream.normal())
    }
    return Table(
      columns: columns.enumerated().map { place, numbers in
        Column(
          name: place == 3 ? "y" : "x\(place)", kind: .numeric, values: .numbers(numbers))
      }, rowCount: rows, source: "planted.csv")
  }

  private func classes(rows: Int, seed: UInt64) -> Table {
    let numbers = table(rows: rows, noise: 0.3, seed: seed)
    guard case .numbers(let values)? = numbers.column(named: "y")?.values else { return numbers }
    // The last class has 2 rows in 50.
    let labels = values.enumerated().map { row, value in
      row % 25 == 0 ? Int32(2) : value > 0.9 ? 1 : 0
    }
    let target = Column(
      name: "y", kind: .categorical, values: .levels(codes: labels, names: ["low", "high", "odd"]))
    return Table(
      columns: numbers.columns.dropLast() + [target], rowCount: rows, source: "classes.csv")
  }

  private func learner() throws -> TableLearner {
    var learner = TableLearner(target: "y")
    learner.kernel = try LaplaceKernel<Double>(lengthScale: 3)
    return learner
  }

  @Test func whatAForecastHolds() throws {
    let forecast = try learner().forecast(
      table(rows: 90, noise: 0.2, seed: 1), rows: { [$0 * 3, 500] })
    #expect(forecast.rows == 90 && forecast.task == .regression && forecast.droppedRows == 0)
    #expect(forecast.kernel == "laplace(lengthScale: 3.0)" || forecast.kernel.contains("laplace"))
    #expect(forecast.runs > 2)
    let curve = try #require(forecast.curves.first)
    #expect(forecast.curves.count == 1 && curve.measured.measure == .rmse)
    #expect(curve.measured.points.map(\.runs).reduce(0, +) == forecast.runs)
    let rows = curve.forecasts.map(\.rows)
    #expect(rows == rows.sorted() && Set([90, 270, 500]).isSubset(of: rows))
    for (few, many) in zip(curve.forecasts, curve.forecasts.dropFirst()) {
      #expect(many.expected.error <= few.expected.error)
      #expect(many.eigenlearning <= few.eigenlearning * 1.0001)
    }
    for point in curve.forecasts {
      #expect(point.expected.lower < point.expected.error)
      #expect(point.expected.error < point.expected.upper)
    }
    #expect(curve.doubling.error > 0.5 && curve.doubling.error < 1)
    // It falls by a tenth where it says that it does.
    let growth = try #require(curve.tenthLess)
    #expect(growth.factor > 1 && (growth.least ?? 0) <= growth.factor)
    #expect(growth.factor <= growth.most ?? .infinity)
  }

  @Test func threadsDoNotMatterAndSeedsDo() throws {
    let table = table(rows: 80, noise: 0.2, seed: 2)
    var learner = try learner()
    let one = try learner.forecast(table, context: ExecutionContext(threadCount: 1))
    #expect(try learner.forecast(table, context: ExecutionContext(threadCount: 3)) == one)
    learner.seed = 9
    #expect(try learner.forecast(table) != one)
  }

  /// Both measures of classes, with a class too rare to be in every part.
  @Test func classesHaveTwoCurves() throws {
    let forecast = try learner().forecast(classes(rows: 100, seed: 3))
    #expect(forecast.task == .multiclass)
    #expect(forecast.curves.map(\.measured.measure) == [.error, .logLoss])
    for curve in forecast.curves {
      #expect(curve.measured.points.allSatisfy { $0.error > 0 && $0.error < 1.5 })
      #expect(curve.forecasts.map(\.rows).suffix(3) == [200, 400, 800])
    }
  }

  /// Rows of noise promise nothing, whatever their number.
  @Test func noiseIsTheFloor() throws {
    var stream = RandomStream(seed: 4, purpose: "noise")
    var table = table(rows: 120, noise: 0, seed: 4)
    table.columns[3] = Column(
      name: "y", kind: .numeric, values: .numbers((0..<120).map { _ in stream.normal() }))
    let curve = try #require(try learner().forecast(table).curves.first)
    #expect(curve.doubling.error > 0.95 && curve.doubling.upper <= 1, "\(curve.doubling)")
    #expect(curve.tenthLess == nil || (curve.tenthLess?.factor ?? 0) > 4)
  }

  @Test func rowsWithoutATargetAreLeftOut() throws {
    var table = table(rows: 100, noise: 0.1, seed: 5)
    guard case .numbers(var values) = table.columns[3].values else { return }
    for row in [0, 7, 99] { values[row] = .nan }
    table.columns[3] = Column(name: "y", kind: .numeric, values: .numbers(values))
    let forecast = try learner().forecast(table)
    #expect(forecast.rows == 97 && forecast.droppedRows == 3)
    #expect(forecast.curves[0].forecasts.last?.rows == 8 * 97)
  }

  @Test func refusesWhatHasNoCurve() throws {
    let few = table(rows: 39, noise: 0.1, seed: 6)
    let error = #expect(throws: MercerError.self) { try learner().forecast(few) }
    #expect(error?.code == .invalidData)
    #expect(error?.description.contains("39 rows") == true)
    let enough = table(rows: 60, noise: 0.1, seed: 6)
    #expect(throws: MercerError.self) { try learner().forecast(enough, rows: { _ in [0] }) }
    let flag = CancellationFlag()
    flag.set()
    let cancelled = #expect(throws: MercerError.self) {
      try learner().forecast(enough, context: ExecutionContext(cancellation: flag))
    }
    #expect(cancelled?.code == .cancelled)
  }

  #if !DEBUG
    /// From 250 rows, the error that this kernel has on 2, 4 and 8 times as many: within 15 %.
    @Test(arguments: [0.05, 0.3, 1])
    func forecastsComeTrue(_ noise: Double) throws {
      let learner = try learner()
      let all = table(rows: 2000, noise: noise, seed: 7)
      let test = table(rows: 4000, noise: noise, seed: 8)
      let forecast = try learner.forecast(all.rows(at: Array(0..<250)))
      for multiple in [2, 4, 8] {
        let fit = try learner.fit(all.rows(at: Array(0..<(250 * multiple))))
        let measured = try fit.model.evaluate(test).metrics.headline
        let point = try #require(
          forecast.curves[0].forecasts.first { $0.rows == 250 * multiple })
        let ratio = point.expected.error / measured
        #expect(abs(ratio - 1) < 0.15, "\(multiple): \(ratio)")
      }
    }
  #endif
}
