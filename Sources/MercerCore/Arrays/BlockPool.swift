import MercerPlatform
import Synchronization

/// Memory of matrices, from the system itself.
///
/// Blocks of many sizes that come and go leave holes in an allocator's heap, and the peak of the process
/// is then half as high again, by chance. A block from the system goes back whole; but its pages are
/// touched for the first time each time, which takes as long as a factorisation of a small matrix. So
/// small ones are kept for the next of the same size, a few megabytes of them at most.
enum BlockPool {
  /// Smaller blocks are the allocator's.
  static let leastBytes = 128 << 10
  /// Larger blocks are not kept, and have large pages.
  private static let mostKept = 4 << 20
  /// Of all blocks kept together.
  private static let capacity = 16 << 20

  private struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let bytes: Int
  }
  private static let kept = Mutex<[Block]>([])

  /// Memory for so many bytes, at the start of a page; nil where the system has none.
  static func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let size = size(for: bytes)
    if size <= mostKept {
      let old = kept.withLock { blocks -> Block? in
        guard let place = blocks.lastIndex(where: { $0.bytes == size }) else { return nil }
        return blocks.remove(at: place)
      }
      if let old { return old.base }
    }
    guard
      let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      base != MAP_FAILED
    else { return nil }
    #if os(Linux)
      // Fewer, larger pages: the first touch of a page costs more than a thousand entries do.
      if size > mostKept { madvise(base, size, MADV_HUGEPAGE) }
    #endif
    return base
  }

  /// Gives back what was taken for so many bytes.
  static func give(_ base: UnsafeMutableRawPointer, _ bytes: Int) {
    let size = size(for: bytes)
    guard size <= mostKept else {
      munmap(base, size)
      return
    }
    kept.withLock { blocks in
      blocks.append(Block(base: base, bytes: size))
      var total = blocks.reduce(0) { $0 + $1.bytes }
      while total > capacity {
        let oldest = blocks.removeFirst()
        munmap(oldest.base, oldest.bytes)
        total -= oldest.bytes
      }
    }
  }

  /// Sizes in steps of an eighth and less, so that blocks of nearly one size serve each other.
  private static func size(for bytes: Int) -> Int {
    let step = 1 << max(12, Int.bitWidth - bytes.leadingZeroBitCount - 4)
    return (bytes + step - 1) & ~(step - 1)
  }
}
