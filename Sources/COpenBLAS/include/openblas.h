#ifndef MERCER_OPENBLAS_H
#define MERCER_OPENBLAS_H

// What Mercer calls of BLAS and LAPACK, by pointers that are found when the first of them is needed:
// loading OpenBLAS and starting its threads takes longer than a prediction, which needs none of it. The
// declarations are those of the CBLAS and LAPACK standards with integers of 32 bits, so that no header
// of the library need be installed.

typedef enum { CblasRowMajor = 101, CblasColMajor = 102 } CBLAS_ORDER;
typedef enum { CblasNoTrans = 111, CblasTrans = 112 } CBLAS_TRANSPOSE;
typedef enum { CblasUpper = 121, CblasLower = 122 } CBLAS_UPLO;
typedef enum { CblasNonUnit = 131, CblasUnit = 132 } CBLAS_DIAG;
typedef enum { CblasLeft = 141, CblasRight = 142 } CBLAS_SIDE;

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

// Of each element type T, with its letter in the names of the functions.
#define MERCER_BLAS_FUNCTIONS(X, letter, T)                                                      \
  X(cblas_##letter##gemm, (CBLAS_ORDER order, CBLAS_TRANSPOSE transA, CBLAS_TRANSPOSE transB,    \
                           int m, int n, int k, T alpha, const T *a, int lda, const T *b,        \
                           int ldb, T beta, T *c, int ldc))                                      \
  X(cblas_##letter##syrk, (CBLAS_ORDER order, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, int n,     \
                           int k, T alpha, const T *a, int lda, T beta, T *c, int ldc))          \
  X(cblas_##letter##gemv, (CBLAS_ORDER order, CBLAS_TRANSPOSE trans, int m, int n, T alpha,      \
                           const T *a, int lda, const T *x, int incx, T beta, T *y, int incy))   \
  X(cblas_##letter##trsm, (CBLAS_ORDER order, CBLAS_SIDE side, CBLAS_UPLO uplo,                  \
                           CBLAS_TRANSPOSE trans, CBLAS_DIAG diag, int m, int n, T alpha,        \
                           const T *a, int lda, T *b, int ldb))                                  \
  X(cblas_##letter##trmm, (CBLAS_ORDER order, CBLAS_SIDE side, CBLAS_UPLO uplo,                  \
                           CBLAS_TRANSPOSE trans, CBLAS_DIAG diag, int m, int n, T alpha,        \
                           const T *a, int lda, T *b, int ldb))                                  \
  X(cblas_##letter##axpy, (int n, T alpha, const T *x, int incx, T *y, int incy))                \
  X(letter##potrf_, (const char *uplo, const int *n, T *a, const int *lda, int *info))           \
  X(letter##syevd_, (const char *jobz, const char *uplo, const int *n, T *a, const int *lda,     \
                     T *w, T *work, const int *lwork, int *iwork, const int *liwork, int *info)) \
  X(letter##gesdd_, (const char *jobz, const int *m, const int *n, T *a, const int *lda, T *s,   \
                     T *u, const int *ldu, T *vt, const int *ldvt, T *work, const int *lwork,    \
                     int *iwork, int *info))                                                     \
  X(letter##geqrf_, (const int *m, const int *n, T *a, const int *lda, T *tau, T *work,          \
                     const int *lwork, int *info))                                               \
  X(letter##orgqr_, (const int *m, const int *n, const int *k, T *a, const int *lda,             \
                     const T *tau, T *work, const int *lwork, int *info))

#define MERCER_BLAS_MEMBER(name, arguments) void(*name) arguments;
typedef struct {
  MERCER_BLAS_FUNCTIONS(MERCER_BLAS_MEMBER, s, float)
  MERCER_BLAS_FUNCTIONS(MERCER_BLAS_MEMBER, d, double)
} mercer_blas;
#undef MERCER_BLAS_MEMBER

/// Loads OpenBLAS, makes it use one thread, and fills the table; 0 where that cannot be done, with the
/// reason in `reason`, of `room` bytes.
int mercer_load_blas(mercer_blas *table, char *reason, long room);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
