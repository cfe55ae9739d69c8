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
    var stream = z_stream()
    // 15 bits of window, and 16 for the gzip frame.
    let status = inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw MercerError(.internalFailure, "zlib did not start (status \(status))", at: place)
    }
    defer { inflateEnd(&stream) }
    var output = GrowingBytes()
    var position = 0
    var memberIsOpen = true
    while true {
      try context.checkCancellation()
      let room = try output.reserve(atLeast: 1 << 16, place: place, context: context)
      // zlib counts in 32 bits.
      let inputCount = min(bytes.count - position, 1 << 30)
      let outputCount = min(room.count, 1 << 30)
      let start = bytes.baseAddress.map { $0 + position }
      stream.next_in = UnsafeMutablePointer(
        mutating: start?.assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(inputCount)
      stream.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(outputCount)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      let written = outputCount - Int(stream.avail_out)
      let consumed = inputCount - Int(stream.avail_in)
      output.count += written
      position += consumed

      switch status {
      case Z_STREAM_END:
        memberIsOpen = false
        let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
        if rest.allSatisfy({ $0 == 0 }) { return output.finish() }  // padding is allowed
        guard isCompressed(rest), inflateReset(&stream) == Z_OK else { throw damaged(place) }
        memberIsOpen = true
      case Z_OK, Z_BUF_ERROR:
        if position == bytes.count, written == 0, memberIsOpen {
          throw MercerError(
            .malformedFile, "the gzip file is cut short: its end is missing", at: place,
            remedy: "download or compress it again")
        }
      default:
        throw damaged(place)
      }
    }
  }

  private static func damaged(_ place: MercerError.Place) -> MercerError {
    MercerError(
      .malformedFile, "the gzip file is damaged: it does not inflate", at: place,
      remedy: "download or compress it again; gzip -t checks it")
  }
}
