public import MercerCore

/// Units divided by the root of their mean square over channels, or over channels and positions.
///
/// ```
/// k(p, q) ← k(p, q) / √(k(p, p) k(q, q))        Θ likewise
/// ```
/// with the means of k(p, p) and of k(q, q) over positions where those are included.
public struct LayerNormLayer: NetworkLayer, Equatable {
  /// Whether positions are included.
  public let acrossPositions: Bool

  /// A normalisation.
  public init(acrossPositions: Bool = false) { self.acrossPositions = acrossPositions }

  /// What is averaged over, in the text form.
  private enum Extent: String, CaseIterable {
    case channels, all
  }

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "layerNorm", summary: "units divided by their root mean square",
    parameters: [
      .init(
        "over", .word, ifAbsent: .value(.word("channels")),
        summary: "channels, or all: channels and positions")
    ]
  ) { (arguments) throws(MercerError) in
    LayerNormLayer(acrossPositions: try arguments.word("over", of: Extent.self) == .all)
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer("layerNorm", acrossPositions ? [.init("over", .word("all"))] : [])
  }

  /// Adds one node.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    guard graph.nodes[input].isGaussian else {
      throw MercerError(
        .invalidParameter, "layerNorm needs Gaussian units of mean zero before it",
        remedy: "put it after a dense layer or a convolution")
    }
    return graph.append(
      .spatial(NormalisationSlices(acrossPositions: acrossPositions)), after: [input],
      isGaussian: true)
  }
}

/// What a normalisation does to slices.
private struct NormalisationSlices: SliceLayer {
  let acrossPositions: Bool

  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation { .normalisation(acrossPositions: acrossPositions) }
}
