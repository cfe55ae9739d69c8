import MercerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads array files into memory with one allocation.
///
/// A plain read and not a mapping: a mapped file that another program shortens ends this one.
enum WholeFile {
  /// All bytes of a file or a pipe.
  static func read(_ path: String) throws(MercerError) -> [UInt8] {
    try read(path, limit: .max)
  }

  /// At most `limit` bytes from the start of a file.
  static func read(_ path: String, limit: Int) throws(MercerError) -> [UInt8] {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw MercerError(.unreadableFile, "the name of the file to read is empty or not a name")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(path, EISDIR) }

    var bytes: [UInt8] = []
    // A pipe says 0; one byte more than the size lets the end be seen without growing.
    var room = min(limit, max(Int(status.st_size) &+ 1, 1 << 16))
    while bytes.count < limit {
      let (part, isEnd) = try readPart(descriptor, upTo: room, path: path)
      if bytes.isEmpty { bytes = part } else { bytes.append(contentsOf: part) }
      if isEnd { break }
      room = min(limit - bytes.count, max(bytes.count, 1 << 16))
    }
    return bytes
  }

  /// Whether this is a plain file, which can be read more than once.
  static func isPlain(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func readPart(
    _ descriptor: Int32, upTo room: Int, path: String
  ) throws(MercerError) -> (bytes: [UInt8], isEnd: Bool) {
    var reason: Int32 = 0
    var isEnd = false
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      while count < room, let base = buffer.baseAddress {
        let got = systemRead(descriptor, base + count, room - count)
        if got > 0 {
          count += got
        } else if got == 0 {
          isEnd = true
          return
        } else if errno != EINTR {
          reason = errno
          return
        }
      }
    }
    if reason != 0 { throw failure(path, reason) }
    return (bytes, isEnd)
  }

  private static func systemRead(
    _ descriptor: Int32, _ base: UnsafeMutablePointer<UInt8>, _ count: Int
  ) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.read(descriptor, base, count)
    #else
      Darwin.read(descriptor, base, count)
    #endif
  }

  private static func failure(_ path: String, _ reason: Int32) -> MercerError {
    let message =
      switch reason {
      case ENOENT, ENOTDIR: "there is no such file"
      case EISDIR: "is a directory, not a file"
      default: "cannot be read: \(String(cString: strerror(reason)))"
      }
    let remedy: String? =
      switch reason {
      case ENOENT, ENOTDIR: "check the name and the folder"
      case EISDIR: "name a file inside it"
      case EACCES, EPERM: "ask for read permission, e.g. chmod u+r"
      default: nil
      }
    return MercerError(.unreadableFile, message, at: .init(file: path), remedy: remedy)
  }
}
