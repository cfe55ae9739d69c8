internal import CZlib
public import MercerCore
import MercerPlatform

/// A table on the disk, column by column, of which any rows can be taken without reading the others:
/// numbers in Float where that keeps them exactly, texts as places in a list of levels.
///
/// Made from a table of text once, and mapped afterwards: what is looked at comes into memory, and goes
/// again. See `docs/file-formats.md` for the format.
public final class ColumnStore: @unchecked Sendable {
  /// What to call the table in messages.
  public var source: String { layout.source }
  /// The number of rows.
  public var rowCount: Int { layout.rowCount }
  /// The names of the columns, in the order of the table.
  public var columnNames: [String] { layout.columns.map(\.name) }
  /// How many levels each column of text has; 0 for numbers.
  public var levelCounts: [Int] { layout.columns.map(\.levelCount) }

  let layout: ColumnStoreLayout
  private let bytes: UnsafeRawBufferPointer
  private let path: String

  /// Opens a store.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - verifies: whether the checksums of all cells are computed, which reads the file once.
  /// - Throws: `.unreadableFile`; `.malformedFile` when it is none, or was damaged;
  ///   `.unsupportedFormat` when a newer version wrote it.
  public init(readingFrom path: String, verifies: Bool = true) throws(MercerError) {
    let place = MercerError.Place(file: path)
    let descriptor = try InputFile.descriptor(of: path, place)
    defer { InputFile.closeDescriptor(descriptor) }
    var status = stat()
    let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    func malformed(_ message: String) -> MercerError {
      MercerError(
        .malformedFile, message, at: place, remedy: "remove it; it is made again from the table")
    }
    let markCount = ColumnStoreLayout.mark.count
    guard size >= 2 * markCount + 8,
      let address = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
      address != MAP_FAILED
    else { throw malformed("is no table of columns: it is too short") }
    let bytes = UnsafeRawBufferPointer(start: address, count: size)
    let found: Result<ColumnStoreLayout, MercerError> = {
      let end = size - markCount - 8
      guard bytes[..<markCount].elementsEqual(ColumnStoreLayout.mark),
        bytes[(size - markCount)...].elementsEqual(ColumnStoreLayout.mark)
      else { return .failure(malformed("is no whole table of columns")) }
      let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
      guard length <= UInt64(min(ColumnStoreLayout.longestText, end)) else {
        return .failure(malformed("is a damaged table of columns"))
      }
      struct Version: Decodable { let format: Int }
      let text = Data(bytes[(end - Int(length))..<end])
      let decoder = JSONDecoder()
      if let version = try? decoder.decode(Version.self, from: text).format,
        version > ColumnStoreLayout.currentFormat
      {
        return .failure(
          MercerError(
            .unsupportedFormat, "the table of columns has format version \(version)", at: place,
            remedy: "use a newer Mercer, or remove the file"))
      }
      guard let layout = try? decoder.decode(ColumnStoreLayout.self, from: text),
        layout.isConsistent(dataBytes: end - Int(length))
      else { return .failure(malformed("is a damaged table of columns")) }
      return .success(layout)
    }()
    switch found {
    case .success(let found): layout = found
    case .failure(let error):
      munmap(address, size)
      throw error
    }
    self.bytes = bytes
    self.path = path
    if verifies, let damaged = damagedColumn {
      throw malformed("the cells of the column \(quoted(damaged)) are damaged")
    }
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

  /// Whether the store was made from this file as it is now, by its size and time, or by its content.
  ///
  /// - Throws: `.unreadableFile`.
  public func isMade(from input: String) throws(MercerError) -> Bool {
    guard let made = layout.input, let now = FileStamp(path: input), made.bytes == now.size else {
      return false
    }
    if made.modified == [now.seconds, now.nanoseconds] { return true }
    return try SHA256.hexadecimal(ofFile: input) == made.digest
  }

  /// A range of rows as a table.
  ///
  /// - Parameters:
  ///   - rows: the rows, from 0.
  ///   - names: the columns, in the order of the store; all when nil.
  /// - Complexity: O(rows · columns); reads these cells alone.
  /// - Throws: `.malformedFile` for levels that are no text.
  public func table(
    rows: Range<Int>, columns names: Set<String>? = nil
  ) throws(MercerError) -> Table {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount)
    return try table(rowCount: rows.count, columns: names) { index in rows.lowerBound + index }
  }

