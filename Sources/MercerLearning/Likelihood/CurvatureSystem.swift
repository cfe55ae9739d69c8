import MercerCore
import MercerOperators
import MercerSolvers

/// Solves with B = λ I + Rᵀ K R, the system of a Newton step of a penalised likelihood.
protocol CurvatureSystem: Sendable {
  /// In words, for a report.
  var method: String { get }

  /// K V.
  func product(
    _ v: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double>

  /// B⁻¹ U to a relative residual, and how many products with K that took. U is n × c, in the range
  /// of Rᵀ.
  func solve(
    _ u: Matrix<Double>, curvature: RowCurvature, ridge: Double, tolerance: Double,
    context: ExecutionContext
  ) throws(MercerError) -> (solution: Matrix<Double>, products: Int)
}

/// A stored K, and a Cholesky factor for each output.
///
/// With one output that is the solution. With more, outputs hang together through the softmax, and
/// the factors, which leave that out, are the preconditioner of conjugate gradients.
/// - Complexity: n³/3 operations and n² doubles an output, for each Newton step.
struct ExactCurvatureSystem: CurvatureSystem {
  let gram: DenseGram<Double>

  var method: String { "Newton's method, Cholesky factors" }

  /// - Throws: `.shapeMismatch` when K is not square.
  init(_ gram: Matrix<Double>) throws(MercerError) { self.gram = try DenseGram(gram) }

  static func byteCount(rowCount n: Int, outputCount c: Int) -> Int { 8 * n * n * (c + 1) }

  func product(
    _ v: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> { try gram.applied(to: v, context: context) }

  func solve(
    _ u: Matrix<Double>, curvature: RowCurvature, ridge: Double, tolerance: Double,
    context: ExecutionContext
  ) throws(MercerError) -> (solution: Matrix<Double>, products: Int) {
    let factors = try factors(curvature, ridge: ridge, context: context)
    guard factors.count > 1 else { return (try factors[0].solve(u, context: context), 0) }
    return try CurvatureGram(base: gram, curvature: curvature, ridge: ridge).solve(
      u, preconditioner: CurvaturePreconditioner(curvature: curvature, parts: factors),
      tolerance: tolerance, context: context)
  }

  /// The factors of λ I + D K D, D² the diagonal of W for one output.
  private func factors(
    _ curvature: RowCurvature, ridge: Double, context: ExecutionContext
  ) throws(MercerError) -> [Cholesky<Double>] {
    let diagonal = curvature.diagonal
    var factors: [Cholesky<Double>] = []
    for c in 0..<diagonal.columnCount {
      let roots = diagonal.column(c).map { $0.squareRoot() }
      var system = gram.matrix.scalingRows(by: roots)
      system.withUnsafeMutableBufferPointer { entries in
        guard let base = entries.baseAddress else { return }
        for i in roots.indices {
          Double.loops.multiply(roots.count, base + i * roots.count, roots)
          base[i * roots.count + i] += ridge
        }
      }
      factors.append(try Cholesky(system, context: context))
    }
    return factors
  }

  /// λ times the diagonals of the inverses of λ I + D K D, n × c: 1 less the leverage of each row on
  /// itself.
  func slack(
    _ curvature: RowCurvature, ridge: Double, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let factors = try factors(curvature, ridge: ridge, context: context)
    var slack = Matrix<Double>(rowCount: gram.rowCount, columnCount: factors.count)
    for (c, factor) in factors.enumerated() {
      let diagonal = try factor.inverseDiagonal(context: context)
      slack.withUnsafeMutableBufferPointer { slack in
        for (i, value) in diagonal.enumerated() { slack[i * factors.count + c] = ridge * value }
      }
    }
    return slack
  }
}

/// Any K, by conjugate gradients with a low-rank preconditioner.
///
/// - Complexity: for each Newton step and output 2 n r² + r³/3 operations, then one product with K
///   and 4 n r operations an iteration; n × r doubles.
/// - Source: for the approximation of K, `LowRankPreconditioner`.
struct IterativeCurvatureSystem: CurvatureSystem {
  let gram: any SymmetricGramOperator<Double>
  /// F, n × r, with K ≈ F Fᵀ.
  let factor: Matrix<Double>

  var method: String {
    "Newton's method, conjugate gradients, Nyström preconditioner of rank \(factor.columnCount)"
  }

  /// - Parameters:
  ///   - gram: K.
  ///   - columns: K(X, C), n × r.
  ///   - centres: the row of K that each column stands for.
  init(
    _ gram: any SymmetricGramOperator<Double>, columns: Matrix<Double>, centres: [Int],
    ridge: Double, context: ExecutionContext
  ) throws(MercerError) {
    self.gram = gram
    let nystrom = try LowRankPreconditioner(
      columns: columns, centres: centres, ridge: ridge, context: context)
    let roots = nystrom.eigenvalues.map { max($0, 0).squareRoot() }
    var factor = nystrom.vectors
    factor.withUnsafeMutableBufferPointer { entries in
      guard let base = entries.baseAddress else { return }
      for start in stride(from: 0, to: entries.count, by: max(roots.count, 1)) {
        Double.loops.multiply(roots.count, base + start, roots)
      }
    }
    self.factor = factor
  }

  func product(
    _ v: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> { try gram.applied(to: v, context: context) }

  func solve(
    _ u: Matrix<Double>, curvature: RowCurvature, ridge: Double, tolerance: Double,
    context: ExecutionContext
  ) throws(MercerError) -> (solution: Matrix<Double>, products: Int) {
    let diagonal = curvature.diagonal
    var parts: [LowRankInverse] = []
    for c in 0..<diagonal.columnCount {
      parts.append(
        try LowRankInverse(
          factor.scalingRows(by: diagonal.column(c).map { $0.squareRoot() }), ridge: ridge,
          context: context))
    }
    let system = CurvatureGram(base: gram, curvature: curvature, ridge: ridge)
    return try system.solve(
      u, preconditioner: CurvaturePreconditioner(curvature: curvature, parts: parts),
      tolerance: tolerance, context: context)
  }
}
