public import MercerCore
public import MercerData

/// A table on the disk that is learned from without ever being in memory as a whole: what is decided about
/// it (kinds, encoding, kernels) is decided on some of its rows, drawn at random; the rest comes block
/// by block.
public struct LargeTable: Sendable {
  /// All rows.
  public let store: ColumnStore
  /// The rows that are in memory, ascending; `rowNumbers` has their places among all.
  public let sample: Table

  /// The share of the memory limit that the columns of a table may take in memory, as Doubles: encoded,
  /// standardised and copied they take ten times as much and more.
  static let share = 32
  /// The most rows that are drawn.
  private static let sampleLimit = 100_000
  /// Bytes that a cell of the sample comes to, with its coordinates and copies of them; and for each
  /// level of a text, which is a coordinate of its own, as far as an encoder makes them.
  private static let cellBytes = (all: 64, level: 24)
  private static let levelLimit = 255

  /// What all rows take with the coordinates that kernels look at: these in Float, targets, and what
  /// kernels are bound to; and what a centre adds.
  static func bytes(
    rows n: Int, width: Int, targets k: Int, threadCount: Int
  ) -> (rows: Int, centre: Int) {
    let bound = RidgeCentres.boundBytes(dimension: width, threadCount: threadCount)
    return (4 * n * width + 24 * n * k + bound.rows, bound.centre)
  }

  /// Whether a table of text is to be learned from by way of the disk: when its cells as numbers would
  /// take more than one part in 32 of the memory limit. Only a plain file is; others must be read into
  /// memory anyway.
  ///
  /// - Complexity: a look at the first megabyte.
  public static func isWanted(
    for path: String, options: CSVOptions = .init(), context: ExecutionContext
  ) -> Bool {
    guard let bytes = CSVReader.expectedByteCount(path: path, options: options) else {
      return false
    }
    // A page or two of cells is in memory anyway.
    return bytes > max(context.memoryLimit / share, 1 << 16)
  }

  /// Whether a table that has been read is to be learned from by way of the disk: when its coordinates,
  /// with copies of them, would take more than a quarter of the memory limit, as texts of many levels are
  /// many coordinates. Only what can be read again as a whole is.
  public static func isWanted(
    for table: Table, path: String, options: CSVOptions = .init(), context: ExecutionContext
  ) -> Bool {
    let levels = table.columns.map { column in
      if case .levels(_, let names) = column.values { names.count } else { 0 }
    }
    return table.rowCount > rowsThatFit(levels, context)
      && CSVReader.expectedByteCount(path: path, options: options) != nil
  }

  /// How many rows with columns of so many levels a quarter of the memory limit is enough for.
  private static func rowsThatFit(_ levelCounts: [Int], _ context: ExecutionContext) -> Int {
    let rowBytes = levelCounts.reduce(0) {
      $0 + cellBytes.all + cellBytes.level * min($1, levelLimit)
    }
    return max(context.memoryLimit / 4 / max(rowBytes, 1), 1000)
  }

  /// A table with a sample of it.
  ///
  /// - Parameters:
  ///   - store: the table.
  ///   - seed: of the rows that are drawn.
  ///   - context: its memory limit bounds the sample: a quarter of it.
  /// - Throws: `.malformedFile` for a damaged store.
  public init(
    _ store: ColumnStore, seed: UInt64, context: ExecutionContext
  ) throws(MercerError) {
    self.store = store
    let count = min(
      store.rowCount, Self.sampleLimit, Self.rowsThatFit(store.levelCounts, context))
    var rows = Array(0..<store.rowCount)
    if count < store.rowCount {
      var stream = RandomStream(seed: seed, purpose: "rows of a large table")
      rows = stream.sample(count, of: store.rowCount).sorted()
    }
    var sample = try store.table(at: rows)
    sample.rowNumbers = rows
    self.sample = sample
  }
}
