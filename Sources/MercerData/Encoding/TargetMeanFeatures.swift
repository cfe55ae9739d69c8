public import MercerCore

/// The coordinates of an encoded table that are made of targets, and what is needed to make them
/// again of some of its rows.
///
/// A search that judges a fit by rows kept aside calls `split` for each pair of training and
/// validation rows, so that no validation row's target is in any coordinate; the last fit, to all
/// rows, takes `outOfFold`.
public struct TargetMeanFeatures: Sendable {
  private struct Source: Sendable {
    let codes: [Int32]
    let levelCount: Int
    let outputs: [Int]
    /// The first of its coordinates, which are as many as outputs.
    let firstFeature: Int
    /// The place of the column in the encoder, and that of the statistics among what is added to it.
    let column: Int
    let added: Int
  }

  private let sources: [Source]

  /// The coordinates, in increasing order.
  public var features: [Int] {
    sources.flatMap { Array($0.firstFeature..<($0.firstFeature + $0.outputs.count)) }
  }

  /// Whether no coordinate is made of targets.
  public var isEmpty: Bool { sources.isEmpty }

  init(_ encoder: TableEncoder, columns: [Column]) {
    var sources: [Source] = []
    var first = 0
    for (place, (encoding, column)) in zip(encoder.columns, columns).enumerated() {
      var feature = first + encoding.ruledFeatureCount
      for (index, addition) in encoding.added.enumerated() {
        if case .levelStatistics(let statistics) = addition {
          sources.append(
            Source(
              codes: statistics.codes(of: column), levelCount: statistics.count,
              outputs: statistics.outputs, firstFeature: feature, column: place, added: index))
        }
        feature += addition.kinds.count
      }
      first += encoding.featureCount
    }
    self.sources = sources
  }

  /// Rows to learn from and rows to be judged by, where the latter's targets are in no coordinate: all
  /// means are made of the training rows, for these out of fold.
  ///
  /// - Parameters:
  ///   - inputs: the encoded table.
  ///   - targets: one row a row of the table, what is learned.
  ///   - weights: one a row, or nil.
  ///   - groups: the group of each row, if rows of one group are to be in one fold.
  ///   - train: the rows to learn from.
  ///   - validation: the rows to be judged by.
  ///   - seed: of the folds within the training rows.
  /// - Complexity: O(n d) for the copies, and O(n k) for each column with means.
  /// - Precondition: all have as many rows as the table.
  public func split(
    _ inputs: Points<Double>, targets: Matrix<Double>, weights: [Double]? = nil,
    groups: [Int]? = nil, train: [Int], validation: [Int], seed: UInt64
  ) -> (train: Points<Double>, validation: Points<Double>) {
    var trained = inputs.coordinates.rows(at: train)
    var judged = inputs.coordinates.rows(at: validation)
    let trainTargets = targets.rows(at: train)
    let trainWeights = weights.map { weights in train.map { weights[$0] } }
    let trainGroups = groups.map { groups in train.map { groups[$0] } }
    for source in sources {
      let codes = train.map { source.codes[$0] }
      let chosen = trainTargets.columns(at: source.outputs)
      write(
        TargetMeans.outOfFold(
          codes: codes, levelCount: source.levelCount, targets: chosen, weights: trainWeights,
          groups: trainGroups, seed: seed), into: &trained, at: source.firstFeature)
      let means = TargetMeans(
        codes: codes, levelCount: source.levelCount, targets: chosen, weights: trainWeights)
      write(
        means.coordinates(of: validation.map { source.codes[$0] }), into: &judged,
        at: source.firstFeature)
    }
    return (Points(trained), Points(judged))
  }

  /// All rows to learn from, each with the means of other folds.
  ///
  /// - Precondition: as for `split`.
  public func outOfFold(
    _ inputs: Points<Double>, targets: Matrix<Double>, weights: [Double]? = nil,
    groups: [Int]? = nil, seed: UInt64
  ) -> Points<Double> {
    guard !isEmpty else { return inputs }
    var coordinates = inputs.coordinates
    for source in sources {
      write(
        TargetMeans.outOfFold(
          codes: source.codes, levelCount: source.levelCount,
          targets: targets.columns(at: source.outputs), weights: weights, groups: groups,
          seed: seed), into: &coordinates, at: source.firstFeature)
    }
    return Points(coordinates)
  }

  /// The encoder with the means of these targets, such as those of a target that was transformed
  /// after the encoder was fitted.
  public func refitting(
    _ encoder: TableEncoder, to targets: Matrix<Double>, weights: [Double]? = nil
  ) -> TableEncoder {
    var columns = encoder.columns
    for source in sources {
      let column = columns[source.column]
      guard case .levelStatistics(let old) = column.added[source.added] else { continue }
      let means = TargetMeans(
        codes: source.codes, levelCount: source.levelCount,
        targets: targets.columns(at: source.outputs), weights: weights)
      var added = column.added
      added[source.added] = .levelStatistics(
        LevelStatistics(
          levels: old.levels, hasMissing: old.hasMissing, outputs: old.outputs,
          means: old.outputs.indices.map { means.coordinates.column($0) },
          frequencies: old.frequencies))
      columns[source.column] = ColumnEncoding(
        name: column.name, rule: column.rule, added: added, range: column.range)
    }
    return TableEncoder(columns: columns, omitted: encoder.omitted, options: encoder.options)
  }

  private func write(_ values: Matrix<Double>, into target: inout Matrix<Double>, at first: Int) {
    let (width, k) = (target.columnCount, values.columnCount)
    target.withUnsafeMutableBufferPointer { target in
      values.withUnsafeBufferPointer { values in
        for row in 0..<(k == 0 ? 0 : values.count / k) {
          for j in 0..<k { target[row * width + first + j] = values[row * k + j] }
        }
      }
    }
  }
}
