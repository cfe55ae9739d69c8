import CMercerBounds
import Foundation
import Mercer

/// What the process does about a limit on its addresses (`ulimit -v`, batch systems).
enum ProcessLimits {
  /// Makes do with few addresses, and has a clear message ready for when they are too few.
  static func heed() {
    guard Machine.addressSpaceLeft != nil else { return }
    beginWithoutBLASThreads()
    mercer_use_one_heap()
    // Planned work checks its memory beforehand; this is for all that is too small to be planned.
    SignalMessage(ErrorReport(tooSmall)).tell(on: SIGABRT) { true }
  }

  /// Begins the process again where OpenBLAS was not told to start no threads, which are of no use to us
  /// (`BLASThreads`): each takes 128 MB of addresses, and tries for ever where it does not get them.
  private static func beginWithoutBLASThreads() {
    #if os(Linux)
      let name = "OPENBLAS_NUM_THREADS"
      guard getenv(name) == nil else { return }
      setenv(name, "1", 1)
      // Where this is refused, the work goes on with what there is.
      execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
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
