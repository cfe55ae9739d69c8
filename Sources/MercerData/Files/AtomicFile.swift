public import MercerCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes files so that a reader sees the old content or the new, never a part of either.
///
/// The bytes go to a temporary file in the same directory, which is flushed to the disk and then
/// renamed over the old one. After a failure the temporary is gone and the old file is as it was.
/// A symbolic link is followed; a device or a pipe (`/dev/stdout`) is written straight, since it
/// can be neither renamed nor restored.
public enum AtomicFile {
  /// Takes the bytes of one file, in order.
  public struct Writer: ~Copyable {
    private let descriptor: Int32
    private let path: String

    fileprivate init(descriptor: Int32, path: String) {
      self.descriptor = descriptor
      self.path = path
    }

    /// Appends bytes.
    ///
    /// - Throws: `.unwritableFile`, for example when the disk is full.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(MercerError) {
      guard var position = bytes.baseAddress else { return }
      var rest = bytes.count
      while rest > 0 {
        // One call writes at most 2 GiB on Linux, and may write less.
        let written = Self.systemWrite(descriptor, position, rest)
        if written > 0 {
          position += written
          rest -= written
        } else if written == 0 || errno != EINTR {
          let reason = written == 0 ? EIO : errno
          if reason == EPIPE, descriptor == STDOUT_FILENO {
            throw MercerError(.closedOutput, "standard output was closed by its reader")
          }
          throw AtomicFile.failure(path, "cannot be written", reason)
        }
      }
    }

    /// Appends bytes.
    ///
    /// - Throws: `.unwritableFile`, for example when the disk is full.
    public mutating func write(_ bytes: [UInt8]) throws(MercerError) {
      try write(bytes[...])
    }

    /// Appends bytes.
    ///
    /// - Throws: `.unwritableFile`, for example when the disk is full.
    public mutating func write(_ bytes: ArraySlice<UInt8>) throws(MercerError) {
      guard !bytes.isEmpty else { return }
      try bytes.withUnsafeBufferPointer { (buffer) throws(MercerError) in
        try write(UnsafeRawBufferPointer(buffer))
      }
    }

    /// Appends text as UTF-8.
    ///
    /// - Throws: `.unwritableFile`, for example when the disk is full.
    public mutating func write(_ text: String) throws(MercerError) {
      try write(Array(text.utf8))
    }

    private static func systemWrite(
      _ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int
    ) -> Int {
      #if canImport(Glibc)
        Glibc.write(descriptor, base, count)
      #elseif canImport(Musl)
        Musl.write(descriptor, base, count)
      #else
        Darwin.write(descriptor, base, count)
      #endif
    }
  }

  /// The temporary files that are there now.
  private static let temporaries = Mutex<Set<String>>([])

  /// Removes the temporary files of writes under way, for a process that is about to end.
  public static func discardTemporaries() {
    temporaries.withLock { paths in
      for path in paths { unlink(path) }
      paths = []
    }
  }

  /// Finds out whether a file can be written, without writing anything: so that long work does not
  /// end with nowhere to go.
  ///
  /// - Throws: `.unwritableFile`, as for writing, for what can be known beforehand.
  public static func check(_ path: String) throws(MercerError) {
    guard case .file(let target, _) = try destination(of: path) else { return }
    let directory = directory(of: target)
    guard access(directory, F_OK) == 0 else { throw noDirectory(directory, for: path) }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw failure(path, "the directory \(directory) cannot be written", errno)
    }
  }

  /// Replaces the file at a path by these bytes.
  ///
  /// - Throws: `.unwritableFile` when the path is a directory, its directory is absent or may not
  ///   be written, the file is write-protected, or the disk is full.
  public static func write(_ bytes: [UInt8], to path: String) throws(MercerError) {
    try write(to: path) { (writer) throws(MercerError) in try writer.write(bytes) }
  }

  /// Replaces the file at a path by this text, as UTF-8.
  ///
  /// - Throws: `.unwritableFile`, as for bytes.
  public static func write(_ text: String, to path: String) throws(MercerError) {
    try write(Array(text.utf8), to: path)
  }

  /// Replaces the file at a path by what the closure writes.
  ///
  /// - Throws: `.unwritableFile`, as for bytes, and whatever the closure throws; either way the
  ///   old file is untouched.
  public static func write(
    to path: String, _ body: (inout Writer) throws(MercerError) -> Void
  ) throws(MercerError) {
    switch try destination(of: path) {
    case .stream:
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw failure(path, "cannot be opened for writing", errno) }
      defer { close(descriptor) }
      var writer = Writer(descriptor: descriptor, path: path)
      try body(&writer)
    case .file(let target, let mode):
      try replace(target, mode: mode, named: path, body)
    }
  }

  /// Writes what the closure writes to standard output, straight.
  ///
  /// - Throws: `.unwritableFile` when it was not open or its disk is full, `.closedOutput` when its
  ///   reader has gone (where SIGPIPE does not end the process), and whatever the closure throws.
  public static func writeToStandardOutput(
    _ body: (inout Writer) throws(MercerError) -> Void
  ) throws(MercerError) {
    // What was printed before comes before.
    fflush(nil)
    var writer = Writer(descriptor: STDOUT_FILENO, path: "standard output")
    try body(&writer)
  }
}

