/// What separates cells and how long they may be.
struct CSVLayout: Sendable {
  let separator: UInt8
  let cellByteLimit: Int
}

/// Walks over the cells of a table, in the order of the bytes.
struct CSVCursor {
  /// One cell: what it says, without quotes around it or blanks around unquoted text.
  struct Cell {
    var start: UnsafePointer<UInt8>
    var end: UnsafePointer<UInt8>
    /// Whether the text has doubled quotes, each of which means one.
    var hasDoubledQuotes = false

    /// The bytes as they stand in the file.
    var bytes: UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(start: start, count: end - start)
    }
  }

  let layout: CSVLayout
  /// The first byte of the input, from which offsets are counted.
  let base: UnsafePointer<UInt8>
  /// One past the last byte.
  let end: UnsafePointer<UInt8>
  /// The next byte.
  var p: UnsafePointer<UInt8>

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int, layout: CSVLayout) {
    let start =
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? CSVCursor.nothing
    base = start
    end = start + bytes.count
    p = start + offset
    self.layout = layout
  }

  /// Stands for the address of an empty input; never read.
  nonisolated(unsafe) private static let nothing = UnsafePointer(
    UnsafeMutablePointer<UInt8>.allocate(capacity: 1))

  /// The place of the next byte.
  var offset: Int { p - base }
  /// Whether the input is at its end.
  @inline(__always) var isAtEnd: Bool { p == end }
  /// Whether the next byte ends the record, or the input does.
  @inline(__always) var isAtRecordEnd: Bool {
    p == end || p[0] == Byte.lineFeed || p[0] == Byte.carriageReturn
  }

  /// Whether a cell ends before this byte.
  @inline(__always)
  func endsCell(_ q: UnsafePointer<UInt8>) -> Bool {
    if q == end { return true }
    let byte = q[0]
    return byte == layout.separator || byte == Byte.lineFeed || byte == Byte.carriageReturn
  }

  /// Steps over LF, CR or CR LF.
  @inline(__always)
  mutating func skipLineEnd() {
    guard p < end else { return }
    if p[0] == Byte.carriageReturn {
      p += 1
      if p < end, p[0] == Byte.lineFeed { p += 1 }
    } else if p[0] == Byte.lineFeed {
      p += 1
    }
  }

  /// Steps over lines that are empty, or blank where a blank is not the separator.
  @inline(__always)
  mutating func skipBlankLines() {
    while p < end, p[0] <= Byte.space {
      var q = p
      while q < end, isBlank(q[0]) { q += 1 }
      if q < end, q[0] != Byte.lineFeed, q[0] != Byte.carriageReturn { return }
      p = q
      skipLineEnd()
    }
  }

  /// Reads the cell that begins here and stops before the separator or the line end after it.
  mutating func readCell(column: Int) throws(CSVFault) -> Cell {
    let first = p
    var q = p
    while q < end, isBlank(q[0]) { q += 1 }
    if q < end, q[0] == Byte.quote {
      p = q
      return try readQuotedCell(column: column)
    }
    let start = q
    while !endsCell(q) { q += 1 }
    p = q
    if q - first > layout.cellByteLimit { throw fault(.longCell, first, column) }
    while q > start, isBlank(q[-1]) { q -= 1 }
    return Cell(start: start, end: q)
  }

  private mutating func readQuotedCell(column: Int) throws(CSVFault) -> Cell {
    let quote = p
    var cell = Cell(start: p + 1, end: p + 1)
    var q = p + 1
    // One byte beyond the limit is enough to know.
    let stop = end - q > layout.cellByteLimit ? q + layout.cellByteLimit + 1 : end
    while true {
      while q < stop, q[0] != Byte.quote { q += 1 }
      if q == stop {
        throw fault(stop == end ? .unterminatedQuote : .longCell, quote, column)
      }
      guard q + 1 < end, q[1] == Byte.quote else { break }
      cell.hasDoubledQuotes = true
      q += 2
      if q > stop { throw fault(.longCell, quote, column) }
    }
    cell.end = q
    q += 1
    while q < end, isBlank(q[0]) { q += 1 }
    guard endsCell(q) else { throw fault(.textAfterQuote, quote, column) }
    p = q
    return cell
  }

  /// Counts the cells of the record that begins at `start`.
  func cellCount(from start: UnsafePointer<UInt8>) throws(CSVFault) -> Int {
    var cursor = self
    cursor.p = start
    var count = 0
    while true {
      _ = try cursor.readCell(column: count)
      count += 1
      if cursor.isAtRecordEnd { return count }
      cursor.p += 1
    }
  }

  /// A fault at a place.
  func fault(
    _ reason: CSVFault.Reason, _ place: UnsafePointer<UInt8>, _ column: Int?
  ) -> CSVFault {
    CSVFault(reason: reason, offset: place - base, column: column)
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool {
    (byte == Byte.space || byte == Byte.tab) && byte != layout.separator
  }
}

extension CSVCursor.Cell {
  /// Calls the body with the text of the cell, doubled quotes made single.
  @inline(__always)
  func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if !hasDoubledQuotes { return body(bytes) }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var isSecondQuote = false
    for byte in bytes {
      isSecondQuote = byte == Byte.quote && !isSecondQuote
      if !isSecondQuote || byte != Byte.quote { text.append(byte) }
    }
    return text.withUnsafeBufferPointer(body)
  }
}
