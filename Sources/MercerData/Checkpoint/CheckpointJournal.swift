internal import CZlib
import MercerCore
import MercerPlatform

/// Parts of work one after another in one file, to which is only ever appended.
///
/// A record is whole or not there: its checksum tells one that was cut off, and what comes after the
/// last whole one is dropped. The bytes are those of the system once they are written, so that they
/// survive the end of the process, however it comes; they are flushed to the disk now and then.
struct CheckpointJournal {
  /// The first bytes of the file.
  private static let mark = Array("mercer checkpoint 1\n".utf8)
  /// A record: the lengths of name and bytes, the seconds, the checksum of all else; 28 bytes.
  private static let headCount = 28
  /// Longer names and parts are signs of damage.
  private static let longestName = 1 << 16

  private let descriptor: Int32
  private var end: Int
  private var places: [String: Range<Int>] = [:]
  /// The seconds that the last whole record speaks of.
  private(set) var seconds = 0.0
  /// The names of all parts.
  var names: [String] { places.keys.sorted(by: isOrderedBefore) }

  /// Opens a journal for one process alone, and makes it where there is none.
  ///
  /// - Returns: nil when that is not possible, or another process has it.
  init?(path: String) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      _ = MercerPlatform.close(descriptor)
      return nil
    }
    end = Self.mark.count
    if read(0..<end) == Self.mark {
      while let record = record(at: end) {
        places[record.name] = record.bytes
        seconds = record.seconds
        end = record.bytes.upperBound
      }
    }
    let isUsable =
      end > Self.mark.count
      ? ftruncate(descriptor, off_t(end)) == 0
      : ftruncate(descriptor, 0) == 0 && write(Self.mark, at: 0)
    guard isUsable else {
      _ = MercerPlatform.close(descriptor)
      return nil
    }
  }

  func close() { _ = MercerPlatform.close(descriptor) }

  /// The bytes of a part.
  func bytes(ofPart name: String) -> [UInt8]? { places[name].flatMap(read) }

  /// Appends a part.
  ///
  /// - Returns: false when it could not be written, for example because the disk is full; the journal is
  ///   then as it was.
  mutating func append(_ bytes: [UInt8], ofPart name: String, seconds: Double) -> Bool {
    let start = end
    let record = Self.head(bytes, name, seconds) + Array(name.utf8)
    guard write(record, at: start), write(bytes, at: start + record.count) else {
      ftruncate(descriptor, off_t(start))
      return false
    }
    end = start + record.count + bytes.count
    places[name] = (end - bytes.count)..<end
    self.seconds = seconds
    return true
  }

  /// Makes what was appended outlive the machine's end, too.
  func flush() { _ = fdatasync(descriptor) }

  // MARK: Records

  /// The bytes of a part alone in a file.
  static func file(_ bytes: [UInt8], ofPart name: String, seconds: Double) -> [UInt8] {
    head(bytes, name, seconds) + Array(name.utf8) + bytes
  }

  /// What such a file holds; nil when it is damaged or of another part.
  static func part(_ name: String, inFile bytes: [UInt8]) -> (bytes: [UInt8], seconds: Double)? {
    let nameCount = name.utf8.count
    guard bytes.count >= headCount + nameCount,
      Array(bytes[headCount..<(headCount + nameCount)]) == Array(name.utf8)
    else { return nil }
    let content = Array(bytes[(headCount + nameCount)...])
    let fields = fields(of: bytes)
    guard Array(bytes[..<headCount]) == head(content, name, fields.seconds) else { return nil }
    return (content, fields.seconds)
  }

  private static func head(_ bytes: [UInt8], _ name: String, _ seconds: Double) -> [UInt8] {
    var head: [UInt8] = []
    func append<Value: FixedWidthInteger>(_ value: Value) {
      withUnsafeBytes(of: value.littleEndian) { head.append(contentsOf: $0) }
    }
    append(UInt64(name.utf8.count))
    append(UInt64(bytes.count))
    append(seconds.bitPattern)
    var sum: UInt = 0
    for piece in [head, Array(name.utf8), bytes] {
      sum = piece.withUnsafeBufferPointer { crc32_z(sum, $0.baseAddress, $0.count) }
    }
    append(UInt32(truncatingIfNeeded: sum))
    return head
  }

  private static func fields(of head: [UInt8]) -> (name: UInt64, bytes: UInt64, seconds: Double) {
    head.withUnsafeBytes { head in
      func field(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: head.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      return (field(0), field(8), Double(bitPattern: field(16)))
    }
  }

  private func record(at start: Int) -> (name: String, bytes: Range<Int>, seconds: Double)? {
    guard let head = read(start..<(start + Self.headCount)) else { return nil }
    let fields = Self.fields(of: head)
    guard fields.name <= Self.longestName, fields.bytes <= UInt64(size) else { return nil }
    let nameStart = start + Self.headCount
    let bytesStart = nameStart + Int(fields.name)
    let range = bytesStart..<(bytesStart + Int(fields.bytes))
    guard let nameBytes = read(nameStart..<bytesStart), let bytes = read(range) else { return nil }
    let name = String(decoding: nameBytes, as: UTF8.self)
    guard head == Self.head(bytes, name, fields.seconds) else { return nil }
    return (name, range, fields.seconds)
  }

  private var size: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// All bytes of a range; nil when the file ends before.
  private func read(_ range: Range<Int>) -> [UInt8]? {
    guard range.upperBound <= size else { return nil }
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      count = 0
      while count < range.count {
        let step = pread(
          descriptor, buffer.baseAddress.map { $0 + count }, range.count - count,
          off_t(range.lowerBound + count))
        if step < 0, errno == EINTR { continue }
        guard step > 0 else {
          isWhole = false
          return
        }
        count += step
      }
    }
    return isWhole ? bytes : nil
  }

  private func write(_ bytes: [UInt8], at start: Int) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let step = pwrite(
          descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
          off_t(start + done))
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { return false }
        done += step
      }
      return true
    }
  }
}
