import MercerCore
import MercerData
import MercerLearning
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

  private func error(_ table: Table) throws -> (error: Double, outcome: TableLearner.Outcome) {
    let outcome = try TableLearner(target: "y").fit(table)
    guard case .regression(let metrics, _) = outcome.model.history.validation else {
      throw MercerError(.internalFailure, "not a regression")
    }
    return (metrics.rmseOverStd, outcome)
  }

  /// A steep function of one column among six: a learned metric finds it, a plain one does not.
  @Test func learnedMetricsFindTheColumnThatMatters() throws {
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
  @Test func noiseIsNotLearned() throws {
    let noise = table(rows: 150, seed: 2) { _, stream in stream.normal() }
    let (error, _) = try error(noise)
    #expect(error > 0.9, "\(error)")
  }
}
