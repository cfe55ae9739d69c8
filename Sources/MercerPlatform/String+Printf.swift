#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension String {
  /// Numbers as C's `printf` writes them, `%.3f` and the like.
  package init(printf format: String, _ values: any CVarArg...) {
    // The largest number with a dozen digits after the point takes 322.
    self = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { room in
      let count = withVaList(values) { vsnprintf(room.baseAddress, room.count, format, $0) }
      let length = Swift.min(Swift.max(Int(count), 0), room.count - 1)
      return room[..<length].withMemoryRebound(to: UInt8.self) {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }
}
