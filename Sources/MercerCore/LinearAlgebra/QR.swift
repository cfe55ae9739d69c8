/// The thin factorisation A = Q R of a tall matrix (LAPACK geqrf and orgqr).
public struct QR<Element: Scalar>: Sendable {
  /// m × n with orthonormal columns.
  public let q: Matrix<Element>
  /// n × n, upper triangular.
  public let r: Matrix<Element>

  /// Factorises an m × n matrix with m ≥ n.
  ///
  /// - Complexity: 4 m n² operations, on one thread.
  /// - Throws: `.shapeMismatch` when the matrix is wide.
  public init(_ matrix: Matrix<Element>) throws(MercerError) {
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    guard m >= n else {
      throw MercerError(
        .shapeMismatch, "a thin QR needs at least as many rows (\(m)) as columns (\(n))")
    }
    var columns = matrix.transposed()  // LAPACK wants columns one after the other
    var r = Matrix<Element>(rowCount: n, columnCount: n)
    let info = columns.withTile { a in
      r.withTile { r in Element.qr(m: m, n: n, a: a.base, r: r.base) }
    }
    guard info == 0 else {
      throw MercerError(.internalFailure, "the QR factorisation failed (LAPACK code \(info))")
    }
    q = columns.transposed()
    self.r = r.transposed()
  }
}
