/// The eigendecomposition A = Qᵀ Λ Q of a symmetric matrix, by divide and conquer (LAPACK syevd).
public struct SymmetricEigen<Element: Scalar>: Sendable {
  /// The eigenvalues, ascending.
  public let values: [Element]
  /// n × n: row k is the eigenvector of `values[k]`, of unit length.
  public let vectors: Matrix<Element>

  /// Decomposes a symmetric matrix (n × n, of which the lower triangle is read).
  ///
  /// - Complexity: about 9 n³ operations, on one thread; two further n × n blocks of memory.
  /// - Throws: `.shapeMismatch` when it is not square, `.internalFailure` when LAPACK gives up.
  public init(_ matrix: consuming Matrix<Element>) throws(MercerError) {
    let n = matrix.rowCount
    guard matrix.columnCount == n else {
      throw MercerError(
        .shapeMismatch, "a \(n) × \(matrix.columnCount) matrix has no eigendecomposition")
    }
    var values = [Element](repeating: 0, count: n)
    let info = matrix.withUnsafeMutableBufferPointer { a in
      guard let base = a.baseAddress else { return 0 }
      return Element.syevd(n: n, a: base, values: &values, vectors: true)
    }
    guard info == 0 else {
      throw MercerError(.internalFailure, "the eigenvalue iteration failed (LAPACK code \(info))")
    }
    self.values = values
    vectors = matrix
  }

  /// The eigenvalues alone, ascending; about a quarter of the work.
  public static func values(of matrix: consuming Matrix<Element>) throws(MercerError) -> [Element] {
    let n = matrix.rowCount
    guard matrix.columnCount == n else {
      throw MercerError(.shapeMismatch, "a \(n) × \(matrix.columnCount) matrix has no eigenvalues")
    }
    var values = [Element](repeating: 0, count: n)
    let info = matrix.withUnsafeMutableBufferPointer { a in
      guard let base = a.baseAddress else { return 0 }
      return Element.syevd(n: n, a: base, values: &values, vectors: false)
    }
    guard info == 0 else {
      throw MercerError(.internalFailure, "the eigenvalue iteration failed (LAPACK code \(info))")
    }
    return values
  }
}
