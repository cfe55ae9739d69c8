import MercerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// A process that is killed leaves its temporary file behind. Whoever writes one holds a lock on it,
// which ends with the process, whatever becomes of it: so a file that can be locked is nobody's. (Its
// number in the name would not tell: the system uses numbers again, and other machines may see the
// same directory.)
extension AtomicFile {
  /// Removes the temporary files that killed processes left in a directory; others are left alone, and
  /// so is everything where files cannot be locked.
  ///
  /// - Complexity: O(entries of the directory).
  public static func removeAbandoned(in directory: String) {
    guard let listing = opendir(directory) else { return }
    defer { closedir(listing) }
    var names: [String] = []
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix(".mercer-"), name.hasSuffix(".tmp") { names.append(name) }
    }
    for name in names {
      let path = "\(directory)/\(name)"
      let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }

  /// Marks a new temporary file as in use.
  ///
  /// - Returns: false when it was taken for abandoned in the moment before.
  static func isClaimed(_ descriptor: Int32) -> Bool {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      // Held by one who removes it; or locks do not work here, and then nobody removes anything.
      return errno != EWOULDBLOCK
    }
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }
}
