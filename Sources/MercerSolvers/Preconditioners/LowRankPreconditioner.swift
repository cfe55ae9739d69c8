public import MercerCore
import MercerOperators

/// A low-rank approximation K ≈ F Fᵀ as the preconditioner of K + λ I.
///
/// With the orthonormal eigenvectors U and the eigenvalues θ₁ ≥ … ≥ θᵣ of F Fᵀ, and a level μ for all
/// that the approximation does not see, the inverse is
/// `M⁻¹ = μ U (Θ + λ)⁻¹ Uᵀ + (I − U Uᵀ)`: what the approximation sees is brought to that level,
/// the rest stays. With μ = λ this is λ (F Fᵀ + λ I)⁻¹; with μ = θᵣ + λ it takes what is not seen to be
/// as large as the least that is.
/// - Complexity: 3 n r² + 9 r³ operations to build, 4 n r a right-hand side to apply; two n × r blocks
///   of memory while it is built, one after.
/// - Source: Frangella, Tropp and Udell, Randomized Nyström preconditioning (2021), equation 1.3, for
///   μ = θᵣ + λ; Díaz, Epperly, Frangella, Tropp and Webber, Robust, randomized preconditioning for
///   kernel ridge regression (2023), section 2, for μ = λ.
public struct LowRankPreconditioner<Element: Scalar>: Preconditioner {
  /// n × r with orthonormal columns, U.
  public let vectors: Matrix<Element>
  /// The r eigenvalues of the approximation, descending.
  public let eigenvalues: [Double]
  /// For each, μ / (θ + λ) − 1.
  private let factors: [Double]

  /// What is assumed of the part of K that the approximation does not see.
  public enum Remainder: Sendable {
    /// That it is as large as the least eigenvalue that is seen, μ = θᵣ + λ.
    case smallestEigenvalue
    /// That it is negligible beside the ridge, μ = λ.
    case negligible
  }

  /// A preconditioner from a factor.
  ///
  /// - Parameters:
  ///   - factor: F, n × r; it need not have full rank.
  ///   - shift: what was added to all eigenvalues of F Fᵀ for stability, and is taken off again.
  ///   - ridge: λ, above 0.
  ///   - remainder: what is assumed of the rest of K.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidParameter` for a ridge that is not above 0, `.internalFailure` from the
  ///   eigendecomposition, `.cancelled`.
  public init(
    factor: Matrix<Element>, shift: Double = 0, ridge: Double,
    remainder: Remainder = .smallestEigenvalue, context: ExecutionContext
  ) throws(MercerError) {
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(
        .invalidParameter, "a preconditioner needs a finite ridge above 0, not \(ridge)")
    }
    let rank = factor.columnCount
    var normal = NormalMatrix<Element, Double>(order: rank)
    try normal.add(rowCount: factor.rowCount, context: context) { tile in
      copyRows(of: factor, to: tile)
    }
    let eigen = try SymmetricEigen(normal.takeProducts())
    let largest = eigen.values.last ?? 0
    // What lies below the rounding of the elements has no direction of its own: its vectors would
    // not be orthogonal, and the preconditioner not definite.
    let least = max(100 * Double(Element.ulpOfOne) * largest, shift)
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] > least }
    var rotation = eigen.vectors.rows(at: kept)
    rotation.scaleRows(by: kept.map { 1 / eigen.values[$0].squareRoot() })
    eigenvalues = kept.map { eigen.values[$0] - shift }
    vectors = try factor.multiplied(
      by: Matrix<Element>(converting: rotation), transposingOther: true, context: context)
    let level: Double =
      switch remainder {
      case .smallestEigenvalue: (eigenvalues.last ?? 0) + ridge
      case .negligible: ridge
      }
    factors = eigenvalues.map { level / ($0 + ridge) - 1 }
  }

  public func solve(
    _ r: Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    guard !factors.isEmpty else { return r }
    var inside = try vectors.multipliedTransposed(by: r, context: context)
    inside.scaleRows(by: factors.map { Element($0) })
    var result = try vectors.multiplied(by: inside, context: context)
    combineColumns(&result, adding: r)
    return result
  }
}

// MARK: - Nyström approximations

extension LowRankPreconditioner {
  /// The Nyström approximation K(X, C) K(C, C)⁻¹ K(C, X) from some columns of K.
  ///
  /// - Parameters:
  ///   - columns: K(X, C), n × r.
  ///   - centres: the row of K that each column stands for.
  ///   - ridge: λ, above 0.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.notPositiveDefinite` when even a jitter of 1e-6 (1e-3 in Float) does not make
  ///   K(C, C) definite.
  public init(
    columns: Matrix<Element>, centres: [Int], ridge: Double, context: ExecutionContext
  ) throws(MercerError) {
    precondition(columns.columnCount == centres.count)
    try self.init(
      factor: try Self.nystromFactor(
        columns, core: Matrix(converting: columns.rows(at: centres)), context),
      ridge: ridge, context: context)
  }

