public import MercerCore
import RealModule

/// Kernel ridge regression for many ridges at once, from one eigendecomposition of K.
///
/// For each ridge λ the coefficients are (K + λ W⁻¹)⁻¹ Y, and the leave-one-out residual of row i is
/// its coefficient divided by the i-th diagonal entry of that inverse (exact, no refitting).
/// - Complexity: about 9 n³ operations once, then 2 n² (k + 1) a ridge; 3 n² doubles of memory.
/// - Source: Rifkin and Lippert, Notes on regularized least squares (2007), sections 3 and 4;
///   Allen, The relationship between variable selection and data augmentation (1974) for the
///   residual.
public struct RidgePath: Sendable {
  private let eigen: SymmetricEigen<Double>
  private let squaredVectors: Matrix<Double>
  private let rotatedTargets: Matrix<Double>
  private let rootWeights: [Double]?

  /// The number of rows, n.
  public var count: Int { eigen.values.count }
  /// The eigenvalues of K (of W½ K W½ with weights), ascending.
  public var eigenvalues: [Double] { eigen.values }

  /// Decomposes a kernel matrix.
  ///
  /// - Parameters:
  ///   - gram: K, n × n, symmetric.
  ///   - targets: Y, n × k.
  ///   - weights: W, one positive weight a row, or nil when all count the same.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.shapeMismatch`, `.internalFailure` from the eigendecomposition.
  public init(
    gram: consuming Matrix<Double>, targets: Matrix<Double>, weights: [Double]? = nil,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    guard gram.rowCount == targets.rowCount else {
      throw MercerError(
        .shapeMismatch, "\(gram.rowCount) rows of K have \(targets.rowCount) targets")
    }
    rootWeights = weights?.map { $0.squareRoot() }
    var scaledTargets = targets
    if let rootWeights {
      gram.scaleRows(by: rootWeights)
      gram.scaleColumns(by: rootWeights)
      scaledTargets.scaleRows(by: rootWeights)
    }
    let eigen = try SymmetricEigen(gram)
    var squares = eigen.vectors
    squares.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      eigen.vectors.withUnsafeBufferPointer { vectors in
        guard let vectors = vectors.baseAddress else { return }
        Double.loops.multiply(buffer.count, base, vectors)
      }
    }
    self.eigen = eigen
    squaredVectors = squares
    rotatedTargets = try eigen.vectors.multiplied(by: scaledTargets, context: context)
  }

  /// What one ridge gives.
  public struct Fit: Sendable {
    /// λ.
    public let ridge: Double
    /// (K + λ W⁻¹)⁻¹ Y, n × k.
    public let coefficients: Matrix<Double>
    /// yᵢ − f₋ᵢ(xᵢ), where f₋ᵢ is fitted without row i; n × k.
    public let leaveOneOutResiduals: Matrix<Double>
  }

  /// Fits for one ridge.
  ///
  /// - Parameters:
  ///   - ridge: λ, above 0; added to K as it is, not multiplied by n.
  ///   - context: threads, memory limit and cancellation.
  public func fit(
    ridge: Double, context: ExecutionContext = .default
  ) throws(MercerError) -> Fit {
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(.invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
    }
    // Rounding can leave eigenvalues slightly below zero.
    let inverses = eigen.values.map { 1 / (max($0, 0) + ridge) }
    var scaled = rotatedTargets
    scaled.scaleRows(by: inverses)
    var coefficients = try eigen.vectors.multiplied(by: scaled, transposed: true, context: context)
    let diagonal = try squaredVectors.multiplied(
      by: Matrix(column: inverses), transposed: true, context: context
    ).elements
    var residuals = coefficients
    residuals.scaleRows(by: diagonal.map { 1 / $0 })
    if let rootWeights {
      coefficients.scaleRows(by: rootWeights)
      residuals.scaleRows(by: rootWeights.map { 1 / $0 })
    }
    return Fit(ridge: ridge, coefficients: coefficients, leaveOneOutResiduals: residuals)
  }
}

extension Matrix {
  fileprivate mutating func scaleColumns(by factors: [Element]) {
    let width = columnCount
    withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for i in 0..<(width == 0 ? 0 : buffer.count / width) {
        Element.loops.multiply(width, base + i * width, factors)
      }
    }
  }

}
