public import MercerCore

/// What each column adds to one prediction.
public struct PredictionContributions: Sendable {
  /// The row of the table, from 0.
  public let row: Int
  /// The class whose log-odds are explained, as a place in the class names; nil for a regression.
  public let classIndex: Int?
  /// What is explained: the prediction, or the log-odds of the class.
  public let value: Double
  /// The mean of the same over the background, which is also what the contributions start from.
  public let baseline: Double
  /// One contribution a column, in the order of the encoder, with the standard error of sampling:
  /// `baseline` plus their sum is `value`.
  public let contributions: [Estimate]
}

extension TableExplainer {
  /// The most rows of the background.
  private static let backgroundLimit = 100
  /// The fewest pairs of orders for each row.
  public static let leastPairCount = 8

  /// The contributions of the columns to the predictions of some rows, sampled Shapley values: what
  /// a column adds, in the mean over random orders in which the columns of a background row are
  /// replaced by those of the row, and over background rows drawn from the training rows.
  ///
  /// Along each path the differences sum to f(x) − f(z), so the mean differences sum to f(x) less the
  /// mean over the background whatever the number of paths: rounding is all that is missing. Each
  /// order is also walked backwards, which takes out much of its chance.
  /// - Parameters:
  ///   - rows: rows of the table, from 0.
  ///   - pairCount: how many pairs of orders, at least 1; by default as many as the number of rows
  ///     leaves room for. With a number, what a row gets does not depend on the others.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: 2 `pairCount` predictions for each row and column; by default at most
  ///   `evaluationLimit` predictions, and at least 16 for each row and column.
  /// - Throws: `.cancelled`, `.memoryLimit`.
  /// - Precondition: there are such rows.
  /// - Source: Štrumbelj and Kononenko, Explaining prediction models and individual predictions with
  ///   feature contributions (2014); Lundberg and Lee, A unified approach to interpreting
  ///   model predictions (2017); orders in pairs: Mitchell, Cooper, Frank and Holmes, Sampling
  ///   permutations for Shapley value estimation (2022).
  public func contributions(
    of rows: [Int], pairCount: Int? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> [PredictionContributions] {
    let p = blocks.count
    let room = evaluationLimit / max(rows.count * p, 1)
    let pairCount = pairCount ?? max(Self.leastPairCount, min(room / 2, Self.backgroundLimit))
    let training = model.regression.inputs
    let background = training.subset(
      at: sample(pairCount, of: training.count, purpose: "background rows"))
    let start = try scores(of: background, context: context)
    let paths = paths(count: pairCount, columnCount: p, backgroundCount: background.count)
    var results: [PredictionContributions] = []
    for row in rows {
      let x = inputs.subset(at: [row])
      let end = try scores(of: x, context: context)
      let classIndex = model.calibration.map { $0.probabilities(end).row(0).indexOfLargest }
      let first = explained(start, ofClass: classIndex ?? 0)
      let last = explained(end, ofClass: classIndex ?? 0)[0]
      let steps = try differences(
        of: x, along: paths, background, first: first, last: last, classIndex: classIndex ?? 0,
        context)
      // Each pair of paths begins at one background row; those that begin most often weigh no more,
      // as the number of pairs is a multiple of the rows.
      results.append(
        PredictionContributions(
          row: row, classIndex: classIndex, value: last,
          baseline: first.reduce(0, +) / Double(first.count),
          contributions: steps.map { Estimate(of: $0) }))
      context.progress?(
        WorkProgress(
          stage: "contributions", fraction: Double(results.count) / Double(rows.count)))
    }
    return results
  }

  /// An order of the columns from a background row.
  private struct Path {
    let start: Int
    let order: [Int]
  }

  /// Orders and their reverses, each pair from a background row, each row equally often.
  private func paths(count: Int, columnCount: Int, backgroundCount: Int) -> [Path] {
    let rounds = max(1, count / max(backgroundCount, 1))
    return (0..<rounds * backgroundCount).flatMap { pair in
      var stream = RandomStream(seed: seed, purpose: "column orders", index: UInt64(pair))
      let order = stream.permutation(columnCount)
      let start = pair % backgroundCount
      return [Path(start: start, order: order), Path(start: start, order: order.reversed())]
    }
  }

  /// For each column what it adds in each pair of paths.
  private func differences(
    of x: Points<Double>, along paths: [Path], _ background: Points<Double>, first: [Double],
    last: Double, classIndex: Int, _ context: ExecutionContext
  ) throws(MercerError) -> [[Double]] {
    let target = x.coordinates.row(0)
    let p = blocks.count
    var added = [[Double]](
      repeating: [Double](repeating: 0, count: paths.count / 2), count: p)
    for part in paths.indices.chunks(of: max(1, 8192 / max(p, 1))) {
      var mixed = MixedPoints(dimension: target.count, capacity: part.count * p)
      for path in part {
        var current = background.coordinates.row(paths[path].start)
        // Both ends of the path are known.
        for column in paths[path].order.dropLast() {
          current = current.taking(blocks[column], from: target)
          mixed.append(current)
        }
      }
      let values = explained(
        try scores(of: mixed.points, context: context), ofClass: classIndex)
      var next = 0
      for path in part {
        var before = first[paths[path].start]
        for (place, column) in paths[path].order.enumerated() {
          let after = place == p - 1 ? last : values[next]
          if place < p - 1 { next += 1 }
          added[column][path / 2] += (after - before) / 2
          before = after
        }
      }
    }
    return added
  }
}
