/// The thin singular value decomposition A = U diag(s) Vᵀ (LAPACK gesdd).
public struct SingularValueDecomposition<Element: Scalar>: Sendable {
  /// m × r with orthonormal columns, r = min(m, n).
  public let left: Matrix<Element>
  /// The r singular values, descending.
  public let values: [Element]
  /// r × n: row k is the k-th right singular vector.
  public let right: Matrix<Element>

  /// Decomposes an m × n matrix.
  ///
  /// - Complexity: about 4 m n min(m, n) operations and more, on one thread.
  /// - Throws: `.internalFailure` when LAPACK gives up (as it does on NaN).
  public init(_ matrix: consuming Matrix<Element>) throws(MercerError) {
    let (m, n) = (matrix.rowCount, matrix.columnCount)
    let r = min(m, n)
    var left = Matrix<Element>(rowCount: m, columnCount: r)
    var right = Matrix<Element>(rowCount: r, columnCount: n)
    var values = [Element](repeating: 0, count: r)
    let info = matrix.withTile { a in
      left.withTile { u in
        right.withTile { vt in
          Element.gesdd(m: m, n: n, a: a.base, values: &values, u: u.base, vt: vt.base)
        }
      }
    }
    guard info == 0 else {
      throw MercerError(
        .internalFailure, "the singular value iteration failed (LAPACK code \(info))")
    }
    self.left = left
    self.values = values
    self.right = right
  }
}
