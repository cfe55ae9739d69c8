internal import COpenBLAS

extension Double: LinearAlgebraElement {
  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Double,
    a: UnsafePointer<Double>, lda: Int, b: UnsafePointer<Double>, ldb: Int, beta: Double,
    c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    if m == 0 || n == 0 { return }
    BLAS.functions.cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      Int32(m), Int32(n), Int32(k), alpha, a, Int32(max(lda, 1)), b, Int32(max(ldb, 1)),
      beta, c, Int32(max(ldc, 1)))
  }

  public static func syrk(
    transposed: Bool, n: Int, k: Int, alpha: Double, a: UnsafePointer<Double>, lda: Int,
    beta: Double, c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    if n == 0 { return }
    BLAS.functions.cblas_dsyrk(
      CblasRowMajor, CblasLower, transposed ? CblasTrans : CblasNoTrans, Int32(n), Int32(k),
      alpha, a, Int32(max(lda, 1)), beta, c, Int32(max(ldc, 1)))
  }

  public static func gemv(
    transposed: Bool, m: Int, n: Int, alpha: Double, a: UnsafePointer<Double>, lda: Int,
    x: UnsafePointer<Double>, beta: Double, y: UnsafeMutablePointer<Double>
  ) {
    if m == 0 || n == 0 {
      for i in 0..<(transposed ? n : m) { y[i] = beta == 0 ? 0 : beta * y[i] }
      return
    }
    BLAS.functions.cblas_dgemv(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), alpha, a,
      Int32(lda), x, 1, beta, y, 1)
  }

  public static func trsm(
    fromRight: Bool, transposed: Bool, m: Int, n: Int, l: UnsafePointer<Double>, ldl: Int,
    b: UnsafeMutablePointer<Double>, ldb: Int
  ) {
    if m == 0 || n == 0 { return }
    BLAS.functions.cblas_dtrsm(
      CblasRowMajor, fromRight ? CblasRight : CblasLeft, CblasLower,
      transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, Int32(m), Int32(n), 1, l,
      Int32(ldl), b, Int32(ldb))
  }

  public static func trmm(
    fromRight: Bool, transposed: Bool, m: Int, n: Int, l: UnsafePointer<Double>, ldl: Int,
    b: UnsafeMutablePointer<Double>, ldb: Int
  ) {
    if m == 0 || n == 0 { return }
    BLAS.functions.cblas_dtrmm(
      CblasRowMajor, fromRight ? CblasRight : CblasLeft, CblasLower,
      transposed ? CblasTrans : CblasNoTrans, CblasNonUnit, Int32(m), Int32(n), 1, l,
      Int32(ldl), b, Int32(ldb))
  }

  public static func axpy(
    count: Int, alpha: Double, x: UnsafePointer<Double>, y: UnsafeMutablePointer<Double>
  ) {
    BLAS.functions.cblas_daxpy(Int32(count), alpha, x, 1, y, 1)
  }

  public static func potrf(n: Int, a: UnsafeMutablePointer<Double>, lda: Int) -> Int {
    if n == 0 { return 0 }
    var (order, leading, info) = (Int32(n), Int32(lda), Int32(0))
    BLAS.functions.dpotrf_("U", &order, a, &leading, &info)  // upper to LAPACK is lower to us
    return Int(info)
  }

  public static func syevd(
    n: Int, a: UnsafeMutablePointer<Double>, values: UnsafeMutablePointer<Double>, vectors: Bool
  ) -> Int {
    if n == 0 { return 0 }
    var (order, info, query) = (Int32(n), Int32(0), Int32(-1))
    let job = vectors ? "V" : "N"
    var size: Double = 0
    var integerSize: Int32 = 0
    BLAS.functions.dsyevd_(
      job, "U", &order, a, &order, values, &size, &query, &integerSize, &query, &info)
    if info != 0 { return Int(info) }
    var (workCount, integerCount) = (Int32(size), integerSize)
    var work = [Double](repeating: 0, count: Int(workCount))
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    BLAS.functions.dsyevd_(
      job, "U", &order, a, &order, values, &work, &workCount, &integers, &integerCount, &info)
    return Int(info)
  }

  public static func gesdd(
    m: Int, n: Int, a: UnsafeMutablePointer<Double>, values: UnsafeMutablePointer<Double>,
    u: UnsafeMutablePointer<Double>, vt: UnsafeMutablePointer<Double>
  ) -> Int {
    if m == 0 || n == 0 { return 0 }
    // LAPACK reads our A as Aᵀ = V S Uᵀ, so its left vectors are our right ones.
    var (rows, columns, least) = (Int32(n), Int32(m), Int32(min(m, n)))
    var (info, query) = (Int32(0), Int32(-1))
    var size: Double = 0
    var integers = [Int32](repeating: 0, count: 8 * min(m, n))
    BLAS.functions.dgesdd_(
      "S", &rows, &columns, a, &rows, values, vt, &rows, u, &least, &size, &query, &integers, &info)
    if info != 0 { return Int(info) }
    var workCount = Int32(size)
    var work = [Double](repeating: 0, count: Int(workCount))
    BLAS.functions.dgesdd_(
      "S", &rows, &columns, a, &rows, values, vt, &rows, u, &least, &work, &workCount, &integers,
      &info)
    return Int(info)
  }

  public static func qr(
    m: Int, n: Int, a: UnsafeMutablePointer<Double>, r: UnsafeMutablePointer<Double>
  ) -> Int {
    if m == 0 || n == 0 { return 0 }
    var (rows, columns, info, query) = (Int32(m), Int32(n), Int32(0), Int32(-1))
    var tau = [Double](repeating: 0, count: n)
    var size: Double = 0
    BLAS.functions.dgeqrf_(&rows, &columns, a, &rows, &tau, &size, &query, &info)
    if info != 0 { return Int(info) }
    // The same block size serves both calls, and orgqr asks for no more than geqrf.
    var workCount = Int32(size)
    var work = [Double](repeating: 0, count: Int(workCount))
    BLAS.functions.dgeqrf_(&rows, &columns, a, &rows, &tau, &work, &workCount, &info)
    if info != 0 { return Int(info) }
    for j in 0..<n {
      for i in 0..<n { r[j * n + i] = i <= j ? a[j * m + i] : 0 }
    }
    BLAS.functions.dorgqr_(&rows, &columns, &columns, a, &rows, &tau, &work, &workCount, &info)
    return Int(info)
  }
}
