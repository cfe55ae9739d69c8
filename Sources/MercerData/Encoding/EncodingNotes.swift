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
  /// Numbers far outside those of the fitted table, which were taken as near them as
  /// ``LearnedRange`` says.
  public var heldCells: [Cells] = []
  /// Numbers that stand for missing cells, by their look and their distance, and were taken as such.
  public var codedCells: [Cells] = []
  /// The columns that the fitted table does not have, which are ignored.
  public var extraColumns: [String] = []

  /// Notes with nothing in them.
  public init() {}

  /// Adds what was noted of later rows of the same table.
  ///
  /// - Parameters:
  ///   - later: the notes of those rows.
  ///   - order: the columns in the order in which they are to be named.
  public mutating func add(_ later: EncodingNotes, order: [String]) {
    unseenLevels = Self.sum(unseenLevels, later.unseenLevels, order)
    filledCells = Self.sum(filledCells, later.filledCells, order)
    heldCells = Self.sum(heldCells, later.heldCells, order)
    codedCells = Self.sum(codedCells, later.codedCells, order)
    for column in later.extraColumns where !extraColumns.contains(column) {
      extraColumns.append(column)
    }
  }

  private static func sum(_ first: [Cells], _ later: [Cells], _ order: [String]) -> [Cells] {
    guard !later.isEmpty else { return first }
    let cells = Dictionary((first + later).map { ($0.column, $0) }) { a, b in
      let new = b.examples.filter { !a.examples.contains($0) }
      return Cells(
        column: a.column, count: a.count + b.count, examples: Array((a.examples + new).prefix(5)))
    }
    return order.compactMap { cells[$0] }
  }
}
