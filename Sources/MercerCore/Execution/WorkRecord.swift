/// Turns values into bytes that give the same values again, to the last bit: numbers little-endian, each
/// array with its shape before it.
public struct WorkWriter: Sendable {
  /// What was written.
  public private(set) var bytes: [UInt8] = []

  /// A writer of nothing yet.
  public init() {}

  /// Appends a whole number.
  public mutating func append(_ value: Int) {
    withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends a number.
  public mutating func append(_ value: Double) { append(Int(Int64(bitPattern: value.bitPattern))) }

  /// Appends a text.
  public mutating func append(_ text: String) {
    append(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  /// Appends numbers.
  public mutating func append(_ values: [Double]) {
    append(values.count)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// Appends a matrix.
  public mutating func append<Element: Scalar>(_ matrix: Matrix<Element>) {
    append(matrix.rowCount)
    append(matrix.columnCount)
    append(MemoryLayout<Element>.stride)
    matrix.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeRawBufferPointer($0)) }
  }
}

/// Reads what a `WorkWriter` wrote, in the same order.
public struct WorkReader: Sendable {
  /// The bytes are not those of what was asked for.
  public struct Mismatch: Error {
    /// A mismatch.
    public init() {}
  }

  private let bytes: [UInt8]
  private var place = 0

  /// A reader of what was written.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether all has been read.
  public var isAtEnd: Bool { place == bytes.count }

  /// The next value, a whole number.
  public mutating func integer() throws(Mismatch) -> Int {
    let range = try take(8)
    return bytes.withUnsafeBytes {
      Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Int64.self)))
    }
  }

  /// The next value, how many of something there are.
  public mutating func count() throws(Mismatch) -> Int {
    let count = try integer()
    guard count >= 0 else { throw Mismatch() }
    return count
  }

  /// The next value, a number.
  public mutating func number() throws(Mismatch) -> Double {
    Double(bitPattern: UInt64(bitPattern: Int64(try integer())))
  }

  /// The next value, a text.
  public mutating func text() throws(Mismatch) -> String {
    String(decoding: bytes[try take(try integer())], as: UTF8.self)
  }

  /// The next values, numbers.
  public mutating func numbers() throws(Mismatch) -> [Double] {
    let count = try integer()
    let range = try take(try size(count, of: 8))
    return [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      copy(range, to: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// The next value, a matrix.
  public mutating func matrix<Element: Scalar>(
    of type: Element.Type
  ) throws(Mismatch) -> Matrix<Element> {
    let (rowCount, columnCount) = (try integer(), try integer())
    guard try integer() == MemoryLayout<Element>.stride, rowCount >= 0, columnCount >= 0 else {
      throw Mismatch()
    }
    let (count, overflow) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard !overflow else { throw Mismatch() }
    let range = try take(try size(count, of: MemoryLayout<Element>.stride))
    var matrix = Matrix<Element>(rowCount: rowCount, columnCount: columnCount)
    matrix.withUnsafeMutableBufferPointer { copy(range, to: UnsafeMutableRawBufferPointer($0)) }
    return matrix
  }

  private func size(_ count: Int, of stride: Int) throws(Mismatch) -> Int {
    let (size, overflow) = count.multipliedReportingOverflow(by: stride)
    guard !overflow, count >= 0 else { throw Mismatch() }
    return size
  }

  private mutating func take(_ count: Int) throws(Mismatch) -> Range<Int> {
    guard count >= 0, count <= bytes.count - place else { throw Mismatch() }
    defer { place += count }
    return place..<(place + count)
  }

  private func copy(_ range: Range<Int>, to target: UnsafeMutableRawBufferPointer) {
    guard !range.isEmpty else { return }
    bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
