import MercerCore

/// Turns the records of a file into columns: reads them, settles what each column is, and closes
/// the gaps that blank lines and line ends inside quotes left.
struct CSVAssembly {
  let input: CSVInput
  let document: CSVDocument
  let chunks: CSVChunks
  let header: CSVHeader
  let options: CSVOptions
  /// How many rows there are, once the columns have been read.
  private(set) var rowCount = 0
  /// The decimal marks of each column, those of earlier parts of the file too; found while reading.
  var marks: [DecimalMarks]

  init(
    input: CSVInput, document: CSVDocument, chunks: CSVChunks, header: CSVHeader,
    options: CSVOptions
  ) {
    self.input = input
    self.document = document
    self.chunks = chunks
    self.header = header
    self.options = options
    marks = Array(repeating: DecimalMarks(), count: header.names.count)
  }

  /// All columns as they were read, before what they are is settled.
  struct Reading: Sendable {
    let plan: CSVPlan
    let passes: [[CSVChunk]]
    /// In which pass each column was read.
    let passOf: [Int]
    let kinds: [ColumnKind?]
  }

  /// Reads the columns into memory.
  mutating func columns(context: ExecutionContext) throws(MercerError) -> [Column] {
    let plan = try firstPlan()
    let cells = capacity.multipliedReportingOverflow(by: 8 * plan.modes.count { $0 != .skip })
    try context.checkMemory(cells.overflow ? .max : cells.partialValue, for: "the table")
    let storage = CSVStorage(columnCount: header.names.count, capacity: capacity)
    // First: it finds how many rows there are, which `finish` needs to know.
    let reading = try read(plan, into: storage, context)
    return try finish(reading, storage, context)
  }

  /// Reads the columns by way of the disk, and appends each to a store.
  mutating func store(
    in writer: inout ColumnStoreWriter, _ file: inout AtomicFile.Writer, directory: String,
    context: ExecutionContext
  ) throws(MercerError) {
    let scratch = try ScratchColumns(
      columnCount: header.names.count, capacity: capacity, directory: directory)
    let storage = CSVStorage(
      columnCount: header.names.count, capacity: capacity, scratch: scratch)
    let reading = try read(try firstPlan(), into: storage, context)
    for (column, name) in header.names.enumerated() where reading.plan.modes[column] != .skip {
      try context.checkCancellation()
      let settled = try settled(column, reading)
      if let dates = settled.dates {
        try dates.withUnsafeBufferPointer { (dates) throws(MercerError) in
          try writer.append(name: name, kind: settled.kind, numbers: dates, to: &file)
        }
      } else if reading.plan.modes[column] == .text {
        try writer.append(
          name: name, kind: settled.kind,
          codes: UnsafeBufferPointer(start: reading.plan.codes[column], count: rowCount),
          names: settled.names, to: &file)
      } else {
        try writer.append(
          name: name, kind: settled.kind,
          numbers: UnsafeBufferPointer(start: reading.plan.numbers[column], count: rowCount),
          to: &file)
      }
      scratch.release(column)
    }
  }

  private var capacity: Int { chunks.lineEndCount + 1 }

  private func firstPlan() throws(MercerError) -> CSVPlan {
    let names = header.names
    let kinds = names.map { options.kinds[$0] }
    var plan = CSVPlan(
      document: document, missing: MissingMarkers(options.missingMarkers),
      decimals: DecimalParser(acceptsComma: document.layout.separator == Byte.semicolon),
      modes: [], numbers: [], codes: [])
    do throws(CSVFault) {
      plan.modes = try plan.sampledModes(
        from: header.end, kinds: kinds, isRead: names.map(options.reads))
    } catch {
      throw error.error(in: document, names: names)
    }
    return plan
  }

  private mutating func read(
    _ first: CSVPlan, into storage: CSVStorage, _ context: ExecutionContext
  ) throws(MercerError) -> Reading {
    let names = header.names
    let kinds = names.map { options.kinds[$0] }
    var plan = first
    for (column, mode) in plan.modes.enumerated() where mode != .skip {
      if mode == .text { storage.makeCodes(column) } else { storage.makeNumbers(column) }
    }
    storage.lend(to: &plan)
    var passes = [try pass(plan, context)]
    let misfits = try misfits(plan, passes[0], kinds)
    try refuseInfinity(plan, passes[0], misfits)

    var firstPass = [Int](repeating: 0, count: names.count)
    if !misfits.isEmpty {
      var second = plan
      for column in names.indices { second.modes[column] = .skip }
      for column in misfits {
        storage.makeCodes(column)
        second.modes[column] = .text
        plan.modes[column] = .text
        firstPass[column] = 1
      }
      storage.lend(to: &second)
      plan.codes = second.codes
      plan.numbers = second.numbers
      passes.append(try pass(second, context))
    }
    rowCount = passes[0].reduce(0) { $0 + $1.rowCount }
    return Reading(plan: plan, passes: passes, passOf: firstPass, kinds: kinds)
  }

