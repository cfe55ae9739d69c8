internal import COpenBLAS

/// The one place that decides how many threads OpenBLAS uses: one, always.
///
/// Mercer's parallelism is its own: over tiles, and over the blocks of its factorisations. Threads
/// inside BLAS would compete with those, and split sums in ways that depend on their number; with
/// one, the result of a call depends on its arguments alone. (`docs/decisions/blas-threads.md` has
/// what that costs.)
enum BLASThreads {
  private static let set: Void = openblas_set_num_threads(1)

  /// Takes effect the first time it is called.
  static func setOnce() { _ = set }
}
