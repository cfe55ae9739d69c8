import MercerCore

/// The part of a table of text that is in memory: whole records are taken from its start while more
/// bytes come in at its end.
///
/// Where a record ends is found by reading its cells, never guessed; one that touches the end of the
/// bytes is looked at again when there are more.
final class RecordBuffer {
  /// Up to so many bytes are looked at for the end of the header.
  private static let headerLimit = 1 << 24
  /// The bytes that the separator is found from, where there are as many.
  private static let sampleLength = 1 << 18

  let layout: CSVLayout
  let header: CSVHeader
  /// Line ends up to the end of the header.
  let linesBefore: Int

  private let source: String
  private var bytes: ReadAhead

  /// Reads the header.
  ///
  /// - Throws: as `CSVReader`, for what the start of the file shows.
  init(path: String, options: CSVOptions, source: String) throws(MercerError) {
    var bytes = ReadAhead(try ByteStream(path: path))
    while bytes.count < Self.sampleLength, try bytes.fill() {}
    try CSVDialect.refuseOtherFormats(bytes.all, source: source)
    let start = CSVDialect.markLength(bytes.all)
    // A line that is cut says nothing.
    let sample = UnsafeRawBufferPointer(rebasing: bytes.all[..<bytes.endOfLastLine])
    let layout = CSVLayout(
      separator: try CSVDialect.separator(sample, from: start, options: options, name: source),
      cellByteLimit: options.cellByteLimit)
    func notText(_ document: CSVDocument, _ range: Range<Int>) -> MercerError? {
      CSVChunks.fault(CSVSurvey(document.bytes, range), range, document)
    }
    while true {
      let document = CSVDocument(bytes: bytes.all, source: source, layout: layout)
      let canGrow = !bytes.isAtEnd && bytes.count < Self.headerLimit
      do throws(MercerError) {
        let header = try CSVHeader(document, from: start)
        if header.end < bytes.count || !canGrow {
          self.header = header
          linesBefore = CSVSurvey(bytes.all, 0..<header.end).lineEndCount
          break
        }
      } catch {
        if !canGrow { throw notText(document, 0..<bytes.endOfLastLine) ?? error }
      }
      _ = try bytes.fill()
    }
    let whole = CSVDocument(bytes: bytes.all, source: source, layout: layout)
    if let error = notText(whole, 0..<header.end) { throw error }
    bytes.drop(header.end)
    self.layout = layout
    self.source = source
    self.bytes = bytes
  }

  /// Whether nothing but blank lines is left.
  ///
  /// - Throws: what the stream throws.
  func isAtEnd() throws(MercerError) -> Bool {
    while true {
      var cursor = CSVCursor(bytes.all, at: 0, layout: layout)
      cursor.skipBlankLines()
      if !cursor.isAtEnd { return false }
      if try !bytes.fill() { return true }
    }
  }

  /// Takes records.
  ///
  /// - Returns: their bytes, which hold until the next call; how many there are, fewer than asked for
  ///   only at the end; and cells of these columns.
  /// - Throws: `.malformedFile` with the line of a record that cannot be read.
  func next(
    _ count: Int, keeping columns: [Int], linesBefore: Int
  ) throws(MercerError) -> (bytes: UnsafeRawBufferPointer, rowCount: Int, kept: KeptCells) {
    bytes.dropTaken()
    var kept = KeptCells()
    var cells = [UnsafeRawBufferPointer](
      repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: columns.count)
    var (end, rowCount) = (0, 0)
    var cursor = CSVCursor(bytes.all, at: 0, layout: layout)
    let isQuotingCommas = layout.separator != Byte.comma
    while rowCount < count {
      var isWhole = false
      var fault: CSVFault?
      cursor.skipBlankLines()
      if !cursor.isAtEnd {
        do throws(CSVFault) {
          try take(&cursor, columns, &cells)
          isWhole = bytes.isAtEnd || !cursor.isAtEnd
        } catch { fault = error }
      }
      if isWhole {
        if !columns.isEmpty { kept.append(cells, isQuotingCommas: isQuotingCommas) }
        (end, rowCount) = (cursor.offset, rowCount + 1)
        continue
      }
      if let fault, isFinal(fault) {
        var document = CSVDocument(bytes: bytes.all, source: source, layout: layout)
        document.linesBefore = linesBefore
        let before = 0..<fault.offset
        throw CSVChunks.fault(CSVSurvey(bytes.all, before), before, document)
          ?? fault.error(in: document, names: header.names)
      }
      if bytes.isAtEnd { break }
      _ = try bytes.fill()
      cursor = CSVCursor(bytes.all, at: end, layout: layout)
    }
    return (bytes.take(end), rowCount, kept)
  }

