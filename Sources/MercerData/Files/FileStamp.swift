package import MercerPlatform

/// What tells at a glance whether a file is another one, or was written to, since it was looked at.
///
/// Looking at an open file and comparing neither wait nor allocate, so that a signal handler can do both.
package struct FileStamp: Equatable, Sendable {
  /// In bytes.
  package let size: Int
  /// When it was last written to: seconds since 1970.
  package let seconds: Int
  /// And nanoseconds.
  package let nanoseconds: Int
  /// Its number in the file system (inode).
  package let number: UInt64

  /// Of a status.
  package init(_ status: stat) {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    size = Int(status.st_size)
    (seconds, nanoseconds) = (Int(time.tv_sec), Int(time.tv_nsec))
    number = UInt64(status.st_ino)
  }

  /// Of an open file; nil where it cannot be looked at.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Of the file of a name; nil for what is no plain file.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }
}
