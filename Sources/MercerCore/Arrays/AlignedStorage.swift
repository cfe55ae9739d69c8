/// A 64-byte aligned heap block: one cache line, one AVX-512 register.
///
/// Only `Matrix` touches it, and only after checking that it holds the sole reference, which is
/// what makes sharing one across threads sound.
@usableFromInline
final class AlignedStorage<Element: Scalar>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int

  @usableFromInline
  init(uninitializedCount count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Element.self, capacity: max(count, 1))
    self.count = count
  }

  @usableFromInline
  func copy() -> AlignedStorage {
    let other = AlignedStorage(uninitializedCount: count)
    other.base.update(from: base, count: count)
    return other
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
