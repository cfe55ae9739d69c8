public import MercerCore
import MercerOperators

/// Solves (K + diag(λ)) A = Y by factorisation, and gives the diagonal of the inverse, from which
/// leave-one-out residuals follow.
///
/// Small systems are factorised in Double. Larger ones are factorised in Float, in half the time
/// and memory, and solved to Double precision by conjugate gradients with that factor as the
/// preconditioner; the entries of K in Double are computed when they are needed and never stored.
/// Where Float cannot hold the factor, Double does after all.
/// - Complexity: n³/3 operations for the factor and as many for the diagonal; 8 n² bytes, or
///   4 n² when mixed.
/// - Accuracy: when mixed, the relative residual goes down to 1e-12 or to where Double ends, at most
///   1e-9 (else it falls back to Double); the diagonal of the inverse has the precision of the
///   factor.
public struct ExactRidge: Sendable {
  /// In which precision the factor is stored.
  public enum Precision: String, Sendable, Codable {
    /// Double up to `ExactRidge.mixedFrom` rows, mixed above.
    case automatic
    /// Everything in Double.
    case double
    /// The factor in Float, the solution in Double.
    case mixed
  }

  /// From how many rows on the automatic choice is `mixed`.
  public static let mixedFrom = 3000

  /// The relative residual that a mixed solution must reach, else Double is used throughout.
  static let acceptedResidual = 1e-9

  /// In which precision the factor is stored.
  public var precision: Precision
  /// Whether the diagonal of the inverse is wanted.
  public var wantsInverseDiagonal: Bool

  /// A solver; by default it chooses the precision and gives the diagonal.
  public init(precision: Precision = .automatic, wantsInverseDiagonal: Bool = true) {
    self.precision = precision
    self.wantsInverseDiagonal = wantsInverseDiagonal
  }

  /// What the solver gives.
  public struct Result: Sendable {
    /// A, n × k.
    public let coefficients: Matrix<Double>
    /// The diagonal of (K + diag(λ))⁻¹, if it was wanted.
    public let inverseDiagonal: [Double]?
    /// How it was solved.
    public let report: SolveReport
  }

  /// The bytes that a system of n rows needs.
  public func byteCount(rowCount n: Int) -> Int {
    usesDouble(n) ? 8 * n * n : 4 * n * n
  }

  private func usesDouble(_ n: Int) -> Bool {
    precision == .double || (precision == .automatic && n < Self.mixedFrom)
  }

  /// Solves for every column of the targets.
  ///
  /// - Parameters:
  ///   - gram: K, n × n, whose entries can be computed.
  ///   - shifts: λ, or λ / wᵢ with sample weights; n values, each at least 0.
  ///   - targets: Y, n × k.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.notPositiveDefinite` with the pivot, `.memoryLimit`, `.shapeMismatch`,
  ///   `.cancelled`.
  public func solve<Gram: SymmetricGramOperator & IndexableGramOperator>(
    _ gram: Gram, shifts: [Double], targets: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Result where Gram.Element == Double {
    let n = gram.rowCount
    guard targets.rowCount == n else {
      throw MercerError(.shapeMismatch, "\(n) rows have \(targets.rowCount) targets")
    }
    try context.checkMemory(byteCount(rowCount: n), for: "an exact fit of \(n) rows")
    let system = try ShiftedGram(gram, by: shifts)
    if !usesDouble(n), let result = try solveMixed(system, targets, context) { return result }
    try context.checkMemory(8 * n * n, for: "a factorisation of \(n) rows in Double")
    let factor = try Cholesky(
      try lowerTriangle(of: system, as: Double.self, context), context: context)
    return Result(
      coefficients: try factor.solve(targets, context: context),
      inverseDiagonal: wantsInverseDiagonal ? try factor.inverseDiagonal(context: context) : nil,
      report: SolveReport(
        method: "Cholesky (double)", relativeResidual: nil, iterations: 0, stopReason: .direct))
  }

  /// Nil when Float cannot hold the factor, or the iteration does not get all the way.
  private func solveMixed<Gram: SymmetricGramOperator & IndexableGramOperator>(
    _ system: ShiftedGram<Gram>, _ targets: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Result? where Gram.Element == Double {
    let factor: Cholesky<Float>
    do {
      factor = try Cholesky(
        try lowerTriangle(of: system, as: Float.self, context), context: context)
    } catch {
      if error.code == .notPositiveDefinite { return nil }
      throw error
    }
    let solver = ConjugateGradients(
      tolerance: 1e-12, iterationLimit: 30, onNonConvergence: .returnBest)
    let solution = try solver.solve(
      system, targets, preconditioner: CholeskyPreconditioner<Float, Double>(factor),
      context: context)
    // Stagnation is where Double itself ends: what a factorisation in Double would reach as well.
    guard let residual = solution.report.relativeResidual, residual <= Self.acceptedResidual else {
      return nil
    }
    var report = solution.report
    report.method = "Cholesky (float) + conjugate gradients (double)"
    return Result(
      coefficients: solution.values,
      inverseDiagonal: wantsInverseDiagonal ? try factor.inverseDiagonal(context: context) : nil,
      report: report)
  }
}

/// The lower triangle of an operator, stored in a precision of its own; zeros above the blocks of
/// the diagonal.
func lowerTriangle<Gram: IndexableGramOperator, Stored: Scalar>(
  of gram: Gram, as: Stored.Type, _ context: ExecutionContext
) throws(MercerError) -> Matrix<Stored> {
  let n = gram.rowCount
  let context = try context.fitting(
    scratchBytes: gram.scratchBytes, beside: n * n * MemoryLayout<Stored>.stride)
  // Unless entries are dear.
  let bandRows = max(1, min(64, Int(Double(gram.entriesAtOnce).squareRoot())))
  let tileColumns = min(512, max(8 * bandRows, 16))
  var matrix = Matrix<Stored>(rowCount: n, columnCount: n)
  let bands = (0..<n).chunks(of: bandRows)
  try matrix.withTile { (target) throws(MercerError) in
    try context.forEach(
      bands.count,
      scratch: { Matrix<Gram.Element>(rowCount: bandRows, columnCount: tileColumns) }
    ) { (index, scratch) throws(MercerError) in
      // The long bands come first, so that the last ones to finish are short.
      let rows = bands[bands.count - 1 - index]
      for columns in (0..<rows.upperBound).chunks(of: tileColumns) {
        scratch.withTile { tile in
          let part = tile.moved(rows: rows, columns: columns)
          gram.fill(part)
          for i in 0..<rows.count {
            let source = UnsafeBufferPointer(part.row(i))
            let place = target.base + (rows.lowerBound + i) * n + columns.lowerBound
            Stored.convert(
              from: source, to: UnsafeMutableBufferPointer(start: place, count: columns.count))
          }
        }
      }
    }
  }
  return matrix
}
