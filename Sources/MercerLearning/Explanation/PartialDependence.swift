public import MercerCore
import MercerData

/// What predictions become, on average over rows, when one column or two are set to given values.
///
/// Columns that go together in the table are set apart by it: where no row is like the mixture, the
/// curve says what the model would say, not what is known.
public struct PartialDependence: Sendable {
  /// The values that a column is set to.
  public enum Grid: Sendable, Equatable {
    /// Quantiles of a column of numbers, ascending and distinct; dates in seconds since 1970.
    case numbers([Double], isDate: Bool)
    /// The most frequent levels, in the order of their frequency.
    case levels([String])

    /// How many there are.
    public var count: Int {
      switch self {
      case .numbers(let values, _): values.count
      case .levels(let names): names.count
      }
    }
  }

  /// The columns: one, or two.
  public let columns: [String]
  /// The values of each column.
  public let grids: [Grid]
  /// The mean over rows, one row a combination of values (those of the last column run fastest), and
  /// one column an output: the prediction of a regression, or the probability of each class.
  public let means: Matrix<Double>
  /// How much the curves of single rows differ in shape, in the same form: the standard deviation over
  /// rows of what a row's curve lies above its own mean. Zero where the column acts alike in all rows.
  public let deviations: Matrix<Double>
  /// How many rows were averaged over.
  public let rows: Int

  /// How far the mean curve moves: the largest less the smallest mean, of the output where that is
  /// most.
  public var range: Double { means.columnCount > 0 ? range(of: widestOutput) : 0 }

  /// The output that moves most; of two classes the last, since both move alike.
  public var widestOutput: Int {
    means.columnCount == 2
      ? 1
      : (0..<means.columnCount).max { (range(of: $0), $1) < (range(of: $1), $0) } ?? 0
  }

  private func range(of output: Int) -> Double {
    let values = means.column(output)
    return (values.max() ?? 0) - (values.min() ?? 0)
  }
}

extension TableExplainer {
  /// The most values that one column, and each of two, is set to.
  private static let (curvePoints, mapPoints) = (16, 9)
  /// The most rows that are averaged over.
  private static let averagedRows = 200

  /// The partial dependence of predictions on one column, or on two together.
  ///
  /// - Parameters:
  ///   - names: one or two columns of the model.
  ///   - context: threads and cancellation.
  /// - Complexity: at most `evaluationLimit` predictions, or 20 rows for each combination of values
  ///   if these are more.
  /// - Throws: `.invalidParameter` for a name that is no column of the model, or not one or two of them;
  ///   `.invalidData` for a table without rows; `.cancelled`.
  /// - Source: Friedman, Greedy function approximation: a gradient boosting machine (2001), section
  ///   8.2; curves of single rows: Goldstein et al., Peeking inside the black box (2015).
  public func partialDependence(
    of names: [String], context: ExecutionContext = .default
  ) throws(MercerError) -> PartialDependence {
    guard names.count == 1 || names.count == 2, Set(names).count == names.count else {
      throw MercerError(.invalidParameter, "a partial dependence is of one column or of two")
    }
    guard inputs.count > 0 else {
      throw MercerError(
        .invalidData, "a table without rows shows no dependence", at: .init(file: table.source))
    }
    var (grids, blocks, values): ([PartialDependence.Grid], [[Int]], [[[Double]]]) = ([], [], [])
    for name in names {
      guard let place = columnNames.firstIndex(of: name) else {
        throw MercerError(
          .invalidParameter,
          "the model has no column \(quoted(name))\(Suggestion.text(for: name, among: columnNames))"
        )
      }
      let column = try gridColumn(name, limit: names.count == 1 ? Self.curvePoints : Self.mapPoints)
      grids.append(column.grid)
      blocks.append(self.blocks[place])
      values.append(try encoded(column.values, of: name, block: self.blocks[place]))
    }
    let combinations =
      values.count == 1
      ? values[0].map { [$0] } : values[0].flatMap { first in values[1].map { [first, $0] } }
    let limit = min(Self.averagedRows, max(20, evaluationLimit / max(combinations.count, 1)))
    let rows = sample(limit, of: inputs.count, purpose: "partial dependence rows")
    var mixed = MixedPoints(
      dimension: inputs.dimension, capacity: rows.count * combinations.count)
    for row in rows {
      let start = inputs.coordinates.row(row)
      for combination in combinations {
        var point = start
        for (block, coordinates) in zip(blocks, combination) {
          for (coordinate, value) in zip(block, coordinates) { point[coordinate] = value }
        }
        mixed.append(point)
      }
    }
    let outputs = try answers(mixed.points, context: context)
    let (means, deviations) = Self.moments(of: outputs, curves: rows.count)
    return PartialDependence(
      columns: names, grids: grids, means: means, deviations: deviations, rows: rows.count)
  }

