import MercerCore
import MercerData

/// What columns other than the features say of the rows: how much each counts, and which may stand
/// in for rows yet unseen.
struct RowRoles: Sendable {
  /// All positive; nil when all rows count the same.
  let weights: [Double]?
  let resampling: Resampling

  /// The group of each row, if rows are kept apart by group.
  var groups: [Int]? {
    if case .grouped(let groups) = resampling { groups } else { nil }
  }

  /// Reads the columns that a learner names.
  ///
  /// - Throws: `.invalidData` for a column that is absent, has missing cells, or holds what cannot be
  ///   a weight or a time.
  init(of learner: TableLearner, in table: Table) throws(MercerError) {
    weights = try learner.weightColumn.map { (name) throws(MercerError) in
      try Self.weights(in: Self.column(name, for: "--weight", of: table), of: table)
    }
    if let name = learner.groupColumn {
      resampling = .grouped(
        try Self.groups(in: Self.column(name, for: "--group", of: table), of: table))
    } else if let name = learner.timeColumn {
      let column = try Self.column(name, for: "--time", of: table)
      resampling = .ordered(
        try Self.numbers(in: column, of: table, are: "times (numbers or dates)"))
    } else {
      resampling = .random
    }
  }

  private static func column(
    _ name: String, for flag: String, of table: Table
  ) throws(MercerError) -> Column {
    let names = table.columns.map(\.name)
    guard let column = table.column(named: name) else {
      throw MercerError(
        .invalidData,
        "there is no column \(quoted(name)) for \(flag)\(Suggestion.text(for: name, among: names))",
        at: .init(file: table.source), remedy: "the columns are \(listed(names))")
    }
    guard column.values.missingCount == 0 else {
      throw MercerError(
        .invalidData,
        "\(column.values.missingCount) of \(table.rowCount) rows have no value for \(flag)",
        at: .init(file: table.source, column: quoted(name)),
        remedy: "fill these cells in, or leave these rows out")
    }
    return column
  }

  private static func numbers(
    in column: Column, of table: Table, are what: String
  ) throws(MercerError) -> [Double] {
    guard case .numbers(let values) = column.values, values.allSatisfy(\.isFinite) else {
      throw MercerError(
        .invalidData, "the column holds something else than \(what)",
        at: .init(file: table.source, column: quoted(column.name)))
    }
    return values
  }

  private static func weights(in column: Column, of table: Table) throws(MercerError) -> [Double] {
    let values = try numbers(in: column, of: table, are: "numbers")
    // Rows of weight 0 are not here any more.
    if let row = values.firstIndex(where: { !($0 > 0) }) {
      let number = table.rowNumbers?[row] ?? row
      throw MercerError(
        .invalidData, "row \(number + 1) has the weight \(values[row])",
        at: .init(file: table.source, column: quoted(column.name)),
        remedy: "weights are numbers above 0, or 0 for rows that shall not count")
    }
    // To a mean of 1, so that ridges mean what they mean without weights.
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 / mean }
  }

  private static func groups(in column: Column, of table: Table) throws(MercerError) -> [Int] {
    let groups: [Int]
    switch column.values {
    case .levels(let codes, _): groups = codes.map { Int($0) }
    case .numbers(let values):
      var places: [Double: Int] = [:]
      groups = values.map { value in
        let place = places[value] ?? places.count
        places[value] = place
        return place
      }
    }
    guard Set(groups).count > 1 else {
      throw MercerError(
        .invalidData, "all rows are of one group, so none can be kept apart",
        at: .init(file: table.source, column: quoted(column.name)))
    }
    return groups
  }
}
