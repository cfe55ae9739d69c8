internal import CZlib
import MercerCore

/// Inflates gzip (RFC 1952), also several members after one another.
enum Gzip {
  /// Whether the bytes begin as gzip does.
  static func isCompressed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  /// The bytes that were compressed; checks the length and the checksum of each member.
  ///
  /// - Throws: `.malformedFile` when the stream ends early or is damaged; `.memoryLimit`.
  static func inflate(
    _ bytes: UnsafeRawBufferPointer, place: MercerError.Place, context: ExecutionContext
  ) throws(MercerError) -> InputBytes {
    let inflater = try GzipInflater(place: place)
    var output = GrowingBytes()
    var position = 0
    while true {
      try context.checkCancellation()
      let room = try output.reserve(atLeast: 1 << 16, place: place, context: context)
      let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
      let (consumed, written) = try inflater.inflate(rest, into: room)
      output.count += written
      position += consumed
      if consumed == 0, written == 0 {
        try inflater.finish(unread: bytes.count - position)
        return output.finish()
      }
    }
  }
}

/// Inflates gzip a part at a time.
final class GzipInflater {
  // zlib remembers the address.
  private let stream: UnsafeMutablePointer<z_stream>
  private let place: MercerError.Place
  /// Whether a member has begun and not ended.
  private var isOpen = true

  /// An inflater at the start of the first member.
  ///
  /// - Parameter place: the file in messages.
  init(place: MercerError.Place) throws(MercerError) {
    self.place = place
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for the gzip frame.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw MercerError(.internalFailure, "zlib did not start (status \(status))", at: place)
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Inflates what it can.
  ///
  /// - Returns: how many bytes it took and gave; none of both when it needs more bytes than there are.
  /// - Throws: `.malformedFile` for what is no gzip.
  func inflate(
    _ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
  ) throws(MercerError) -> (consumed: Int, written: Int) {
    var start = 0
    if !isOpen {
      // Zeros after a member are padding.
      while start < input.count, input[start] == 0 { start += 1 }
      guard input.count - start >= 2 else { return (start, 0) }
      guard Gzip.isCompressed(UnsafeRawBufferPointer(rebasing: input[start...])),
        inflateReset(stream) == Z_OK
      else { throw damaged }
      isOpen = true
    }
    // zlib counts in 32 bits.
    let inputCount = min(input.count - start, 1 << 30)
    let roomCount = min(room.count, 1 << 30)
    let first = input.baseAddress.map { $0 + start }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: first?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(inputCount)
    stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(roomCount)
    switch CZlib.inflate(stream, Z_NO_FLUSH) {
    case Z_STREAM_END: isOpen = false
    case Z_OK, Z_BUF_ERROR: break
    default: throw damaged
    }
    return (
      start + inputCount - Int(stream.pointee.avail_in), roomCount - Int(stream.pointee.avail_out)
    )
  }

  /// Checks that the input may end here.
  ///
  /// - Parameter unread: the bytes that were not taken.
  /// - Throws: `.malformedFile` inside a member, and where something follows the last one.
  func finish(unread: Int) throws(MercerError) {
    guard !isOpen else {
      throw MercerError(
        .malformedFile, "the gzip file is cut short: its end is missing", at: place,
        remedy: "download or compress it again")
    }
    if unread > 0 { throw damaged }
  }

  private var damaged: MercerError {
    MercerError(
      .malformedFile, "the gzip file is damaged: it does not inflate", at: place,
      remedy: "download or compress it again; gzip -t checks it")
  }
}
