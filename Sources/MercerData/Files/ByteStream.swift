import MercerCore
import MercerPlatform

/// The bytes of an input in their order, a part at a time; inflated when they are gzip.
final class ByteStream {
  /// What is read from the system at once.
  private static let partLength = 1 << 18

  private let descriptor: Int32
  private let place: MercerError.Place
  private var inflater: GzipInflater?
  /// Bytes that were read and not handed out: the first ones of a plain input, or compressed ones.
  private var pending: ArraySlice<UInt8> = []
  private var isAtEnd = false

  /// Opens a file, or standard input for `-`.
  ///
  /// - Throws: `.unreadableFile`.
  init(path: String) throws(MercerError) {
    place = MercerError.Place(file: InputFile.displayName(of: path))
    descriptor = try InputFile.descriptor(of: path, place)
    try refill()
    // A pipe may give one byte at first.
    while pending.count < 2, !isAtEnd { try refill() }
    if pending.withUnsafeBytes(Gzip.isCompressed) { inflater = try GzipInflater(place: place) }
  }

  deinit { close(descriptor) }

  /// The next bytes, at least one but at the end.
  ///
  /// - Returns: how many were written into the memory; 0 at the end.
  /// - Throws: `.unreadableFile`; `.malformedFile` for damaged gzip.
  /// - Precondition: there is room for a byte.
  func read(into room: UnsafeMutableRawBufferPointer) throws(MercerError) -> Int {
    guard let inflater else {
      guard !pending.isEmpty else { return try InputFile.read(descriptor, into: room, place) }
      let count = min(pending.count, room.count)
      room.copyBytes(from: pending.prefix(count))
      pending = pending.dropFirst(count)
      return count
    }
    while true {
      var failure: MercerError?
      let (consumed, written) = pending.withUnsafeBytes { bytes in
        do throws(MercerError) { return try inflater.inflate(bytes, into: room) } catch {
          failure = error
          return (0, 0)
        }
      }
      if let failure { throw failure }
      pending = pending.dropFirst(consumed)
      if written > 0 { return written }
      if isAtEnd, consumed == 0 {
        try inflater.finish(unread: pending.count)
        return 0
      }
      if consumed == 0 { try refill() }
    }
  }

  /// Appends what the system gives next to the bytes not handed out.
  private func refill() throws(MercerError) {
    var failure: MercerError?
    let part = [UInt8](unsafeUninitializedCapacity: Self.partLength) { buffer, count in
      do throws(MercerError) {
        count = try InputFile.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer), place)
      } catch { failure = error }
    }
    if let failure { throw failure }
    if part.isEmpty { isAtEnd = true }
    pending = pending.isEmpty ? part[...] : (Array(pending) + part)[...]
  }
}
