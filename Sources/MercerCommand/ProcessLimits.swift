import CMercerBounds
import Mercer
import MercerPlatform

/// How the process takes its memory, and what it does about a limit on its addresses (`ulimit -v`,
/// batch systems).
enum ProcessLimits {
  /// Takes large pages. Where addresses are few, makes do with them, and has a clear message ready for
  /// when they are too few.
  static func heed() {
    // OpenBLAS's own threads are of no use to us (`BLAS`): each takes 128 MB of addresses, and tries for
    // ever where it does not get them. It looks here when it is loaded, which is later.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    if Machine.addressSpaceLeft == nil {
      // For what is small: matrices have memory of their own (`BlockPool`).
      mercer_use_large_pages(8 << 20)
      return
    }
    mercer_use_one_heap()
    // Planned work checks its memory beforehand; this is for all that is too small to be planned.
    SignalMessage(ErrorReport(tooSmall)).tell(on: SIGABRT) { true }
  }

  /// Refuses to begin where the linear algebra library could not get its buffer: it would try for
  /// ever.
  ///
  /// - Throws: `.memoryLimit`.
  static func check() throws(MercerError) {
    guard let left = Machine.addressSpaceLeft, left < ExecutionContext.leastAddressSpace else {
      return
    }
    throw tooSmall
  }

  private static var tooSmall: MercerError {
    MercerError(
      .memoryLimit, "the memory that this process may have (ulimit -v) is too little",
      remedy: "raise the limit, or use fewer rows and fewer --threads")
  }
}
