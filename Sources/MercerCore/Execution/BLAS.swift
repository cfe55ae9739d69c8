internal import COpenBLAS
import MercerPlatform

/// The one place where BLAS and LAPACK are loaded, and where it is decided how many threads they use:
/// one, always.
///
/// Mercer's parallelism is its own: over tiles, and over the blocks of its factorisations. Threads
/// inside BLAS would compete with those, and split sums in ways that depend on their number; with
/// one, the result of a call depends on its arguments alone. (`docs/decisions/blas-threads.md` has
/// what that costs.) The threads that OpenBLAS starts when it is loaded are ended, too: they spin for
/// a tenth of a second before they sleep, and take that from ours. A call that was under way on them
/// would wait for ever: so nothing can be called before this is done.
enum BLAS {
  static let functions = load()

  /// The functions; without the library the process ends, as where the system's loader cannot find one.
  private static func load() -> mercer_blas {
    withUnsafeTemporaryAllocation(of: mercer_blas.self, capacity: 1) { table in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { reason in
        guard let functions = table.baseAddress, let text = reason.baseAddress,
          mercer_load_blas(functions, text, reason.count) != 0
        else {
          let why = reason.baseAddress.map { String(cString: $0) } ?? ""
          StandardError.write(
            """
            mercer: the linear algebra library OpenBLAS cannot be loaded: \(why)
              to do: install it (on Debian: libopenblas0-pthread)

            """)
          _exit(1)
        }
        return functions.pointee
      }
    }
  }
}
