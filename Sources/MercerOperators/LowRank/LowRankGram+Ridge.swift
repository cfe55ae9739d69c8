public import MercerCore
import RealModule

extension LowRankGram {
  /// The exact solution of a ridge regression with a low-rank kernel matrix.
  public struct RidgeFit: Sendable {
    /// α = (Z Zᵀ + diag(δ) + λ I)⁻¹ Y, n × k.
    public let coefficients: Matrix<Double>
    /// β = Zᵀ α, D × k: the prediction for an input with the features z is zᵀ β.
    public let featureWeights: Matrix<Double>
    /// log det (Z Zᵀ + diag(δ) + λ I).
    public let logDeterminant: Double
    /// How it was solved; with the residual computed anew from the solution.
    public let report: SolveReport
  }

  /// Solves (Z Zᵀ + diag(δ) + λ I) α = Y by a factorisation of order D.
  ///
  /// With W = diag(δ) + λ I and C = I + Zᵀ W⁻¹ Z the solution is β = C⁻¹ Zᵀ W⁻¹ Y and
  /// α = W⁻¹ (Y − Z β), and the determinant is det C det W. All of it in Double.
  /// - Parameters:
  ///   - ridge: λ, above 0, in the units of the kernel's values.
  ///   - targets: Y, n × k.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: n D² + D³ / 3 operations; 3 D² doubles of memory, and 4,096 rows of Z in Double.
  /// - Accuracy: α is a difference divided by W, so its relative error is about 1e-16 (‖Z‖² / λ).
  /// - Throws: `.invalidParameter`, `.shapeMismatch`, `.memoryLimit`, `.cancelled`.
  /// - Source: Woodbury, Inverting modified matrices (1950); Rasmussen and Williams, Gaussian
  ///   Processes for Machine Learning (2006), appendix A.3.
  public func solveRidge(
    _ ridge: Double, targets: Matrix<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> RidgeFit {
    guard ridge.isFinite, ridge > 0 else {
      throw MercerError(.invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
    }
    guard targets.rowCount == rowCount else {
      throw MercerError(
        .shapeMismatch, "\(rowCount) rows have \(targets.rowCount) targets")
    }
    let (n, depth) = (rowCount, rank)
    try context.checkMemory(
      8 * (3 * depth * depth + 4096 * depth), for: "a ridge regression on \(depth) features")
    let weights =
      shifts.isEmpty
      ? [Double](repeating: ridge, count: n) : shifts.map { Double($0) + ridge }
    var core = Matrix<Double>.identity(depth)
    var right = Matrix<Double>(rowCount: depth, columnCount: targets.columnCount)
    try forEachChunk { (rows, z) throws(MercerError) in
      let roots = weights[rows].map { 1 / $0.squareRoot() }
      let scaled = z.scalingRows(by: roots)
      core.add(try scaled.multiplied(by: scaled, transposed: true, context: context))
      right.add(
        try scaled.multiplied(
          by: targets.rows(rows).scalingRows(by: roots), transposed: true, context: context))
    }
    let factor = try Cholesky(core, context: context)
    let beta = try factor.solve(right, context: context)
    var alpha = targets
    var inside = Matrix<Double>(rowCount: depth, columnCount: targets.columnCount)
    try forEachChunk { (rows, z) throws(MercerError) in
      let fitted = try z.multiplied(by: beta, context: context)
      let part = targets.rows(rows).subtracting(fitted).scalingRows(
        by: weights[rows].map { 1 / $0 })
      alpha.replaceRows(rows, with: part)
      inside.add(try z.multiplied(by: part, transposed: true, context: context))
    }
    return RidgeFit(
      coefficients: alpha, featureWeights: beta,
      logDeterminant: factor.logDeterminant + weights.reduce(0.0) { $0 + Double.log($1) },
      report: SolveReport(
        method: "low rank, \(depth) features (double)",
        relativeResidual: try residual(alpha, inside, weights, targets, context), iterations: 0,
        stopReason: .direct))
  }

  /// The largest ‖y − A α‖ / ‖y‖ over the columns, with `inside` = Zᵀ α.
  private func residual(
    _ alpha: Matrix<Double>, _ inside: Matrix<Double>, _ weights: [Double],
    _ targets: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Double {
    let width = targets.columnCount
    var errors = [Double](repeating: 0, count: width)
    var norms = errors
    try forEachChunk { (rows, z) throws(MercerError) in
      var product = try z.multiplied(by: inside, context: context)
      product.add(alpha.rows(rows).scalingRows(by: Array(weights[rows])))
      let y = targets.rows(rows)
      for (place, value) in y.subtracting(product).elements.enumerated() {
        errors[place % width] += value * value
      }
      for (place, value) in y.elements.enumerated() { norms[place % width] += value * value }
    }
    return zip(errors, norms).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }.max() ?? 0
  }

  /// Calls the body with 4,096 rows of Z after the other, in Double.
  private func forEachChunk(
    _ body: (Range<Int>, Matrix<Double>) throws(MercerError) -> Void
  ) throws(MercerError) {
    for rows in (0..<rowCount).chunks(of: 4096) {
      try body(rows, Matrix<Double>(converting: factor.rows(rows)))
    }
  }
}

extension Matrix<Double> {
  fileprivate mutating func replaceRows(_ rows: Range<Int>, with part: Matrix<Double>) {
    let width = columnCount
    withUnsafeMutableBufferPointer { target in
      part.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        (target + rows.lowerBound * width).update(from: source, count: rows.count * width)
      }
    }
  }
}
