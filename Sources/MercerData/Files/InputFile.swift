public import MercerCore
import MercerPlatform

/// Opens what a user names as input: a file, a compressed file, or standard input.
public enum InputFile {
  /// The name that stands for standard input.
  public static let standardInput = "-"

  /// The name to use in messages.
  public static func displayName(of path: String) -> String {
    path == standardInput ? "standard input" : path
  }

  /// The bytes of a file, inflated when they are gzip (by their first two bytes, whatever the name).
  ///
  /// A plain file is mapped, not read; a pipe is read to its end.
  /// - Parameters:
  ///   - path: the file, or `-` for standard input.
  ///   - context: its memory limit bounds what a pipe or a compressed file may grow to.
  /// - Throws: `.unreadableFile` for an absent file, a directory, or one without permission;
  ///   `.malformedFile` for damaged gzip; `.memoryLimit`.
  /// - Complexity: O(1) for a mapped file, O(bytes) else.
  public static func open(
    path: String, context: ExecutionContext = .default
  ) throws(MercerError) -> InputBytes {
    let name = displayName(of: path)
    let place = MercerError.Place(file: name)
    let descriptor = try descriptor(of: path, place)
    var isKept = false
    defer { if !isKept { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw cannotOpen(place, errno) }
    let isWholeFile = status.st_mode & S_IFMT == S_IFREG && lseek(descriptor, 0, SEEK_CUR) == 0
    guard isWholeFile, status.st_size > 0 else {
      let input = try readAll(descriptor, place, context)
      return Gzip.isCompressed(input.bytes)
        ? try Gzip.inflate(input.bytes, place: place, context: context) : input
    }
    let input = try map(descriptor, status, place)
    isKept = true
    guard Gzip.isCompressed(input.bytes) else { return input }
    let inflated = try Gzip.inflate(input.bytes, place: place, context: context)
    try input.checkUnchanged(place)
    return inflated
  }

  /// Opens a file, or standard input, for reading; the caller closes it.
  ///
  /// - Throws: `.unreadableFile`, also for a directory.
  static func descriptor(of path: String, _ place: MercerError.Place) throws(MercerError) -> Int32 {
    let descriptor =
      path == standardInput ? dup(0) : MercerPlatform.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw cannotOpen(place, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      defer { close(descriptor) }
      throw cannotOpen(place, errno)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw MercerError(
        .unreadableFile, "is a directory, not a file", at: place,
        remedy: "name a file inside it")
    }
    return descriptor
  }

  /// Closes what `descriptor(of:_:)` opened.
  static func closeDescriptor(_ descriptor: Int32) { close(descriptor) }

  /// The next bytes of a file.
  ///
  /// - Returns: how many were read; 0 at the end.
  /// - Throws: `.unreadableFile`.
  static func read(
    _ descriptor: Int32, into room: UnsafeMutableRawBufferPointer, _ place: MercerError.Place
  ) throws(MercerError) -> Int {
    while true {
      let count = MercerPlatform.read(descriptor, room.baseAddress, room.count)
      if count >= 0 { return count }
      if errno != EINTR { throw cannotOpen(place, errno) }
    }
  }

  private static func cannotOpen(_ place: MercerError.Place, _ code: Int32) -> MercerError {
    switch code {
    case ENOENT, ENOTDIR:
      MercerError(
        .unreadableFile, "there is no such file", at: place,
        remedy: "check the name and the folder")
    case EACCES, EPERM:
      MercerError(
        .unreadableFile, "the file may not be read", at: place,
        remedy: "ask for read permission, e.g. chmod u+r")
    default:
      MercerError(
        .unreadableFile, "the file cannot be read: \(String(cString: strerror(code)))", at: place)
    }
  }

  /// Maps a file, and keeps it open as long as the bytes live.
  private static func map(
    _ descriptor: Int32, _ status: stat, _ place: MercerError.Place
  ) throws(MercerError) -> InputBytes {
    let count = Int(status.st_size)
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw cannotOpen(place, errno) }
    let watch = MappedFiles.add(descriptor, status)
    return InputBytes(
      UnsafeRawBufferPointer(start: address, count: count), mapping: watch
    ) {
      munmap(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count)
      MappedFiles.remove(watch)
      close(descriptor)
    }
  }

  private static func readAll(
    _ descriptor: Int32, _ place: MercerError.Place, _ context: ExecutionContext
  ) throws(MercerError) -> InputBytes {
    var buffer = GrowingBytes()
    while true {
      try context.checkCancellation()
      let room = try buffer.reserve(atLeast: 1 << 16, place: place, context: context)
      let count = try read(descriptor, into: room, place)
      if count == 0 { return buffer.finish() }
      buffer.count += count
    }
  }

  /// Drops the whole pages of a range of a mapping.
  static func forgetPages(of base: UnsafeRawPointer, _ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard end > start else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }
}

/// Memory that grows at its end and becomes an `InputBytes`; large blocks move without a copy.
struct GrowingBytes: ~Copyable {
  /// How many bytes are used.
  var count = 0
  private var capacity = 0
  private var base: UnsafeMutableRawPointer?

  deinit { free(base) }

  /// The unused memory at the end, at least this much.
  mutating func reserve(
    atLeast room: Int, place: MercerError.Place, context: ExecutionContext
  ) throws(MercerError) -> UnsafeMutableRawBufferPointer {
    if capacity - count < room {
      let wanted = max(count + room, capacity * 2, 1 << 18)
      try context.checkMemory(count + room, for: "reading the input")
      guard let grown = realloc(base, wanted) else {
        throw MercerError(
          .memoryLimit, "there is no memory for \(ByteCount(wanted)) of input", at: place,
          remedy: "use a machine with more memory, or fewer rows")
      }
      base = grown
      capacity = wanted
    }
    return UnsafeMutableRawBufferPointer(start: base.map { $0 + count }, count: capacity - count)
  }

  /// Hands the bytes over; this is empty afterwards.
  mutating func finish() -> InputBytes {
    let bytes = UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : count)
    base = nil
    (count, capacity) = (0, 0)
    return InputBytes(bytes, mapping: nil) {
      free(UnsafeMutableRawPointer(mutating: $0.baseAddress))
    }
  }
}
