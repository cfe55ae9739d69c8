/// A table as it was read: named columns of equal length, not yet encoded for any kernel.
public struct Table: Sendable, Equatable {
  /// The columns in the order of the file.
  public var columns: [Column]
  /// The number of rows.
  public let rowCount: Int
  /// What to call the table in messages: the file as the user named it.
  public let source: String
  /// For a part of a larger table, the number of each row there, from 0; nil for a table of its own.
  public var rowNumbers: [Int]?

  /// A table from its columns.
  ///
  /// - Precondition: every column has `rowCount` values.
  public init(columns: [Column], rowCount: Int, source: String) {
    precondition(columns.allSatisfy { $0.values.count == rowCount })
    self.columns = columns
    self.rowCount = rowCount
    self.source = source
  }

  /// The column of this name, or nil.
  public func column(named name: String) -> Column? { columns.first { $0.name == name } }

  /// The rows with these numbers (from 0), in this order; kinds and levels stay.
  public func rows(at indices: [Int]) -> Table {
    var part = Table(
      columns: columns.map { Column(name: $0.name, kind: $0.kind, values: $0.values[at: indices]) },
      rowCount: indices.count, source: source)
    part.rowNumbers = rowNumbers.map { numbers in indices.map { numbers[$0] } }
    return part
  }
}

/// One column of a table.
public struct Column: Sendable, Equatable {
  /// The name in the header.
  public let name: String
  /// What the values were found to be, looking at all rows.
  public let kind: ColumnKind
  /// The values.
  public let values: ColumnValues

  /// A column.
  public init(name: String, kind: ColumnKind, values: ColumnValues) {
    self.name = name
    self.kind = kind
    self.values = values
  }
}

/// What the values of a column are, which decides how they are encoded.
public enum ColumnKind: String, Sendable, Codable, CaseIterable {
  /// Numbers.
  case numeric
  /// Two values that mean yes and no (true/false, yes/no, t/f, y/n), or text of two such levels.
  case boolean
  /// Text of few distinct levels.
  case categorical
  /// Dates or times, as seconds since 1970-01-01 00:00 UTC.
  case date
  /// Text that names the row (nearly all values differ): tells nothing about other rows.
  case identifier
  /// One value everywhere: tells nothing.
  case constant
  /// No value anywhere.
  case empty
}

/// The values of a column, with missing cells.
public enum ColumnValues: Sendable, Equatable {
  /// Numbers, or dates as seconds; NaN is a missing cell.
  case numbers([Double])
  /// Text: for each row the place of its level in `names`, or −1 for a missing cell. The names are
  /// distinct and sorted (by Unicode scalar), so that they do not depend on the order of rows.
  case levels(codes: [Int32], names: [String])

  /// The number of rows.
  public var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .levels(let codes, _): codes.count
    }
  }

  /// How many cells are missing.
  public var missingCount: Int {
    switch self {
    case .numbers(let values): values.count { $0.isNaN }
    case .levels(let codes, _): codes.count { $0 < 0 }
    }
  }

  /// The values of these rows, in this order.
  public subscript(at indices: [Int]) -> ColumnValues {
    switch self {
    case .numbers(let values): .numbers(indices.map { values[$0] })
    case .levels(let codes, let names): .levels(codes: indices.map { codes[$0] }, names: names)
    }
  }
}
