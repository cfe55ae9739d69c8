public import MercerCore

/// Reads a table of text some rows at a time, in their order, in memory that does not grow with the
/// number of rows: a file or standard input, plain or gzip.
///
/// Cells mean what they mean to ``CSVReader``, and the same loops read them; but a column's kind cannot
/// follow from all its cells, so the options must give the kind of each column to be read. Whatever
/// the number of rows at a time, the tables put together are the table that ``CSVReader`` reads with
/// the same options.
public final class CSVRowReader {
  /// The names of all columns, in the order of the file.
  public let columnNames: [String]
  /// What to call the table in messages.
  public let source: String
  /// The columns whose cells are handed out as they stand in the file, by place.
  public private(set) var keptColumns: [Int] = []

  private let options: CSVOptions
  private let context: ExecutionContext
  private let buffer: RecordBuffer
  /// Lines and rows before the next row.
  private var linesBefore: Int
  private var rowsBefore = 0
  private var marks: [DecimalMarks]

  /// Opens a table and reads its header.
  ///
  /// - Parameters:
  ///   - path: the file, or `-` for standard input.
  ///   - options: separator, missing markers, kinds; columns without a kind are not read.
  ///   - context: threads.
  /// - Throws: as ``CSVReader/read(path:options:context:)``, for what the start of the file shows.
  public init(
    path: String, options: CSVOptions, context: ExecutionContext = .default
  ) throws(MercerError) {
    try CSVReader.check(options)
    var options = options
    let known = Set(options.kinds.keys)
    options.columns = options.columns?.intersection(known) ?? known
    source = InputFile.displayName(of: path)
    self.options = options
    self.context = context
    buffer = try RecordBuffer(path: path, options: options, source: source)
    columnNames = buffer.header.names
    if try buffer.isAtEnd() { throw CSVReader.noRows(in: source) }
    linesBefore = buffer.linesBefore
    marks = Array(repeating: DecimalMarks(), count: columnNames.count)
  }

  /// Asks for the cells of columns as they stand in the file.
  ///
  /// - Throws: `.invalidParameter` for a column that the table does not have.
  public func keep(_ columns: [String]) throws(MercerError) {
    keptColumns = try places(of: columns)
  }

  /// The next rows, as many as asked for unless the table ends; nil after the last one.
  ///
  /// - Complexity: O(bytes) time; memory for these rows alone.
  /// - Throws: as ``CSVReader/read(path:options:context:)``, at the first row that cannot be read.
  /// - Precondition: at least one is asked for.
  public func next(atMost count: Int) throws(MercerError) -> CSVRows? {
    precondition(count >= 1)
    try context.checkCancellation()
    let (bytes, rowCount, kept) = try buffer.next(
      count, keeping: keptColumns, linesBefore: linesBefore)
    guard rowCount > 0 else { return nil }
    var document = CSVDocument(bytes: bytes, source: source, layout: buffer.layout)
    document.linesBefore = linesBefore
    let input = CSVInput(bytes: bytes, owner: nil)
    let chunks = try CSVChunks(
      input, document: document, from: 0, chunkByteCount: options.chunkByteCount, context: context)
    var assembly = CSVAssembly(
      input: input, document: document, chunks: chunks,
      header: CSVHeader(names: columnNames, end: 0), options: options)
    assembly.marks = marks
    let columns = try assembly.columns(context: context)
    marks = assembly.marks
    precondition(assembly.rowCount == rowCount, "both walks over the records find the same ones")
    defer {
      linesBefore += chunks.lineEndCount
      rowsBefore += rowCount
    }
    return CSVRows(
      table: Table(columns: columns, rowCount: rowCount, source: source), firstRow: rowsBefore,
      kept: kept)
  }
}

/// Some rows of a table.
public struct CSVRows: Sendable {
  /// The columns whose kinds are known.
  public let table: Table
  /// How many rows are before these.
  public let firstRow: Int
  /// The cells to be kept, as they stand in the file.
  public let kept: KeptCells
}

/// Cells of some columns as they stand in the file, for rows to be written as comma-separated values.
public struct KeptCells: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  /// The cells of a row in UTF-8, with commas between them; quotes and blanks are those of the file.
  public func row(_ index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// Appends a row of cells that need no quotes.
  mutating func append(_ cells: [[UInt8]]) {
    for (place, cell) in cells.enumerated() {
      if place > 0 { bytes.append(Byte.comma) }
      bytes += cell
    }
    ends.append(bytes.count)
  }

  /// Appends a row.
  ///
  /// - Parameter isQuotingCommas: whether cells may hold commas without quotes, because another
  ///   character separates cells.
  mutating func append(_ cells: [UnsafeRawBufferPointer], isQuotingCommas: Bool) {
    for (place, cell) in cells.enumerated() {
      if place > 0 { bytes.append(Byte.comma) }
      let blanks = cell.prefix { $0 == Byte.space || $0 == Byte.tab }
      if isQuotingCommas, cell.contains(Byte.comma) || cell.contains(Byte.quote),
        blanks.endIndex == cell.endIndex || cell[blanks.endIndex] != Byte.quote
      {
        bytes.append(Byte.quote)
        for byte in cell {
          if byte == Byte.quote { bytes.append(byte) }
          bytes.append(byte)
        }
        bytes.append(Byte.quote)
      } else {
        bytes.append(contentsOf: cell)
      }
    }
    ends.append(bytes.count)
  }
}
