public import MercerCore
import MercerOperators

/// The Nyström approximation K ≈ K(X, C) K(C, C)⁻¹ K(C, X) as the preconditioner of K + λ I.
///
/// With its eigenvectors U and eigenvalues θ₁ ≥ … ≥ θᵣ the inverse is
/// `M⁻¹ = (θᵣ + λ) U (Θ + λ)⁻¹ Uᵀ + (I − U Uᵀ)`: what the approximation sees is scaled down to the
/// level of its smallest eigenvalue, the rest stays.
/// - Complexity: r kernel columns and 3 n r² operations to build, 4 n r a right-hand side to apply;
///   n × r elements of memory.
/// - Source: Frangella, Tropp and Udell, Randomized Nyström preconditioning (2021), equation 1.3,
///   with columns of K as the sketch.
public struct NystromPreconditioner<Element: Scalar>: Preconditioner {
  /// n × r with orthonormal columns, U.
  public let vectors: Matrix<Element>
  /// The r eigenvalues of the approximation, descending.
  public let eigenvalues: [Double]
  /// For each, (θᵣ + λ) / (θ + λ) − 1.
  private let factors: [Double]

  /// Builds the approximation from some columns of K.
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
    let core = Matrix<Double>(converting: columns.rows(at: centres))
    // Rounded entries leave K(C, C) indefinite by about their precision times its order; a
    // preconditioner bears that much more on its diagonal.
    let jitter = max(1e-6, 1e4 * Double(Element.ulpOfOne))
    let corner = try Cholesky(core, jitter: .upTo(jitter), context: context)
    // B = K(X, C) L⁻ᵀ, so that B Bᵀ is the approximation; its spectrum is that of BᵀB.
    let factor = Cholesky<Element>(rounding: corner)
    let b = try factor.solveFactor(columns.transposed(), context: context)
    let small = Matrix<Double>(
      converting: try b.multiplied(by: b, transposingOther: true, context: context))
    let eigen = try SymmetricEigen(small)
    let largest = eigen.values.last ?? 0
    // What lies below the rounding of the elements has no direction of its own: its vectors would
    // not be orthogonal, and the preconditioner not definite.
    let least = 100 * Double(Element.ulpOfOne) * largest
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] > least }
    eigenvalues = kept.map { eigen.values[$0] }
    var rotation = eigen.vectors.rows(at: kept)
    for (k, value) in eigenvalues.enumerated() {
      for j in 0..<rotation.columnCount { rotation[k, j] /= value.squareRoot() }
    }
    vectors = try b.multiplied(
      by: Matrix<Element>(converting: rotation), transposed: true, transposingOther: true,
      context: context)
    let smallest = eigenvalues.last ?? 0
    factors = eigenvalues.map { (smallest + ridge) / ($0 + ridge) - 1 }
  }

  public func solve(
    _ r: Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    var inside = try vectors.multiplied(by: r, transposed: true, context: context)
    inside.scaleRows(by: factors.map { Element($0) })
    var result = try vectors.multiplied(by: inside, context: context)
    combineColumns(&result, adding: r)
    return result
  }
}
