/// How to read a table of text.
public struct CSVOptions: Sendable, Equatable {
  /// The character between cells, one of ASCII; nil finds it: a tab for names ending in `.tsv` or
  /// `.tab`, else the one of `,` `;` tab `|` that cuts the first lines into the same number of cells.
  public var separator: Character?
  /// What stands for a missing cell beside the empty cell; letters match in either case.
  public var missingMarkers: [String]
  /// Columns whose kind is known, for instance from a model: a numeric or date column must then hold
  /// nothing else, and the others are read as text even where every cell is a number. Names that the
  /// table does not have are ignored, and `.constant` and `.empty` mean as much as no entry.
  public var kinds: [String: ColumnKind]
  /// The columns to read; nil reads all. Of the others only the number of cells is checked, and the
  /// table does not have them.
  public var columns: Set<String>?
  /// The longest cell that is accepted, in bytes; at least 1.
  public var cellByteLimit: Int
  /// How many bytes one task reads, at least 1; nil chooses. The table does not depend on it.
  public var chunkByteCount: Int?

  /// The markers that people use: `NA`, `N/A`, `#N/A`, `<NA>`, `NaN`, `null`, `None`, `?`.
  public static let usualMissingMarkers = [
    "NA", "N/A", "#N/A", "<NA>", "NaN", "null", "None", "?",
  ]

  /// Whether a column is read.
  func reads(_ column: String) -> Bool { columns?.contains(column) ?? true }

  /// Options, each with the value that suits most files.
  public init(
    separator: Character? = nil, missingMarkers: [String] = Self.usualMissingMarkers,
    kinds: [String: ColumnKind] = [:], columns: Set<String>? = nil, cellByteLimit: Int = 131_072,
    chunkByteCount: Int? = nil
  ) {
    self.separator = separator
    self.missingMarkers = missingMarkers
    self.kinds = kinds
    self.columns = columns
    self.cellByteLimit = cellByteLimit
    self.chunkByteCount = chunkByteCount
  }
}
