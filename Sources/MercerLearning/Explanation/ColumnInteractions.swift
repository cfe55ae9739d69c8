public import MercerCore

/// Pairs of columns whose effects on the prediction do not simply add up.
public struct ColumnInteractions: Sendable {
  /// One pair.
  public struct Pair: Sendable, Equatable {
    /// The names of its columns, in the order of the encoder.
    public let columns: [String]
    /// √D, in the target's units (scores, for classes): about the deviation of the part of the
    /// prediction that needs both columns.
    public let strength: Estimate
    /// The same of a fit to targets without any interaction, with as much noise: what a finite
    /// sample shows of interactions that do not exist. 0 where there was no such fit
    /// (`TableExplainer.Extent`).
    public let additiveStrength: Double
    /// D less that of the additive fit, as a share of the variance of the prediction.
    public let excess: Estimate
    /// Whether the pair stands out: its excess is above three standard errors, and half as much again
    /// as the largest that any pair has in one additive fit over the mean of the others.
    public let isClear: Bool
  }

  /// The pairs, by excess.
  public let pairs: [Pair]
  /// The columns whose pairs were looked at.
  public let columns: [String]
  /// How many pairs of rows were mixed.
  public let draws: Int
}

extension TableExplainer {
  /// How much more than the largest of chance an excess must be.
  private static let chanceFactor = 1.5

  /// The strongest interactions between pairs of columns: those among the twelve columns of the
  /// largest gradients.
  ///
  /// For a row x and another row z, with x that takes columns from z written as xₐ and so on,
  /// ```
  /// Δ = f(x) − f(xₐ) − f(x_b) + f(xₐ_b),   D = mean Δ² / 4
  /// ```
  /// vanishes when f is a sum of a function without a and one without b, and for independent columns is
  /// the variance of all effects that hold both a and b. (z is the nearer of two random rows, which
  /// makes D less than that variance, and mixtures less unlike the data.) A fit to finitely many rows
  /// has some of every interaction, the more where columns depend on one another. How much is found by
  /// fitting the same kernels to an additive function of the columns with the residuals' noise
  /// (`AdditiveReference`), several times; its D is subtracted.
  /// - Complexity: at most `evaluationLimit` predictions (and at least 60 · 79) for each of the two,
  ///   and a fit of at most 2,500 rows for each member.
  /// - Throws: what the solvers throw; `.cancelled`.
  /// - Source: the total interaction index: Liu and Owen, Estimating mean dimensionality of analysis of
  ///   variance decompositions (2006), and Fruth, Roustant and Kuhnt, Total interaction index: a
  ///   variance-based sensitivity index for second-order interaction screening (2014); the
  ///   additive reference: Friedman and Popescu, Predictive learning via rule ensembles (2008),
  ///   section 8.
  public func interactions(
    context: ExecutionContext = .default
  ) throws(MercerError) -> ColumnInteractions {
    let training = model.regression.inputs
    let gradients = try GradientImportance(of: self, at: training, context: context).columns
    let columns = gradients.indices.sorted { (gradients[$0], $1) > (gradients[$1], $0) }
      .prefix(extent.pairedColumns).filter { gradients[$0] > 0 }.sorted()
    guard columns.count > 1, training.count > 1 else {
      return ColumnInteractions(pairs: [], columns: columns.map { columnNames[$0] }, draws: 0)
    }
    let design = MixedDifferences(of: self, columns: columns, gradients: gradients)
    let actual = try design.squares(of: model.regression, repeats: 1, "interactions", context)
    guard extent.comparesWithAdditive else {
      return ColumnInteractions(
        pairs: design.pairsAlone(actual.squares, variance: actual.variance, names: columnNames),
        columns: columns.map { columnNames[$0] }, draws: design.draws.count)
    }
    let reference = try AdditiveReference(for: self, gradients: gradients, context: context)
    let additive = try design.squares(
      of: reference.regression, repeats: reference.repeats, "additive reference", context)
    let chance = Self.chanceFactor * chanceExcess(additive.squares)
    let names = columnNames
    let pairs = design.pairs.indices.map { pair in
      let d = Estimate(of: actual.squares[pair][0])
      let turns = additive.squares[pair]
      let expected = Estimate(of: turns.map { Estimate(of: $0).value })
      let rises = actual.squares[pair][0].indices.map { draw in
        actual.squares[pair][0][draw]
          - turns.reduce(0) { $0 + $1[draw] } / Double(turns.count)
      }
      let excess = Estimate(of: rises)
      let strength = d.value.squareRoot()
      return ColumnInteractions.Pair(
        columns: [names[design.pairs[pair].0], names[design.pairs[pair].1]],
        strength: Estimate(
          value: strength,
          standardError: strength > 0 ? d.standardError / (2 * strength) : 0),
        additiveStrength: expected.value.squareRoot(),
        excess: Estimate(
          value: excess.value / actual.variance,
          standardError: excess.standardError / actual.variance),
        isClear: excess.value > max(chance, 3 * excess.standardError))
    }
    let order = pairs.indices.sorted { (pairs[$0].excess.value, $1) > (pairs[$1].excess.value, $0) }
    return ColumnInteractions(
      pairs: order.map { pairs[$0] }, columns: columns.map { names[$0] }, draws: design.draws.count)
  }
}

/// The largest excess of any pair in one repetition over the mean of the others: what chance does.
///
/// - Parameter squares: for each pair, each repetition and each draw.
private func chanceExcess(_ squares: [[[Double]]]) -> Double {
  var largest = 0.0
  for turns in squares {
    let means = turns.map { Estimate(of: $0).value }
    let total = means.reduce(0, +)
    for mean in means {
      largest = max(largest, mean - (total - mean) / Double(means.count - 1))
    }
  }
  return largest
}

