internal import CZlib
import MercerCore
import MercerPlatform

/// Writes a column store, a column after the other.
struct ColumnStoreWriter {
  /// Cells that are converted at a time.
  private static let blockCount = 1 << 16

  private var offset = 0
  private var entries: [ColumnStoreLayout.Entry] = []

  /// Begins the file.
  mutating func begin(_ file: inout AtomicFile.Writer) throws(MercerError) {
    try write(ColumnStoreLayout.mark, to: &file)
  }

  /// Appends a column of numbers or dates: in Float where that keeps every one exactly.
  mutating func append(
    name: String, kind: ColumnKind, numbers: UnsafeBufferPointer<Double>,
    to file: inout AtomicFile.Writer
  ) throws(MercerError) {
    let isNarrow = numbers.allSatisfy { Double(Float($0)) == $0 || $0.isNaN }
    let cells =
      isNarrow
      ? try appendCells(numbers, &file) { Float($0) } : try appendCells(numbers, &file) { $0 }
    entries.append(.init(name: name, kind: kind, type: isNarrow ? .float : .double, cells: cells))
  }

  /// Appends a column of texts, as places in a list of levels.
  mutating func append(
    name: String, kind: ColumnKind, codes: UnsafeBufferPointer<Int32>, names: [String],
    to file: inout AtomicFile.Writer
  ) throws(MercerError) {
    let type: ColumnStoreLayout.CellType
    let cells: ColumnStoreLayout.Block
    switch names.count {
    case ...Int(Int8.max):
      (type, cells) = (.byte, try appendCells(codes, &file) { Int8(truncatingIfNeeded: $0) })
    case ...Int(Int16.max):
      (type, cells) = (.short, try appendCells(codes, &file) { Int16(truncatingIfNeeded: $0) })
    default: (type, cells) = (.word, try appendCells(codes, &file) { $0 })
    }
    let start = try align(&file)
    var sum: UInt = 0
    var bytes: [UInt8] = []
    for (place, name) in names.enumerated() {
      withUnsafeBytes(of: UInt32(name.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: name.utf8)
      if bytes.count > Self.blockCount || place == names.count - 1 {
        sum = try write(bytes, addingTo: sum, to: &file)
        bytes.removeAll(keepingCapacity: true)
      }
    }
    entries.append(
      .init(
        name: name, kind: kind, type: type, cells: cells,
        levels: .init(offset: start, bytes: offset - start, checksum: UInt32(sum)),
        levelCount: names.count))
  }

  /// Appends the description, which makes the file whole.
  mutating func finish(
    source: String, rowCount: Int, input: ColumnStoreLayout.Input?,
    to file: inout AtomicFile.Writer
  ) throws(MercerError) {
    _ = try align(&file)
    let layout = ColumnStoreLayout(
      source: source, rowCount: rowCount, input: input, columns: entries)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(layout) else {
      throw MercerError(.internalFailure, "the columns of the table could not be described")
    }
    try write(Array(text), to: &file)
    try write((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }, to: &file)
    try write(ColumnStoreLayout.mark, to: &file)
  }

  private mutating func appendCells<Value, Cell: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Value>, _ file: inout AtomicFile.Writer,
    _ convert: (Value) -> Cell
  ) throws(MercerError) -> ColumnStoreLayout.Block {
    let start = try align(&file)
    var sum: UInt = 0
    for range in (0..<values.count).chunks(of: Self.blockCount) {
      let cells = range.map { convert(values[$0]) }
      sum = try write(cells.withUnsafeBytes { Array($0) }, addingTo: sum, to: &file)
    }
    return .init(offset: start, bytes: offset - start, checksum: UInt32(sum))
  }

  private mutating func write(
    _ bytes: [UInt8], addingTo sum: UInt, to file: inout AtomicFile.Writer
  ) throws(MercerError) -> UInt {
    try write(bytes, to: &file)
    return bytes.withUnsafeBufferPointer { crc32_z(sum, $0.baseAddress, $0.count) }
  }

  private mutating func write(
    _ bytes: [UInt8], to file: inout AtomicFile.Writer
  ) throws(MercerError) {
    try file.write(bytes)
    offset += bytes.count
  }

  /// Goes on to the next multiple of the alignment.
  private mutating func align(_ file: inout AtomicFile.Writer) throws(MercerError) -> Int {
    let alignment = ColumnStoreLayout.alignment
    let gap = (alignment - offset % alignment) % alignment
    if gap > 0 { try write([UInt8](repeating: 0, count: gap), to: &file) }
    return offset
  }
}
