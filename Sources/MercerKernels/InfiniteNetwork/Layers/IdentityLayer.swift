public import MercerCore

/// A layer that does nothing: the short way around a branch.
public struct IdentityLayer: NetworkLayer, Equatable {
  /// The layer.
  public init() {}

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax("identity", summary: "nothing") {
    (_) throws(MercerError) in IdentityLayer()
  }

  /// `identity`.
  public var expression: NetworkExpression { .layer("identity") }

  /// Adds nothing.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    input
  }
}
