import MercerCore
import MercerData
import MercerKernels
import MercerLearning
import MercerTestSupport
import RealModule
import Testing

/// What the search for a blend must find, and must not: the learner from the outside.
@Suite struct BlendSearchTests {
  private func table(
    rows: Int, seed: UInt64, target: ([Double], inout RandomStream) -> Double
  ) -> Table {
    var stream = RandomStream(seed: seed, purpose: "blend search tests")
    var columns = [[Double]](repeating: [], count: 6)
    var values: [Double] = []
    for _ in 0..<rows {
      let x = (0..<6).map { _ in stream.uniform() }
      for (c, value) in x.enumerated() { columns[c].append(value) }
      values.append(target(x, &stream))
    }
    columns.append(values)
    return Table(
      columns: columns.enumerated().map { place, numbers in
        Column(
          name: place == 6 ? "y" : "x\(place)", kind: .numeric, values: .numbers(numbers))
      }, rowCount: rows, source: "planted.csv")
  }

  /// A product asks for its logarithm, which is a sum; large numbers alone, which the columns tell to within
  /// an error of one size, do not ask for anything.
  @Test(.enabled(if: isOptimized), arguments: [1, 2, 3] as [UInt64])
  func targetsAreTransformedWhereThatHelps(seed: UInt64) throws {
    let product = table(rows: 500, seed: seed) { x, stream in
      Double.exp(2 * (x[0] + x[1] - x[2] - x[3]) + 0.05 * stream.normal())
    }
    let form = try TableLearner(target: "y").fit(product).model.inverse?.transform.form
    guard case .logarithm = form else {
      Issue.record("\(String(describing: form)) instead of the logarithm")
      return
    }
    let heavy = table(rows: 500, seed: seed) { x, stream in
      let z = 2 * x[0] - 1
      return z / (1.02 - z.magnitude) + 0.3 * stream.normal()
    }
    #expect(try TableLearner(target: "y").fit(heavy).model.inverse == nil)
  }

  private func error(_ table: Table) throws -> (error: Double, outcome: TableLearner.Outcome) {
    let outcome = try TableLearner(target: "y").fit(table)
    guard case .regression(let metrics, _) = outcome.model.history.validation else {
      throw MercerError(.internalFailure, "not a regression")
    }
    return (metrics.rmseOverStd, outcome)
  }

  /// A steep function of one column among six: a learned metric finds it, a plain one does not.
  @Test(.enabled(if: isOptimized)) func learnedMetricsFindTheColumnThatMatters() throws {
    let planted = table(rows: 150, seed: 1) { x, _ in
      let t = 20 * (x[0] - 0.5)
      return t / (1 + abs(t))
    }
    let (error, outcome) = try error(planted)
    #expect((1...8).contains(outcome.model.regression.members.count))
    #expect(error < 0.6, "\(error)")
    // The best of the board has learned its metric.
    let best = try #require(outcome.leaderboard.first)
    #expect(best.kernel.contains("round"), "\(best.kernel)")
  }

  /// Noise for a target leaves nothing to learn: the validation must say so, and not less.
  @Test(.enabled(if: isOptimized)) func noiseIsNotLearned() throws {
    let noise = table(rows: 150, seed: 2) { _, stream in stream.normal() }
    let (error, _) = try error(noise)
    #expect(error > 0.9, "\(error)")
  }

  /// Rows of a group share a target and a place, and groups tell nothing of each other: rows split at
  /// random look easy, rows split by group are as hard as those of groups yet unseen.
  @Test(.enabled(if: isOptimized)) func groupsAreKeptApart() throws {
    var stream = RandomStream(seed: 3, purpose: "grouped table")
    let centres = (0..<20).map { _ in (stream.normal(), stream.normal(), stream.normal()) }
    let group = (0..<120).map { $0 % 20 }
    let table = Table(
      columns: [
        ("a", group.map { centres[$0].0 + 0.01 * stream.normal() }),
        ("b", group.map { centres[$0].1 + 0.01 * stream.normal() }),
        ("group", group.map(Double.init)), ("y", group.map { centres[$0].2 }),
      ].map { Column(name: $0.0, kind: .numeric, values: .numbers($0.1)) }, rowCount: 120,
      source: "grouped.csv")
    var learner = TableLearner(target: "y")
    learner.ignoredColumns = ["group"]
    let open = try learner.fit(table).model.history.validation.headline
    learner.ignoredColumns = []
    learner.groupColumn = "group"
    let outcome = try learner.fit(table)
    let naive = outcome.model.history.naive.headline
    #expect(open < 0.3 * naive, "\(open)")
    #expect(outcome.model.history.validation.headline > 0.8 * naive)
    #expect(!outcome.model.encoder.featureNames.contains { $0.contains("group") })
  }

  /// A level that jumps now and then is easy between neighbours in time, and hard ahead.
  @Test(.enabled(if: isOptimized)) func theFutureIsHarderThanTheGapsBetween() throws {
    var stream = RandomStream(seed: 5, purpose: "ordered table")
    var level = 0.0
    let time = (0..<120).map(Double.init)
    let values = time.map { t in
      if Int(t) % 15 == 0 { level = 3 * stream.normal() }
      return level + 0.1 * stream.normal()
    }
    let table = Table(
      columns: [("t", time), ("y", values)].map {
        Column(name: $0.0, kind: .numeric, values: .numbers($0.1))
      }, rowCount: 120, source: "ordered.csv")
    var learner = TableLearner(target: "y")
    let between = try learner.fit(table).model.history.validation.headline
    learner.timeColumn = "t"
    let ahead = try learner.fit(table).model.history.validation.headline
    #expect(ahead > 2 * between, "\(between) \(ahead)")
  }

  /// A row of weight 2 counts as two rows: with all else fixed the predictions are the same.
  @Test func weightsCountRows() throws {
    let table = table(rows: 30, seed: 6) { x, stream in x[0] + 0.1 * stream.normal() }
    let twice = (0..<30).flatMap { $0 < 10 ? [$0, $0] : [$0] }
    var weighted = table
    weighted.columns.append(
      Column(
        name: "w", kind: .numeric, values: .numbers((0..<30).map { $0 < 10 ? 2 : 1 })))
    var learner = TableLearner(target: "y")
    learner.kernel = try LaplaceKernel<Double>(lengthScale: 3, metric: .scales([1, 0, 0, 0, 0, 0]))
    // The same ridge for a target of the same unit; the columns' means differ, but distances do not
    // where each is divided by the same deviation, so only one column is looked at, as it is.
    learner.ridge = 0.1
    learner.weightColumn = "w"
    let a = try learner.fit(weighted).model
    #expect(a.regression.members.count == 1)
    #expect(a.encoder.featureCount == 6)
    // Against the solution of the weighted normal equations, made without weights by repetition.
    learner.weightColumn = nil
    let b = try learner.fit(table.rows(at: twice)).model
    guard case .numbers(let p, _, _, _) = try a.predict(table).predictions,
      case .numbers(let q, _, _, _) = try b.predict(table).predictions
    else {
      Issue.record("not numbers")
      return
    }
    // Means, deviations and the target's unit are those of different rows: equal to a few per cent.
    let spread = zip(p, q).map { abs($0 - $1) }.max() ?? 1
    #expect(spread < 0.1, "\(spread)")
    let plain = try learner.fit(table).model
    guard case .numbers(let r, _, _, _) = try plain.predict(table).predictions else { return }
    #expect(zip(p, r).contains { abs($0 - $1) > 1e-3 }, "weights changed nothing")
  }
}
