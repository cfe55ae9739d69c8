public import MercerCore

/// A Cholesky factor in one precision as the preconditioner of a system in another.
///
/// A factor in Float of a system in Double makes conjugate gradients converge in a few products, as
/// iterative refinement would, and also where refinement would diverge.
public struct CholeskyPreconditioner<Stored: Scalar, Element: Scalar>: Preconditioner {
  /// L with L Lᵀ ≈ A.
  public let factor: Cholesky<Stored>

  /// A preconditioner from a factor.
  public init(_ factor: Cholesky<Stored>) { self.factor = factor }

  public func solve(
    _ r: Matrix<Element>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    // The residual shrinks to where Float has few digits or none left, so it is scaled to one.
    let largest = r.withUnsafeBufferPointer { Element.largestMagnitude($0) }
    guard largest > 0 else { return r }
    let scaled = Matrix<Stored>(converting: r.scaled(by: 1 / largest))
    return Matrix<Element>(converting: try factor.solve(scaled, context: context))
      .scaled(by: largest)
  }
}
