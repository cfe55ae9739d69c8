extension Matrix {
  /// op(A) op(B), in bands of rows that several threads share.
  ///
  /// The bands are fixed, so the result does not depend on the number of threads.
  /// - Precondition: the inner sizes agree.
  /// - Complexity: 2 m n k operations.
  public func multiplied(
    by other: Matrix, transposed: Bool = false, transposingOther: Bool = false,
    context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix {
    let (m, k) = transposed ? (columnCount, rowCount) : (rowCount, columnCount)
    let (inner, n) =
      transposingOther
      ? (other.columnCount, other.rowCount) : (other.rowCount, other.columnCount)
    precondition(k == inner, "the inner sizes of a product differ: \(k) and \(inner)")
    var product = Matrix(rowCount: m, columnCount: n)
    let bands = (0..<m).chunks(of: 256)
    try product.withTile { (target) throws(MercerError) in
      try context.forEach(bands.count) { index in
        let i = bands[index].lowerBound
        withUnsafeBufferPointer { a in
          other.withUnsafeBufferPointer { b in
            guard let a = a.baseAddress, let b = b.baseAddress else { return }
            Element.gemm(
              transposeA: transposed, transposeB: transposingOther, m: bands[index].count, n: n,
              k: k, alpha: 1, a: a + (transposed ? i : i * columnCount), lda: columnCount, b: b,
              ldb: other.columnCount, beta: 0, c: target.base + i * n, ldc: n)
          }
        }
      }
    }
    return product
  }
}