/// Pairs of training rows, and the predictions of their mixtures.
private struct MixedDifferences {
  let explainer: TableExplainer
  let columns: [Int]
  /// Pairs of columns.
  let pairs: [(Int, Int)]
  /// Pairs of training rows: one that is changed, and one that gives its values.
  let draws: [(Int, Int)]

  /// How many rows are drawn for each mixture, of which the nearest is taken: nearer rows make mixtures
  /// that are more like rows of the table where columns depend on one another.
  private static let candidateCount = 2

  /// - Parameter gradients: how much each column counts in distances.
  init(of explainer: TableExplainer, columns: [Int], gradients: [Double]) {
    self.explainer = explainer
    self.columns = columns
    pairs = columns.indices.flatMap { a in
      columns.indices.filter { $0 > a }.map { (columns[a], columns[$0]) }
    }
    let count = max(60, min(400, explainer.evaluationLimit / (1 + columns.count + pairs.count)))
    let inputs = explainer.model.regression.inputs.coordinates
    let blocks = explainer.blocks
    draws = (0..<count).map { draw in
      var stream = RandomStream(
        seed: explainer.seed, purpose: "interaction rows", index: UInt64(draw))
      let place = stream.integer(below: inputs.rowCount)
      let row = inputs.row(place)
      var nearest = (place: place, distance: Double.infinity)
      for _ in 0..<Self.candidateCount {
        let other = stream.integer(below: inputs.rowCount - 1)
        let candidate = other < place ? other : other + 1
        let values = inputs.row(candidate)
        let distance = columns.reduce(0) { sum, column in
          blocks[column].reduce(sum) {
            let difference = gradients[column] * (row[$1] - values[$1])
            return $0 + difference * difference
          }
        }
        if distance < nearest.distance { nearest = (candidate, distance) }
      }
      return (place, nearest.place)
    }
  }

  /// Δ² / 4 for each pair of columns, each repetition and each draw, and the variance of predictions
  /// over the drawn rows.
  ///
  /// - Parameter repeats: how many regressions the outputs are of, one after another; the outputs of
  ///   each are summed.
  func squares(
    of regression: KernelRidgeBlend, repeats: Int, _ stage: String, _ context: ExecutionContext
  ) throws(MercerError) -> (squares: [[[Double]]], variance: Double) {
    let inputs = explainer.model.regression.inputs.coordinates
    let width = 1 + columns.count + pairs.count
    var squares = [[[Double]]](
      repeating: [[Double]](repeating: [], count: repeats), count: pairs.count)
    var base: [[Double]] = []
    for part in draws.indices.chunks(of: max(1, 4096 / width)) {
      var mixed = MixedPoints(dimension: inputs.columnCount, capacity: part.count * width)
      for draw in part {
        let (row, donor) = (inputs.row(draws[draw].0), inputs.row(draws[draw].1))
        mixed.append(row)
        for column in columns { mixed.append(row.taking(explainer.blocks[column], from: donor)) }
        for (a, b) in pairs {
          mixed.append(
            row.taking(explainer.blocks[a], from: donor).taking(explainer.blocks[b], from: donor))
        }
      }
      let values = try explainer.values(of: mixed.points, by: regression, context: context)
      let outputs = values.columnCount / repeats
      for place in 0..<part.count {
        let rows = (place * width..<(place + 1) * width).map { values.row($0) }
        base.append(rows[0])
        let singles = Dictionary(uniqueKeysWithValues: zip(columns, rows.dropFirst()))
        for (pair, (a, b)) in pairs.enumerated() {
          guard let one = singles[a], let other = singles[b] else { continue }
          let both = rows[1 + columns.count + pair]
          for turn in 0..<repeats {
            var sum = 0.0
            for o in turn * outputs..<(turn + 1) * outputs {
              let difference = rows[0][o] - one[o] - other[o] + both[o]
              sum += difference * difference
            }
            squares[pair][turn].append(sum / 4)
          }
        }
      }
      context.progress?(
        WorkProgress(stage: stage, fraction: Double(part.upperBound) / Double(draws.count)))
    }
    return (squares, max(variance(of: base), .leastNormalMagnitude))
  }

  /// Pairs by their own strength, compared with nothing.
  func pairsAlone(
    _ squares: [[[Double]]], variance: Double, names: [String]
  ) -> [ColumnInteractions.Pair] {
    let found = pairs.indices.map { pair in
      let d = Estimate(of: squares[pair][0])
      let strength = d.value.squareRoot()
      return ColumnInteractions.Pair(
        columns: [names[pairs[pair].0], names[pairs[pair].1]],
        strength: Estimate(
          value: strength, standardError: strength > 0 ? d.standardError / (2 * strength) : 0),
        additiveStrength: 0,
        excess: Estimate(
          value: d.value / variance, standardError: d.standardError / variance), isClear: false)
    }
    let order = found.indices.sorted { (found[$0].excess.value, $1) > (found[$1].excess.value, $0) }
    return order.map { found[$0] }
  }

  /// The variance over rows, outputs summed.
  private func variance(of rows: [[Double]]) -> Double {
    let outputs = rows.first?.count ?? 0
    return (0..<outputs).reduce(0) { sum, o in
      let mean = rows.reduce(0) { $0 + $1[o] } / Double(rows.count)
      return sum + rows.reduce(0) { $0 + ($1[o] - mean) * ($1[o] - mean) } / Double(rows.count)
    }
  }
}

extension [Double] {
  /// The same numbers but for some, taken from another row.
  func taking(_ places: [Int], from other: [Double]) -> [Double] {
    var copy = self
    for place in places { copy[place] = other[place] }
    return copy
  }
}
