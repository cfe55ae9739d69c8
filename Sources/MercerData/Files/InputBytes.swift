import MercerCore

/// The bytes of an input, in one piece: a mapped file or memory of our own; freed with the last user.
///
/// Nothing of ours writes to the bytes once this exists, so it may be read from any thread. Another
/// program may write to a mapped file: see ``InputFile/hasChangedFile()``.
public final class InputBytes: @unchecked Sendable {
  /// All the bytes; valid as long as this object lives.
  public let bytes: UnsafeRawBufferPointer
  private let release: (UnsafeRawBufferPointer) -> Void
  /// Where the file is watched; nil for memory of our own.
  private let mapping: MappedFiles.Watch?

  /// Takes over bytes that `release` frees.
  init(
    _ bytes: UnsafeRawBufferPointer, mapping: MappedFiles.Watch?,
    release: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    self.bytes = bytes
    self.mapping = mapping
    self.release = release
  }

  deinit { release(bytes) }

  /// Tells the system that a range of a mapped file has been read and need not stay in memory; the
  /// bytes can still be read (again from the file).
  func forget(_ range: Range<Int>) {
    guard mapping != nil, let base = bytes.baseAddress else { return }
    InputFile.forgetPages(of: base, range)
  }

  /// Finds out whether the bytes that were read are still those of the file.
  ///
  /// - Throws: `.unreadableFile` when the file was written to since it was opened.
  func checkUnchanged(_ place: MercerError.Place) throws(MercerError) {
    guard let mapping, MappedFiles.hasChanged(mapping) else { return }
    throw MercerError(
      .unreadableFile, "the file changed while it was read", at: place,
      remedy: "wait until it is written, and run this again")
  }
}
