/// What OpenBLAS and LAPACK do for one element type. `Float` and `Double` conform; nothing else can.
///
/// All matrices are row-major. Pointers follow the conventions of BLAS: the caller answers for
/// sizes and leading dimensions. LAPACK, which is column-major, sees a symmetric matrix with its
/// triangles exchanged and any other matrix transposed; that is settled here and nowhere else.
public protocol LinearAlgebraElement {
  /// C ← α op(A) op(B) + β C, with op(A) m × k and op(B) k × n.
  static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Self,
    a: UnsafePointer<Self>, lda: Int, b: UnsafePointer<Self>, ldb: Int, beta: Self,
    c: UnsafeMutablePointer<Self>, ldc: Int)

  /// The lower triangle of C ← α A Aᵀ + β C, with A n × k (AᵀA with A k × n when `transposed`).
  static func syrk(
    transposed: Bool, n: Int, k: Int, alpha: Self, a: UnsafePointer<Self>, lda: Int, beta: Self,
    c: UnsafeMutablePointer<Self>, ldc: Int)

  /// y ← α op(A) x + β y, with A m × n.
  static func gemv(
    transposed: Bool, m: Int, n: Int, alpha: Self, a: UnsafePointer<Self>, lda: Int,
    x: UnsafePointer<Self>, beta: Self, y: UnsafeMutablePointer<Self>)

  /// B ← op(L)⁻¹ B (or B op(L)⁻¹ when `fromRight`) with L lower triangular, B m × n.
  static func trsm(
    fromRight: Bool, transposed: Bool, m: Int, n: Int, l: UnsafePointer<Self>, ldl: Int,
    b: UnsafeMutablePointer<Self>, ldb: Int)

  /// B ← op(L) B (or B op(L) when `fromRight`) with L lower triangular, B m × n.
  static func trmm(
    fromRight: Bool, transposed: Bool, m: Int, n: Int, l: UnsafePointer<Self>, ldl: Int,
    b: UnsafeMutablePointer<Self>, ldb: Int)

  /// y ← α x + y.
  static func axpy(
    count: Int, alpha: Self, x: UnsafePointer<Self>, y: UnsafeMutablePointer<Self>)

  /// The Cholesky factor of the lower triangle of A (n × n), in place; the upper triangle is left.
  ///
  /// Returns 0, or the number (from 1) of the first pivot that is not positive.
  static func potrf(n: Int, a: UnsafeMutablePointer<Self>, lda: Int) -> Int

  /// Eigenvalues in ascending order of the symmetric A (n × n, packed); rows of A become the
  /// eigenvectors. Returns 0, or LAPACK's code.
  static func syevd(
    n: Int, a: UnsafeMutablePointer<Self>, values: UnsafeMutablePointer<Self>, vectors: Bool
  ) -> Int

  /// Singular values of A (m × n, packed, destroyed) in descending order, with the first min(m, n)
  /// left vectors as columns of U and right vectors as rows of Vᵀ. Returns 0, or LAPACK's code.
  static func gesdd(
    m: Int, n: Int, a: UnsafeMutablePointer<Self>, values: UnsafeMutablePointer<Self>,
    u: UnsafeMutablePointer<Self>, vt: UnsafeMutablePointer<Self>
  ) -> Int

  /// Q and R of the column-major A (m × n, m ≥ n), Q in place and R in the upper triangle of `r`
  /// (n × n, column-major). Returns 0, or LAPACK's code.
  static func qr(
    m: Int, n: Int, a: UnsafeMutablePointer<Self>, r: UnsafeMutablePointer<Self>
  ) -> Int
}
