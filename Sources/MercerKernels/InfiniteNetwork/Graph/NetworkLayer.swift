public import MercerCore

/// One layer of an infinitely wide network, as it is written.
///
/// A new layer is one file: a type that conforms to this, and its `syntax` in
/// `NetworkLayerSyntax.all`. Most conform to `ElementwiseLayer` or, for activations with a closed
/// form, to `Activation`, which say less and leave the rest to the engines.
public protocol NetworkLayer: Sendable {
  /// The layer in text form; it parses back to an equal layer.
  var expression: NetworkExpression { get }

  /// The continuous parameters, without the layer's name.
  var parameters: [KernelParameter] { get }

  /// The same layer with other values of its parameters, in the order of `parameters`.
  ///
  /// - Throws: `.invalidParameter` when a value is outside its range.
  func withParameters(_ values: [Double]) throws(MercerError) -> any NetworkLayer

  /// Adds the nodes of this layer to a graph, its input being a node that is there already, and
  /// returns the node of its output.
  ///
  /// - Throws: `.invalidParameter` when the layer does not fit its input. The graph puts the layer's
  ///   number and text in front of the message.
  func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int
}

extension NetworkLayer {
  /// None.
  public var parameters: [KernelParameter] { [] }

  /// The same layer, which has no parameters.
  public func withParameters(_ values: [Double]) throws(MercerError) -> any NetworkLayer {
    precondition(values.isEmpty)
    return self
  }

  /// The layer in messages: its text, without the networks it may hold.
  var label: String {
    guard case .layer(let name, let arguments) = expression else { return "\(expression)" }
    let shown = arguments.filter { if case .network = $0.value { false } else { true } }
    return NetworkExpression.layer(name, shown).description
  }
}

/// A layer whose operation is itself: one node, of the shape of its input.
public protocol ElementwiseLayer: NetworkLayer, ElementwiseOperation {}

extension ElementwiseLayer {
  /// Adds one node. Units keep their distribution (are Gaussian if they were) and their sources;
  /// layers of which that is not true say so by `add` of their own.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    graph.append(.elementwise(self), after: input, parameterCount: parameters.count)
  }
}
