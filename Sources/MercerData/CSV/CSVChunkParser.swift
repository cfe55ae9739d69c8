/// How the cells of a column are taken in one pass over the file.
enum ColumnMode: Sendable {
  /// As numbers, until a cell is none.
  case number
  /// As dates, until a cell is none.
  case date
  /// As text.
  case text
  /// Not at all: the column is done.
  case skip
}

/// What every chunk needs to know.
struct CSVPlan: @unchecked Sendable {
  let document: CSVDocument
  let missing: MissingMarkers
  let decimals: DecimalParser
  /// How to take each column.
  var modes: [ColumnMode]
  /// For each column, where the numbers or dates of the rows go; nil for text.
  var numbers: [UnsafeMutablePointer<Double>?]
  /// For each column, where the codes of the rows go; nil for numbers.
  var codes: [UnsafeMutablePointer<Int32>?]
  /// Told which rows have been written, where their memory may be let go of.
  var written: (@Sendable (Range<Int>) -> Void)?
}

/// What one chunk says about one column.
struct ChunkColumn: Sendable {
  /// Where the first cell is that does not fit the mode of the column.
  var firstMisfit: Int?
  /// Where the first infinite number is.
  var firstInfinity: Int?
  /// The decimal marks of its numbers.
  var marks = DecimalMarks()
  /// The texts, with codes that hold in this chunk only.
  var levels = LevelTable()

  /// Remembers the decimal mark of a number.
  @inline(__always)
  mutating func note(_ mark: UInt8) {
    if mark == Byte.point { marks.hasPoint = true }
    if mark == Byte.comma { marks.hasComma = true }
  }
}

/// Which decimal marks numbers have: of two, one would be misread.
struct DecimalMarks: Sendable {
  var hasPoint = false
  var hasComma = false

  var areMixed: Bool { hasPoint && hasComma }

  mutating func formUnion(_ other: DecimalMarks) {
    hasPoint = hasPoint || other.hasPoint
    hasComma = hasComma || other.hasComma
  }
}

/// What one chunk of the file gave.
struct CSVChunk: Sendable {
  /// Where its first record begins.
  var start: Int
  /// Where the first record after it begins.
  var end: Int
  /// Where its rows are in the columns.
  var firstSlot: Int
  /// How many rows it has.
  var rowCount = 0
  /// Its first fault, which ended the work on it.
  var fault: CSVFault?
  /// What it says about each column.
  var columns: [ChunkColumn]
}

extension CSVPlan {
  /// Reads the records that begin in `start..<limit` into slots from `firstSlot`.
  func parse(from start: Int, to limit: Int, firstSlot: Int) -> CSVChunk {
    var chunk = CSVChunk(
      start: start, end: start, firstSlot: firstSlot,
      columns: Array(repeating: ChunkColumn(), count: modes.count))
    var cursor = document.cursor(at: start)
    do throws(CSVFault) {
      try parse(&cursor, to: limit, &chunk)
    } catch {
      chunk.fault = error
    }
    chunk.end = cursor.offset
    return chunk
  }

  private func parse(
    _ cursor: inout CSVCursor, to limit: Int, _ chunk: inout CSVChunk
  ) throws(CSVFault) {
    let columnCount = modes.count
    let limit = cursor.base + limit
    let separator = document.layout.separator
    // Plain memory, as an array would check at each cell that nobody else has it.
    let columns = UnsafeMutablePointer<ChunkColumn>.allocate(capacity: columnCount)
    columns.initialize(from: chunk.columns, count: columnCount)
    let modes = UnsafeMutablePointer<ColumnMode>.allocate(capacity: columnCount)
    modes.initialize(from: self.modes, count: columnCount)
    let numbers = UnsafeMutablePointer<UnsafeMutablePointer<Double>?>.allocate(
      capacity: columnCount)
    numbers.initialize(from: self.numbers, count: columnCount)
    defer {
      chunk.columns = Array(UnsafeBufferPointer(start: columns, count: columnCount))
      columns.deinitialize(count: columnCount)
      columns.deallocate()
      modes.deallocate()
      numbers.deallocate()
    }
    let decimals = decimals
    let looksForMarkersFirst = missing.mayBeNumeric
    let hasTwoMarks = decimals.alternativeMark != Byte.point
    let cellByteLimit = document.layout.cellByteLimit

    while true {
      cursor.skipBlankLines()
      if cursor.p >= limit || cursor.isAtEnd { return }
      let record = cursor.p
      let slot = chunk.firstSlot + chunk.rowCount
      for column in 0..<columnCount {
        switch modes[column] {
        case .number:
          // The usual cell is a number and nothing else: its end need not be looked for first.
          let first = cursor.p
          let outcome = decimals.parse(first, cursor.end)
          if outcome.end != first, cursor.endsCell(outcome.end), outcome.value.isFinite,
            outcome.end - first <= cellByteLimit, !looksForMarkersFirst
          {
            numbers[column]?[slot] = outcome.value
            cursor.p = outcome.end
            if hasTwoMarks { columns[column].note(outcome.mark) }
          } else {
            try takeNumber(&cursor, column, slot, &columns[column], &modes[column])
          }
        case .date:
          try takeDate(&cursor, column, slot, &columns[column], &modes[column])
        case .text:
          let cell = try cursor.readCell(column: column)
          let code = cell.withText { text in
            missing.contains(text) ? -1 : columns[column].levels.code(for: text)
          }
          codes[column]?[slot] = code
        case .skip:
          _ = try cursor.readCell(column: column)
        }
        if column + 1 < columnCount {
          guard !cursor.isAtEnd, cursor.p[0] == separator else {
            throw try raggedFault(cursor, record)
          }
          cursor.p += 1
        }
      }
      guard cursor.isAtRecordEnd else { throw try raggedFault(cursor, record) }
      cursor.skipLineEnd()
      chunk.rowCount += 1
    }
  }

  private func raggedFault(
    _ cursor: CSVCursor, _ record: UnsafePointer<UInt8>
  ) throws(CSVFault) -> CSVFault {
    cursor.fault(.ragged(cellCount: try cursor.cellCount(from: record)), record, nil)
  }

  /// Any cell of a column of numbers.
  @inline(never)
  private func takeNumber(
    _ cursor: inout CSVCursor, _ column: Int, _ slot: Int, _ findings: inout ChunkColumn,
    _ mode: inout ColumnMode
  ) throws(CSVFault) {
    let first = cursor.offset
    let cell = try cursor.readCell(column: column)
    if cell.withText(missing.contains) {
      numbers[column]?[slot] = .nan
      return
    }
    let outcome = decimals.parse(cell.start, cell.end)
    if outcome.end != cell.end {
      findings.firstMisfit = first
      mode = .skip
      return
    }
    numbers[column]?[slot] = outcome.value
    if !outcome.value.isFinite, findings.firstInfinity == nil { findings.firstInfinity = first }
    findings.note(outcome.mark)
  }

  private func takeDate(
    _ cursor: inout CSVCursor, _ column: Int, _ slot: Int, _ findings: inout ChunkColumn,
    _ mode: inout ColumnMode
  ) throws(CSVFault) {
    let first = cursor.offset
    let cell = try cursor.readCell(column: column)
    let seconds = cell.withText { missing.contains($0) ? .nan : DateParser.parse($0) }
    if let seconds {
      numbers[column]?[slot] = seconds
    } else {
      findings.firstMisfit = first
      mode = .skip
    }
  }
}
