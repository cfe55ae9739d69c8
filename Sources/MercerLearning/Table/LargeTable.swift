public import MercerCore
public import MercerData
import MercerKernels
import MercerOperators

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

  /// What all rows take with the coordinates that kernels look at: these in Float, blocks of them that
  /// are bound to a kernel with some thousand centres, and targets.
  static func bytes(rows n: Int, width: Int, targets k: Int, threadCount: Int) -> Int {
    4 * n * width + 24 * n * k
      + BlockwiseCrossGram<LinearKernel<Double>, Float>.byteCount(
        dimension: width, columnCount: expectedCentres, threadCount: threadCount)
  }

  /// What a plan reckons with before there is one.
  private static let expectedCentres = 8192

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
    let rowBytes = store.levelCounts.reduce(0) {
      $0 + Self.cellBytes.all + Self.cellBytes.level * min($1, Self.levelLimit)
    }
    let fitting = context.memoryLimit / 4 / max(rowBytes, 1)
    let count = min(store.rowCount, Self.sampleLimit, max(fitting, 1000))
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
