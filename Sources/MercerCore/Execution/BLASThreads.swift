internal import COpenBLAS

/// The one place that decides how many threads OpenBLAS uses: one, always.
///
/// Mercer's parallelism is its own: over tiles, and over the blocks of its factorisations. Threads
/// inside BLAS would compete with those, and split sums in ways that depend on their number; with
/// one, the result of a call depends on its arguments alone. (`docs/decisions/blas-threads.md` has
/// what that costs.) The threads that OpenBLAS starts when it is loaded are ended, too: they spin for
/// a tenth of a second before they sleep, and take that from ours. A call that was under way on them
/// would wait for ever: so every call of BLAS asks first.
enum BLASThreads {
  private static let set: Void = mercer_use_one_blas_thread()

  /// Takes effect the first time it is called.
  static func setOnce() { _ = set }
}
