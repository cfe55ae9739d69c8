/// The bytes of an input, in one piece: a mapped file or memory of our own; freed with the last user.
///
/// Nothing writes to the bytes once this exists, so it may be read from any thread.
public final class InputBytes: @unchecked Sendable {
  /// All the bytes; valid as long as this object lives.
  public let bytes: UnsafeRawBufferPointer
  private let release: (UnsafeRawBufferPointer) -> Void
  private let isMapped: Bool

  /// Takes over bytes that `release` frees.
  init(
    _ bytes: UnsafeRawBufferPointer, isMapped: Bool,
    release: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    self.bytes = bytes
    self.isMapped = isMapped
    self.release = release
  }

  deinit { release(bytes) }

  /// Tells the system that a range of a mapped file has been read and need not stay in memory; the
  /// bytes can still be read (again from the file).
  func forget(_ range: Range<Int>) {
    guard isMapped, let base = bytes.baseAddress else { return }
    InputFile.forgetPages(of: base, range)
  }
}
