import MercerCore

/// Division by the root of the mean of k(p, p) over positions: the part of `LayerNormLayer` that mixes
/// positions.
struct NormalisationSlices: SliceLayer {
  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation { .normalisation(acrossPositions: true) }
}