  /// Whether more bytes would not change it: a record may seem faulty because it goes on beyond these.
  private func isFinal(_ fault: CSVFault) -> Bool {
    if bytes.isAtEnd { return true }
    switch fault.reason {
    case .longCell, .textAfterQuote: return true
    case .unterminatedQuote: return false
    case .ragged:
      var cursor = CSVCursor(bytes.all, at: fault.offset, layout: layout)
      do throws(CSVFault) {
        while true {
          _ = try cursor.readCell(column: 0)
          if cursor.isAtRecordEnd { return !cursor.isAtEnd }
          cursor.p += 1
        }
      } catch { return false }
    }
  }

  /// Steps over a record and its line end.
  private func take(
    _ cursor: inout CSVCursor, _ columns: [Int], _ cells: inout [UnsafeRawBufferPointer]
  ) throws(CSVFault) {
    let record = cursor.p
    let columnCount = header.names.count
    for column in 0..<columnCount {
      let start = cursor.p
      _ = try cursor.readCell(column: column)
      for place in columns.indices where columns[place] == column {
        cells[place] = UnsafeRawBufferPointer(start: start, count: cursor.p - start)
      }
      if column + 1 < columnCount {
        guard !cursor.isAtEnd, cursor.p[0] == layout.separator else {
          throw cursor.fault(.ragged(cellCount: try cursor.cellCount(from: record)), record, nil)
        }
        cursor.p += 1
      }
    }
    guard cursor.isAtRecordEnd else {
      throw cursor.fault(.ragged(cellCount: try cursor.cellCount(from: record)), record, nil)
    }
    cursor.skipLineEnd()
  }
}

/// Bytes of a stream that have been read, in one piece, the first of them not yet done with.
struct ReadAhead: ~Copyable {
  private let stream: ByteStream
  private var memory: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var takenEnd = 0
  /// Whether the stream has ended.
  private(set) var isAtEnd = false

  init(_ stream: ByteStream) {
    self.stream = stream
    memory = .allocate(byteCount: 1 << 18, alignment: 16)
  }

  deinit { memory.deallocate() }

  /// The bytes from the first that was not dropped.
  var all: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[start..<end])
  }
  var count: Int { end - start }

  /// One past the last line feed; the end where there is none or no more comes.
  var endOfLastLine: Int {
    isAtEnd ? count : (all.lastIndex(of: Byte.lineFeed).map { $0 + 1 } ?? count)
  }

  /// Reads more; false at the end. Bytes may move.
  mutating func fill() throws(MercerError) -> Bool {
    if isAtEnd { return false }
    if end == memory.count {
      let grown = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(2 * (end - start), memory.count), alignment: 16)
      grown.copyMemory(from: all)
      memory.deallocate()
      memory = grown
      (start, end, takenEnd) = (0, end - start, max(0, takenEnd - start))
    }
    let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
    end += count
    isAtEnd = count == 0
    return count > 0
  }

  /// Drops bytes from the start.
  mutating func drop(_ count: Int) {
    start += count
    takenEnd = start
  }

  /// Marks bytes from the start as done with once the next ones are asked for.
  mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
    takenEnd = start + count
    return UnsafeRawBufferPointer(rebasing: all[..<count])
  }

  /// Drops what was taken.
  mutating func dropTaken() {
    start = max(start, takenEnd)
    takenEnd = start
  }
}
