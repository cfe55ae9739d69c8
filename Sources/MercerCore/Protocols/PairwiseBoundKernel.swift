/// A bound kernel that is a map of a sum over coordinates, so that products, gradients and reductions
/// can be made of its values in registers, without writing them anywhere.
public protocol PairwiseBoundKernel<Element>: BoundKernel {
  /// The kernel as the loops take it; nil when its map is not one of theirs.
  var pairs: PackedPairs<Element>? { get }

  /// Σⱼ v[o, j] ∂k(xᵢ, zⱼ)/∂xᵢ for some rows i, all columns of some panels, and every output o,
  /// added to `gradient[i, o d ..< (o + 1) d]`. Returns false, having done nothing, when there is no
  /// such loop for this kernel.
  ///
  /// - Parameters:
  ///   - rows: the inputs xᵢ to take gradients at.
  ///   - panels: the panels of columns to sum over.
  ///   - vectors: the coefficients, any number of outputs.
  ///   - gradient: rows × (outputs · dimension).
  func accumulateInputGradient(
    rows: Range<Int>, panels: Range<Int>, of vectors: PackedVectors<Element>,
    into gradient: Tile<Element>
  ) -> Bool
}