  /// Predictions or probabilities.
  private func answers(
    _ points: Points<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let scores = try scores(of: points, context: context)
    return model.calibration?.probabilities(scores) ?? Matrix(column: numbers(scores))
  }

  /// The coordinates of one column for each of some values.
  private func encoded(
    _ values: ColumnValues, of name: String, block: [Int]
  ) throws(MercerError) -> [[Double]] {
    let copies = table.rows(at: [Int](repeating: 0, count: values.count))
    let columns = copies.columns.map {
      $0.name == name ? Column(name: name, kind: $0.kind, values: values) : $0
    }
    let points = try model.encoder.encode(
      Table(columns: columns, rowCount: values.count, source: table.source), as: Double.self)
    return (0..<values.count).map { row in
      let point = points.coordinates.row(row)
      return block.map { point[$0] }
    }
  }

  /// The values that a column is set to, as a grid and as they stand in the table.
  private func gridColumn(
    _ name: String, limit: Int
  ) throws(MercerError) -> (grid: PartialDependence.Grid, values: ColumnValues) {
    guard let column = table.column(named: name) else {
      throw MercerError(
        .invalidData, "there is no column \(quoted(name))", at: .init(file: table.source))
    }
    switch column.values {
    case .numbers(let all):
      let sorted = all.filter { !$0.isNaN }.sorted()
      guard !sorted.isEmpty else {
        throw MercerError(
          .invalidData, "the column \(quoted(name)) is empty", at: .init(file: table.source))
      }
      var grid: [Double] = []
      for step in 0..<limit {
        // From the 1st to the 99th percentile: beyond, single rows decide.
        let share = 0.01 + 0.98 * Double(step) / Double(limit - 1)
        let value = sorted[Int((share * Double(sorted.count - 1)).rounded())]
        if grid.last != value { grid.append(value) }
      }
      return (.numbers(grid, isDate: column.kind == .date), .numbers(grid))
    case .levels(let codes, let names):
      var counts = [Int](repeating: 0, count: names.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let order = counts.indices.filter { counts[$0] > 0 }
        .sorted { (counts[$0], $1) > (counts[$1], $0) }.prefix(limit)
      guard !order.isEmpty else {
        throw MercerError(
          .invalidData, "the column \(quoted(name)) is empty", at: .init(file: table.source))
      }
      return (
        .levels(order.map { names[$0] }), .levels(codes: order.map { Int32($0) }, names: names)
      )
    }
  }

  /// Over curves that follow one another: means at each place, and deviations of what a curve lies
  /// above its own mean.
  private static func moments(
    of outputs: Matrix<Double>, curves: Int
  ) -> (means: Matrix<Double>, deviations: Matrix<Double>) {
    let (points, width) = (outputs.rowCount / curves, outputs.columnCount)
    var means = Matrix<Double>(rowCount: points, columnCount: width)
    var squares = means
    for output in 0..<width {
      let levels = (0..<curves).map { curve in
        (0..<points).reduce(0) { $0 + outputs[curve * points + $1, output] } / Double(points)
      }
      let level = levels.reduce(0, +) / Double(curves)
      for point in 0..<points {
        var (sum, square) = (0.0, 0.0)
        for curve in 0..<curves {
          let value = outputs[curve * points + point, output] - levels[curve]
          sum += value
          square += value * value
        }
        let mean = sum / Double(curves)
        means[point, output] = mean + level
        squares[point, output] = max(square / Double(curves) - mean * mean, 0).squareRoot()
      }
    }
    return (means, squares)
  }
}