  /// The Nyström approximation from products with a random matrix, for operators that have no columns
  /// to look at: K Ω (Ωᵀ K Ω)⁻¹ (K Ω)ᵀ.
  ///
  /// - Parameters:
  ///   - gram: K, n × n.
  ///   - rank: r, the columns of Ω, standard normal numbers made orthonormal.
  ///   - ridge: λ, above 0.
  ///   - seed: of Ω.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: one product of K with r columns, and 10 n r² operations; four n × r blocks.
  /// - Throws: as the product with K; `.notPositiveDefinite` when K is far from semi-definite.
  /// - Source: Frangella, Tropp and Udell (2021), algorithm 2.1, with its shift.
  public init(
    sketching gram: any SymmetricGramOperator<Element>, rank: Int, ridge: Double, seed: UInt64,
    context: ExecutionContext
  ) throws(MercerError) {
    let n = gram.rowCount
    let rank = min(rank, n)
    try context.checkMemory(
      4 * n * rank * MemoryLayout<Element>.stride, for: "a sketch of \(n) rows and rank \(rank)")
    let sketch: Matrix<Element> = normalMatrix(
      rowCount: n, columnCount: rank, seed: seed, purpose: "preconditioner sketch")
    let test = try QR(sketch).q
    var products = try gram.applied(to: test, context: context)
    let norm = products.rowSquares.reduce(0, +).squareRoot()
    let shift = Double(Element.ulpOfOne) * norm
    combineColumns(
      &products, adding: test, times: [Double](repeating: shift, count: rank))
    let core = try test.multipliedTransposed(by: products, context: context)
    try self.init(
      factor: try Self.nystromFactor(products, core: Matrix(converting: core), context),
      shift: shift, ridge: ridge, context: context)
  }

  /// B = C L⁻ᵀ with L Lᵀ the core, so that B Bᵀ is the approximation.
  private static func nystromFactor(
    _ columns: Matrix<Element>, core: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    // Rounded entries leave the core indefinite by about their precision times its order; a
    // preconditioner bears that much more on its diagonal.
    let jitter = max(1e-6, 1e4 * Double(Element.ulpOfOne))
    var core = core
    core.withTile { symmetrise($0) }
    let corner = Cholesky<Element>(
      rounding: try Cholesky(core, jitter: .upTo(jitter), context: context))
    var factor = columns
    try factor.withTile { (tile) throws(MercerError) in
      try corner.solveFromRight(tile, context: context)
    }
    return factor
  }
}

/// Fills a tile with the rows of a stored matrix.
func copyRows<Element: Scalar>(of matrix: Matrix<Element>, to tile: Tile<Element>) {
  matrix.withUnsafeBufferPointer { source in
    guard let source = source.baseAddress else { return }
    for (i, row) in tile.rows.enumerated() {
      (tile.base + i * tile.stride).update(
        from: source + row * matrix.columnCount + tile.columns.lowerBound, count: tile.columnCount)
    }
  }
}

/// a ← (a + aᵀ) / 2.
@specialized(where Element == Double)
@specialized(where Element == Float)
private func symmetrise<Element: Scalar>(_ a: Tile<Element>) {
  for i in 0..<a.rowCount {
    for j in 0..<i {
      let mean = (a[i, j] + a[j, i]) / 2
      (a[i, j], a[j, i]) = (mean, mean)
    }
  }
}

extension Matrix {
  /// Aᵀ B for tall A and B, in stripes of rows that threads share, added up in order in Double.
  func multipliedTransposed(
    by other: Matrix, context: ExecutionContext
  ) throws(MercerError) -> Matrix {
    let (p, k) = (columnCount, other.columnCount)
    // The stripes follow from the sizes alone; 32 MB of sums at most.
    let count = max(1, min(32, (4 << 20) / max(p * k, 1), rowCount / 256))
    let stripes = (0..<count).map { $0 * rowCount / count..<($0 + 1) * rowCount / count }
    var sums = Matrix<Double>(rowCount: count, columnCount: p * k)
    try sums.withTile { (sums) throws(MercerError) in
      try context.forEach(
        count, scratch: { Matrix<Element>(rowCount: p, columnCount: k) }
      ) { (index, scratch) throws(MercerError) in
        for rows in stripes[index].chunks(of: 512) {
          scratch.withTile { part in
            withUnsafeBufferPointer { ours in
              other.withUnsafeBufferPointer { theirs in
                guard let left = ours.baseAddress, let right = theirs.baseAddress else { return }
                let (a, b) = (left + rows.lowerBound * p, right + rows.lowerBound * k)
                if k == 1 {
                  Element.gemv(
                    transposed: true, m: rows.count, n: p, alpha: 1, a: a, lda: p, x: b, beta: 0,
                    y: part.base)
                } else {
                  Element.gemm(
                    transposeA: true, transposeB: false, m: p, n: k, k: rows.count, alpha: 1, a: a,
                    lda: p, b: b, ldb: k, beta: 0, c: part.base, ldc: k)
                }
              }
            }
            addToSums(part, sums.base + index * sums.stride)
          }
        }
      }
      for index in 1..<max(count, 1) {
        Double.loops.add(p * k, sums.base, sums.base + index * sums.stride)
      }
    }
    return Matrix(converting: sums.rows(0..<1).reshaped(rowCount: p, columnCount: k))
  }
}

@specialized(where Element == Double)
@specialized(where Element == Float)
func addToSums<Element: Scalar>(_ part: Tile<Element>, _ sums: UnsafeMutablePointer<Double>) {
  for i in 0..<part.rowCount * part.columnCount { sums[i] += Double(part.base[i]) }
}