  private func pass(
    _ plan: CSVPlan, _ context: ExecutionContext
  ) throws(MercerError) -> [CSVChunk] {
    let results = try plan.readAll(chunks, from: header.end, input: input, context: context)
    if let fault = results.last?.fault { throw fault.error(in: document, names: header.names) }
    return results
  }

  /// The columns that are not what was tried, to be read again as text.
  private mutating func misfits(
    _ plan: CSVPlan, _ results: [CSVChunk], _ kinds: [ColumnKind?]
  ) throws(MercerError) -> Set<Int> {
    var misfits: Set<Int> = []
    for column in kinds.indices where plan.modes[column] != .text {
      let offset = results.lazy.compactMap { $0.columns[column].firstMisfit }.first
      for result in results { marks[column].formUnion(result.columns[column].marks) }
      guard offset != nil || marks[column].areMixed else { continue }
      misfits.insert(column)
      guard let kind = kinds[column], kind == .numeric || kind == .date else { continue }
      throw try wrongKind(kind, column, offset)
    }
    return misfits
  }

  private func wrongKind(
    _ kind: ColumnKind, _ column: Int, _ offset: Int?
  ) throws(MercerError) -> MercerError {
    let name = header.names[column]
    guard let offset else {
      return MercerError(
        .invalidData, "there are numbers with a decimal point and with a comma",
        at: .init(file: document.source, column: quoted(name)), remedy: "use one of them throughout"
      )
    }
    var cursor = document.cursor(at: offset)
    let text: String
    do throws(CSVFault) {
      text = try cursor.readCell(column: column).withText { String(decoding: $0, as: UTF8.self) }
    } catch {
      throw error.error(in: document, names: header.names)
    }
    let what = kind == .numeric ? "a number" : "a date"
    return MercerError(
      .invalidData, "\(quoted(text)) is not \(what)",
      at: document.place(offset, column: quoted(name)),
      remedy: "correct the cell, or leave it empty if the value is missing")
  }

  private func refuseInfinity(
    _ plan: CSVPlan, _ results: [CSVChunk], _ misfits: Set<Int>
  ) throws(MercerError) {
    var first: (offset: Int, column: Int)?
    for column in header.names.indices where !misfits.contains(column) {
      guard let offset = results.lazy.compactMap({ $0.columns[column].firstInfinity }).first
      else { continue }
      if first.map({ offset < $0.offset }) ?? true { first = (offset, column) }
    }
    guard let first else { return }
    let name = header.names[first.column]
    throw MercerError(
      .invalidData, "the number is infinite",
      at: document.place(first.offset, column: quoted(name)),
      remedy: "write a finite number, or leave the cell empty if the value is missing")
  }

  /// Moves the rows of a column together, and settles what it is.
  private func settled(
    _ column: Int, _ reading: Reading
  ) throws(MercerError) -> ColumnSettlement {
    let plan = reading.plan
    let (results, kind) = (reading.passes[reading.passOf[column]], reading.kinds[column])
    if plan.modes[column] == .text, let codes = plan.codes[column] {
      let levels = try LevelMerge.merge(column, of: results, codes)
      closeGaps(codes, results)
      return ColumnSettlement(
        text: UnsafeBufferPointer(start: codes, count: rowCount), levels, kind: kind)
    }
    guard let numbers = plan.numbers[column] else { return ColumnSettlement.nothing }
    closeGaps(numbers, results)
    return ColumnSettlement(
      numbers: UnsafeBufferPointer(start: numbers, count: rowCount),
      isDate: plan.modes[column] == .date, kind: kind)
  }

  /// Settles all columns, several at once.
  private func finish(
    _ reading: Reading, _ storage: CSVStorage, _ context: ExecutionContext
  ) throws(MercerError) -> [Column] {
    let plan = reading.plan
    let assembly = self
    let settled = try context.map(reading.kinds.count) {
      (column) throws(MercerError) -> ColumnSettlement in try assembly.settled(column, reading)
    }
    return header.names.indices.filter { plan.modes[$0] != .skip }.map { column in
      let values: ColumnValues =
        if let dates = settled[column].dates {
          .numbers(dates)
        } else if plan.modes[column] == .text {
          .levels(
            codes: storage.takeCodes(column, count: rowCount), names: settled[column].names)
        } else {
          .numbers(storage.takeNumbers(column, count: rowCount))
        }
      return Column(name: header.names[column], kind: settled[column].kind, values: values)
    }
  }
}

/// Moves the rows of all chunks together.
private func closeGaps<Value>(_ values: UnsafeMutablePointer<Value>, _ chunks: [CSVChunk]) {
  var count = 0
  for chunk in chunks {
    if chunk.firstSlot != count {
      (values + count).update(from: values + chunk.firstSlot, count: chunk.rowCount)
    }
    count += chunk.rowCount
  }
}
