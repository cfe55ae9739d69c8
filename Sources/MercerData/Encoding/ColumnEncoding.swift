/// How one column of a table becomes coordinates.
public struct ColumnEncoding: Sendable, Equatable, Codable {
  /// The column's name.
  public let name: String
  /// What is done with its values.
  public let rule: Rule

  /// What is done with the values of a column; every number was found in the fitted table.
  public enum Rule: Sendable, Equatable, Codable {
    /// Numbers (and dates, as seconds since 1970): (x − mean) / deviation, a missing cell as
    /// `fill`; with ranks, a second coordinate that is the place of the same number in the
    /// distribution of the column; with an indicator, a last one that is 1 where the cell is
    /// missing.
    ///
    /// Without a deviation (all numbers were equal) there is the indicator alone.
    case numeric(
      mean: Double, deviation: Double?, fill: Double, hasIndicator: Bool, isDate: Bool,
      ranks: RankMap? = nil)
    /// Two values as one coordinate, −1/√2 and +1/√2, and 0 for a missing cell; with an indicator
    /// as for numbers.
    case boolean(negative: String, positive: String, hasIndicator: Bool)
    /// Text of these levels, sorted by Unicode scalar. One coordinate for each, one for the rare
    /// levels together if there are any, and one for missing cells (`hasMissing`), 1 where it holds
    /// and otherwise 0; or, when `isCoded`, one coordinate with the place in this order as a code.
    case category(levels: [String], rareLevels: [String], hasMissing: Bool, isCoded: Bool)
  }

  /// The names of the coordinates, in their order.
  var featureNames: [String] {
    switch rule {
    case .numeric(_, let deviation, _, let hasIndicator, _, let ranks):
      (deviation == nil ? [] : [name] + (ranks == nil ? [] : ["\(name) rank"]))
        + (hasIndicator ? ["\(name) is missing"] : [])
    case .boolean(_, let positive, let hasIndicator):
      ["\(name)=\(positive)"] + (hasIndicator ? ["\(name) is missing"] : [])
    case .category(let levels, let rareLevels, let hasMissing, let isCoded):
      isCoded
        ? [name]
        : levels.map { "\(name)=\($0)" } + (rareLevels.isEmpty ? [] : ["\(name) is rare"])
          + (hasMissing ? ["\(name) is missing"] : [])
    }
  }

  /// How many coordinates the column has.
  var featureCount: Int { featureNames.count }

  /// Whether the column is a number in two coordinates: first standardised, then its rank.
  var hasRank: Bool {
    if case .numeric(_, _?, _, _, _, _?) = rule { true } else { false }
  }
}

/// A column that is left out, and why.
public struct OmittedColumn: Sendable, Equatable, Codable {
  /// The column's name.
  public let name: String
  /// Why it is left out.
  public let reason: Reason

  /// Why a column is left out.
  public enum Reason: String, Sendable, Codable, CaseIterable {
    /// The caller said so: the target, or a column the user ignores.
    case excluded
    /// Nearly every row has a value of its own, which tells nothing about other rows.
    case identifier
    /// One value everywhere.
    case constant
    /// No value anywhere.
    case empty
    /// Every level is in a single row.
    case allRare
  }

  /// A column and why it is left out.
  public init(name: String, reason: Reason) {
    self.name = name
    self.reason = reason
  }
}

/// What was not as in the fitted table when another one was encoded, for the user to be told.
public struct EncodingNotes: Sendable, Equatable {
  /// A number of cells of one column.
  public struct Cells: Sendable, Equatable {
    /// The column's name.
    public let column: String
    /// How many cells.
    public let count: Int
    /// The first of the values, at most five different ones; empty for missing cells.
    public let examples: [String]

    /// Cells of one column.
    public init(column: String, count: Int, examples: [String] = []) {
      self.column = column
      self.count = count
      self.examples = examples
    }
  }

  /// Cells with a level that the fitted table does not have. They are encoded as the rare levels
  /// where there are such, and otherwise as no level at all.
  public var unseenLevels: [Cells] = []
  /// Missing cells that were filled in (numbers by the median, others by no level) in columns that
  /// had none in the fitted table. Where it had some, a missing cell is information, and no note.
  public var filledCells: [Cells] = []
  /// The columns that the fitted table does not have, which are ignored.
  public var extraColumns: [String] = []

  /// Notes with nothing in them.
  public init() {}
}
