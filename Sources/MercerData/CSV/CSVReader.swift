public import MercerCore

/// Reads tables of text: comma-separated values by RFC 4180 and what people make of it.
///
/// - The first line names the columns; a column without a name is called `column 3` by its place.
/// - Cells may be quoted; a quoted cell may hold separators, line ends and doubled quotes. Blanks
///   around an unquoted cell are dropped. Lines end with LF, CR LF or CR; blank lines are skipped; a
///   byte-order mark is skipped; text is UTF-8.
/// - With `;` between cells, a column of numbers may use the decimal comma throughout.
/// - The kind of a column follows from all its cells, in this order: no value → `.empty`; all
///   numbers → `.numeric`; all dates → `.date`; else text: two levels that mean yes and no →
///   `.boolean`; at least 20 values of which more than 90 % are distinct → `.identifier`; else
///   `.categorical`. A column with one value and no missing cell is `.constant`.
public enum CSVReader {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file, also when compressed by gzip, or `-` for standard input.
  ///   - options: separator, missing markers, kinds.
  ///   - context: threads, and the memory that the table may take.
  /// - Returns: a table of at least one row; it does not depend on the number of threads.
  /// - Throws: `.unreadableFile` when it cannot be opened, or changed meanwhile; `.malformedFile` with the line when a
  ///   record has too few or too many cells, a quote never closes, a cell is too long, or the bytes
  ///   are not UTF-8 text; `.invalidData` when there is no row, two columns have one name, a numeric
  ///   column has an infinite value, or a column is not of the kind that the options say;
  ///   `.memoryLimit`; `.cancelled`.
  /// - Complexity: O(bytes) time, O(t log t) for t distinct texts; 8 bytes for a number, 4 for the
  ///   code of a text, beside the distinct texts.
  public static func read(
    path: String, options: CSVOptions = .init(), context: ExecutionContext = .default
  ) throws(MercerError) -> Table {
    let input = try InputFile.open(path: path, context: context)
    let source = InputFile.displayName(of: path)
    let place = MercerError.Place(file: source)
    let table: Table
    do throws(MercerError) {
      table = try read(
        CSVInput(bytes: input.bytes, owner: input), source: source, options, context)
    } catch {
      // What is wrong may be nothing but half of a change.
      try input.checkUnchanged(place)
      throw error
    }
    try input.checkUnchanged(place)
    return table
  }

  /// Reads a table from memory, which must stay as it is meanwhile; gzip is not looked for.
  ///
  /// - Parameters:
  ///   - bytes: the text, in UTF-8.
  ///   - source: what to call it in messages; a name ending in `.tsv` means tabs.
  ///   - options: separator, missing markers, kinds.
  ///   - context: threads, and the memory that the table may take.
  /// - Throws: as ``read(path:options:context:)``, but for opening the file.
  public static func read(
    bytes: UnsafeRawBufferPointer, source: String, options: CSVOptions = .init(),
    context: ExecutionContext = .default
  ) throws(MercerError) -> Table {
    try read(CSVInput(bytes: bytes, owner: nil), source: source, options, context)
  }

  /// Reads a table from an array of bytes.
  ///
  /// - Throws: as ``read(path:options:context:)``, but for opening the file.
  public static func read(
    bytes: [UInt8], source: String, options: CSVOptions = .init(),
    context: ExecutionContext = .default
  ) throws(MercerError) -> Table {
    let result = bytes.withUnsafeBytes { raw in
      Result { () throws(MercerError) in
        try read(bytes: raw, source: source, options: options, context: context)
      }
    }
    return try result.get()
  }

  static func noRows(in source: String) -> MercerError {
    MercerError(
      .invalidData, "the table has a header but no rows", at: .init(file: source),
      remedy: "give at least one line of values under the column names")
  }

  static func check(_ options: CSVOptions) throws(MercerError) {
    guard options.cellByteLimit >= 1, options.chunkByteCount ?? 1 >= 1 else {
      throw MercerError(
        .invalidParameter, "the cell limit and the chunk size must be at least 1 byte")
    }
  }

  private static func read(
    _ input: CSVInput, source: String, _ options: CSVOptions, _ context: ExecutionContext
  ) throws(MercerError) -> Table {
    var assembly = try assembly(of: input, source: source, options, context)
    let columns = try assembly.columns(context: context)
    return Table(columns: columns, rowCount: assembly.rowCount, source: source)
  }

  /// What turns the bytes into columns, once their header is read.
  static func assembly(
    of input: CSVInput, source: String, _ options: CSVOptions, _ context: ExecutionContext
  ) throws(MercerError) -> CSVAssembly {
    try check(options)
    let bytes = input.bytes
    try CSVDialect.refuseOtherFormats(bytes, source: source)
    let start = CSVDialect.markLength(bytes)
    let separator = try CSVDialect.separator(bytes, from: start, options: options, name: source)
    let document = CSVDocument(
      bytes: bytes, source: source,
      layout: CSVLayout(separator: separator, cellByteLimit: options.cellByteLimit))
    let chunks = try CSVChunks(
      input, document: document, from: start, chunkByteCount: options.chunkByteCount,
      context: context)
    let header = try CSVHeader(document, from: start)
    var body = document.cursor(at: header.end)
    body.skipBlankLines()
    if body.isAtEnd { throw noRows(in: source) }
    return CSVAssembly(
      input: input, document: document, chunks: chunks, header: header, options: options)
  }
}

/// The bytes to read, and what keeps them alive.
struct CSVInput: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  let owner: InputBytes?

  /// Lets go of the memory of bytes that have been read.
  func forget(_ range: Range<Int>) { owner?.forget(range) }
}