// MARK: - Steps

extension AtomicFile {
  private enum Destination {
    /// A regular file, with its links resolved, and the permissions it has if it exists.
    case file(String, mode: mode_t?)
    /// A device or a pipe.
    case stream
  }

  private static func destination(of path: String) throws(MercerError) -> Destination {
    guard !path.isEmpty else {
      throw MercerError(.unwritableFile, "the name of the file to write is empty")
    }
    guard !path.utf8.contains(0) else {
      throw MercerError(.unwritableFile, "the name of the file to write holds a zero byte")
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT, !path.hasSuffix("/") else {
        throw failure(path, "cannot be written", errno)
      }
      return .file(path, mode: nil)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw MercerError(
        .unwritableFile, "is a directory, not a file", at: .init(file: path),
        remedy: "name a file inside it")
    case S_IFREG:
      guard access(path, W_OK) == 0 else { throw failure(path, "is write-protected", errno) }
      guard let resolved = realpath(path, nil) else {
        throw failure(path, "cannot be written", errno)
      }
      defer { free(resolved) }
      return .file(String(cString: resolved), mode: status.st_mode & 0o7777)
    default: return .stream
    }
  }

  private static func replace(
    _ target: String, mode: mode_t?, named path: String,
    _ body: (inout Writer) throws(MercerError) -> Void
  ) throws(MercerError) {
    let directory = directory(of: target)
    let (descriptor, temporary) = try openTemporary(in: directory, for: path)
    var isOpen = true
    var isRenamed = false
    defer {
      if isOpen { close(descriptor) }
      if !isRenamed { unlink(temporary) }
      temporaries.withLock { _ = $0.remove(temporary) }
    }
    if let mode { _ = fchmod(descriptor, mode) }
    var writer = Writer(descriptor: descriptor, path: path)
    try body(&writer)
    guard fsync(descriptor) == 0 else { throw failure(path, "cannot be flushed", errno) }
    isOpen = false
    guard close(descriptor) == 0 else { throw failure(path, "cannot be written", errno) }
    guard rename(temporary, target) == 0 else { throw failure(path, "cannot be replaced", errno) }
    isRenamed = true
    // Makes the new name durable. The content is in place already, and some file systems cannot
    // flush a directory, so a failure here is not one of the write.
    let handle = open(directory, O_RDONLY | O_CLOEXEC)
    if handle >= 0 {
      _ = fsync(handle)
      close(handle)
    }
  }

  private static func openTemporary(
    in directory: String, for path: String
  ) throws(MercerError) -> (Int32, String) {
    // The name does not contain the target's, which may be as long as a name can be.
    for _ in 0..<16 {
      let tag = String(UInt64.random(in: 0 ... .max), radix: 36)
      let temporary = "\(directory)/.mercer-\(getpid())-\(tag).tmp"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        guard isClaimed(descriptor) else {
          close(descriptor)
          continue
        }
        temporaries.withLock { _ = $0.insert(temporary) }
        return (descriptor, temporary)
      }
      if errno != EEXIST && errno != EINTR { break }
    }
    let reason = errno
    if reason == ENOENT, access(directory, F_OK) != 0 {
      throw noDirectory(directory, for: path)
    }
    throw failure(path, "the directory \(directory) cannot be written", reason)
  }

  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func noDirectory(_ directory: String, for path: String) -> MercerError {
    MercerError(
      .unwritableFile, "the directory \(directory) does not exist", at: .init(file: path),
      remedy: "create it first")
  }

  fileprivate static func failure(_ path: String, _ what: String, _ reason: Int32) -> MercerError {
    let remedy: String? =
      switch reason {
      case ENOTDIR: "a part of the path before the last is a file: choose another place"
      case EACCES, EPERM, EROFS: "ask for write permission, or choose another place"
      case ENOSPC, EDQUOT: "make room on the disk, or choose another place"
      case ELOOP: "its links lead back to themselves: choose another place"
      case EPIPE: "its reader has gone: read it to the end"
      case EBADF: "it is closed: open it, or name a file to write"
      default: nil
      }
    return MercerError(
      .unwritableFile, "\(what): \(String(cString: strerror(reason)))", at: .init(file: path),
      remedy: remedy)
  }
}
