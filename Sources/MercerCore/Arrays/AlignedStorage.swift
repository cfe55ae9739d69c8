/// A 64-byte aligned heap block: one cache line, one AVX-512 register.
///
/// Only `Matrix` touches it, and only after checking that it holds the sole reference, which is
/// what makes sharing one across threads sound.
@usableFromInline
final class AlignedStorage<Element: Scalar>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int

  /// 0 where the allocator's.
  private let pooledByteCount: Int
  /// One vector register past the end, which loops may read and never use.
  private static var slack: Int { 64 }

  @usableFromInline
  init(uninitializedCount count: Int) {
    let bytes = count * MemoryLayout<Element>.stride + Self.slack
    let block = bytes >= BlockPool.leastBytes ? BlockPool.take(bytes) : nil
    pooledByteCount = block == nil ? 0 : bytes
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
    if pooledByteCount > 0 {
      BlockPool.give(base, pooledByteCount)
    } else {
      UnsafeMutableRawPointer(base).deallocate()
    }
  }
}