  /// Some rows as a table, in this order.
  ///
  /// - Complexity: O(rows · columns); fastest for rows that ascend.
  /// - Throws: `.malformedFile` for levels that are no text.
  public func table(
    at rows: [Int], columns names: Set<String>? = nil
  ) throws(MercerError) -> Table {
    precondition(rows.allSatisfy { (0..<rowCount).contains($0) })
    return try table(rowCount: rows.count, columns: names) { rows[$0] }
  }

  private func table(
    rowCount count: Int, columns names: Set<String>?, row: (Int) -> Int
  ) throws(MercerError) -> Table {
    var columns: [Column] = []
    for entry in layout.columns where names?.contains(entry.name) ?? true {
      columns.append(
        Column(name: entry.name, kind: entry.kind, values: try values(of: entry, count, row)))
      if let base = bytes.baseAddress, count > 0 {
        // Rows ascend, or nearly all of the column was looked at.
        let (first, last) = (min(row(0), row(count - 1)), max(row(0), row(count - 1)))
        let start = entry.cells.offset
        InputFile.forgetPages(
          of: base,
          (start + first * entry.type.byteCount)..<(start + (last + 1) * entry.type.byteCount))
      }
    }
    return Table(columns: columns, rowCount: count, source: source)
  }

  private func values(
    of entry: ColumnStoreLayout.Entry, _ count: Int, _ row: (Int) -> Int
  ) throws(MercerError) -> ColumnValues {
    let cells = UnsafeRawBufferPointer(
      rebasing: bytes[entry.cells.offset..<(entry.cells.offset + entry.cells.bytes)])
    func gather<Cell: BitwiseCopyable, Value>(
      _ type: Cell.Type, _ convert: (Cell) -> Value
    ) -> [Value] {
      let cells = cells.assumingMemoryBound(to: Cell.self)
      return (0..<count).map { convert(cells[row($0)]) }
    }
    switch entry.type {
    case .float: return .numbers(gather(Float.self) { Double($0) })
    case .double: return .numbers(gather(Double.self) { $0 })
    case .byte: return try levels(of: entry, gather(Int8.self) { Int32($0) })
    case .short: return try levels(of: entry, gather(Int16.self) { Int32($0) })
    case .word: return try levels(of: entry, gather(Int32.self) { $0 })
    }
  }

  private func levels(
    of entry: ColumnStoreLayout.Entry, _ codes: [Int32]
  ) throws(MercerError) -> ColumnValues {
    let names = try levelNames(of: entry)
    guard codes.allSatisfy({ $0 >= -1 && $0 < names.count }) else { throw damaged(entry.name) }
    return .levels(codes: codes, names: names)
  }

  private func levelNames(of entry: ColumnStoreLayout.Entry) throws(MercerError) -> [String] {
    guard let block = entry.levels else { return [] }
    var (place, end) = (block.offset, block.offset + block.bytes)
    var names: [String] = []
    names.reserveCapacity(min(entry.levelCount, block.bytes))
    for _ in 0..<entry.levelCount {
      guard place + 4 <= end else { throw damaged(entry.name) }
      let length = Int(
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
      place += 4
      guard length <= end - place else { throw damaged(entry.name) }
      names.append(String(decoding: bytes[place..<(place + length)], as: UTF8.self))
      place += length
    }
    return names
  }

  private func damaged(_ column: String) -> MercerError {
    MercerError(
      .malformedFile, "the cells of the column \(quoted(column)) are damaged",
      at: .init(file: path), remedy: "remove it; it is made again from the table")
  }

  /// The first column whose bytes are not those that were written.
  private var damagedColumn: String? {
    layout.columns.first { entry in
      [entry.cells, entry.levels].compactMap(\.self).contains { block in
        let range = block.offset..<(block.offset + block.bytes)
        let sum = crc32_z(
          0, bytes.baseAddress?.advanced(by: block.offset).assumingMemoryBound(to: UInt8.self),
          block.bytes)
        if let base = bytes.baseAddress { InputFile.forgetPages(of: base, range) }
        return UInt32(sum) != block.checksum
      }
    }?.name
  }
}
