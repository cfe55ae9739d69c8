import MercerPlatform

/// A 64-byte aligned heap block: one cache line, one AVX-512 register.
///
/// Only `Matrix` touches it, and only after checking that it holds the sole reference, which is
/// what makes sharing one across threads sound.
@usableFromInline
final class AlignedStorage<Element: Scalar>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int

  /// Large blocks come from the system and go back to it at once; an allocator may keep them, and
  /// then the peaks of two stages of work add up.
  private static var mappedFrom: Int { 8 << 20 }
  private let mappedByteCount: Int
  /// One vector register past the end, which loops may read and never use.
  private static var slack: Int { 64 }

  @usableFromInline
  init(uninitializedCount count: Int) {
    let bytes = count * MemoryLayout<Element>.stride + Self.slack
    var block: UnsafeMutableRawPointer?
    if bytes >= Self.mappedFrom {
      block = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if block == MAP_FAILED { block = nil }
      #if os(Linux)
        // Fewer, larger pages: the first touch of a page costs more than a thousand entries do.
        if let block { madvise(block, bytes, MADV_HUGEPAGE) }
      #endif
    }
    mappedByteCount = block == nil ? 0 : bytes
    base = (block ?? .allocate(byteCount: bytes, alignment: 64))
      .bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
  }

  @usableFromInline
  func copy() -> AlignedStorage {
    let other = AlignedStorage(uninitializedCount: count)
    other.base.update(from: base, count: count)
    return other
  }

  deinit {
    if mappedByteCount > 0 {
      munmap(base, mappedByteCount)
    } else {
      UnsafeMutableRawPointer(base).deallocate()
    }
  }
}
