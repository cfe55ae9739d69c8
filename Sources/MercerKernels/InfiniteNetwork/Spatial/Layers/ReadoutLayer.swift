public import MercerCore

/// What makes a vector of the units of all positions.
public struct ReadoutLayer: PositionLayer, Equatable {
  /// The two ways.
  public enum Kind: String, Sendable, CaseIterable {
    /// All units of all positions side by side: k ← mean of k(p, p).
    case flatten
    /// Their mean over positions: k ← mean of k(p, q).
    case globalAveragePool
  }

  /// Which way.
  public let kind: Kind

  /// A readout.
  public init(_ kind: Kind) { self.kind = kind }

  /// How the text form writes and reads both.
  public static let syntaxes = Kind.allCases.map { kind in
    NetworkLayerSyntax(
      kind.rawValue,
      summary: kind == .flatten
        ? "the units of all positions as one vector" : "their means over all positions"
    ) { (_) throws(MercerError) in ReadoutLayer(kind) }
  }

  /// The layer in text form.
  public var expression: NetworkExpression { .layer(kind.rawValue) }

  /// Adds one node. Units of different positions have different variances, so that flattened ones are
  /// not Gaussian as a whole.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var shape = graph.nodes[input].shape
    try shape.checkPositions()
    if kind == .flatten, case .finite(let channels) = shape.channels {
      shape.channels = .finite(channels * shape.positionCount)
    }
    shape.positions = .none
    return graph.append(
      .spatial(ReadoutSlices(kind: kind)), after: [input], shape: shape,
      isGaussian: kind == .globalAveragePool && graph.nodes[input].isGaussian,
      isMixed: kind == .flatten ? true : nil)
  }
}

/// What a readout does to slices.
private struct ReadoutSlices: SliceLayer {
  let kind: ReadoutLayer.Kind

  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation {
    kind == .flatten ? .flatten : .globalAverage
  }
}
