public import MercerCore

/// One node of a network's graph.
public struct NetworkNode: Sendable {
  /// What it does.
  public let operation: NetworkOperation
  /// The nodes it takes: earlier ones.
  public let inputs: [Int]
  /// What its units are.
  public internal(set) var shape: NetworkShape
  /// Whether its units are Gaussian with mean zero and independent, as after a dense layer: what an
  /// activation needs.
  public let isGaussian: Bool
  /// Whether its units are of several kinds, as after a concatenation.
  public let isMixed: Bool
  /// The nodes whose units it is made of, unit by unit: two nodes that share none are independent.
  public internal(set) var sources: Set<Int>
  /// Where the layer's parameters are among those of the network.
  public let parameters: Range<Int>
  /// The layer in messages.
  public let place: NetworkPlace
}

/// Where a layer is in a network: its number and text, and those of the layers that hold it.
public struct NetworkPlace: Sendable, CustomStringConvertible {
  var steps: [(number: Int, layer: any NetworkLayer)] = []

  /// `layer 4, residual: layer 2, dense(weightVariance: 3)`; layers count from 1, repetitions
  /// written out.
  public var description: String {
    steps.isEmpty
      ? "the input"
      : steps.map { "layer \($0.number), \($0.layer.label)" }.joined(separator: ": ")
  }
}

/// A network as a list of nodes, each after those it takes, for inputs of one shape.
///
/// ```
/// dense > residual(relu > dense) > relu > dense
///   0 input   1 dense (0)   2 relu (1)   3 dense (2)   4 sum (1, 3)   5 relu (4)   6 dense (5)
/// ```
/// It is made once when a kernel is bound, and checks what depends on the shape of the input and on
/// the order of the layers.
public struct NetworkGraph: Sendable {
  /// The nodes; the first is the input.
  public private(set) var nodes: [NetworkNode]
  /// The node of the network's output.
  public private(set) var output = 0
  /// Which numbers of the input stand for nothing, if any.
  public private(set) var inputMask: InputMask?
  private var place = NetworkPlace()
  private var parameterCount = 0

  /// The graph of a network for points of `dimension` coordinates: a vector of so many, unless the
  /// network's first layer says another shape.
  ///
  /// - Throws: `.shapeMismatch` when the points do not have as many numbers as the shape;
  ///   `.invalidParameter` when a layer does not fit what is before it. Messages name the layer.
  public init(_ network: Network, dimension: Int) throws(MercerError) {
    nodes = [
      NetworkNode(
        operation: .input, inputs: [], shape: .vector(dimension), isGaussian: false,
        isMixed: false, sources: [0], parameters: 0..<0, place: NetworkPlace())
    ]
    output = try append(network, after: 0)
    guard nodes[output].shape.isVector else {
      throw MercerError(
        .invalidParameter, "the network ends with \(nodes[output].shape)",
        remedy: "end it with flatten or globalAveragePool, and dense")
    }
  }

  /// Whether some node has positions, so that the engine of vectors does not do.
  public var hasPositions: Bool {
    nodes.contains { node in
      if case .spatial = node.operation { true } else { !node.shape.isVector }
    }
  }

  /// Whether some layer draws noise of its own for each input.
  var addsNoise: Bool {
    nodes.contains {
      if case .elementwise(let layer) = $0.operation { layer.addsNoise } else { false }
    }
  }

  /// The layers as the fused loops know them, when the graph is a chain of such.
  var packedLayers: [PackedLayer]? {
    var layers: [PackedLayer] = []
    for (index, node) in nodes.enumerated().dropFirst() {
      guard node.inputs == [index - 1], case .elementwise(let layer) = node.operation,
        let packed = layer.packedLayer
      else { return nil }
      layers.append(packed)
    }
    return output == nodes.count - 1 ? layers : nil
  }
}

// MARK: - Making it

extension NetworkGraph {
  /// Adds the layers of a network after a node and returns the node of its output: for layers that
  /// hold networks.
  public mutating func append(_ network: Network, after input: Int) throws(MercerError) -> Int {
    var current = input
    for (index, layer) in network.layers.enumerated() {
      place.steps.append((index + 1, layer))
      let before = current
      do {
        current = try layer.add(to: &self, after: before)
      } catch {
        // Layers inside this one have put their place in front already.
        let isNamed = error.message.hasPrefix("layer ")
        let text = isNamed && place.steps.count > 1 ? error.message : "\(place): \(error.message)"
        throw isNamed ? error : MercerError(error.code, text, at: error.place, remedy: error.remedy)
      }
      place.steps.removeLast()
      // Outside of branches nothing else takes what was before.
      if place.steps.isEmpty, current != before { nodes[current].sources = [current] }
    }
    return current
  }

  /// Adds a node and returns its number.
  ///
  /// - Parameters:
  ///   - operation: What it does.
  ///   - inputs: The nodes it takes.
  ///   - shape: What its units are; that of the first input if absent.
  ///   - isGaussian: Whether its units are Gaussian with mean zero, independent of each other.
  ///   - isFresh: Whether random weights of its own make its units independent of all before.
  ///   - isMixed: Whether its units are of several kinds; as the inputs' if absent.
  ///   - parameterCount: How many parameters of the layer at hand are this node's.
  public mutating func append(
    _ operation: NetworkOperation, after inputs: [Int], shape: NetworkShape? = nil,
    isGaussian: Bool, isFresh: Bool = false, isMixed: Bool? = nil, parameterCount: Int = 0
  ) -> Int {
    let first = self.parameterCount
    self.parameterCount += parameterCount
    nodes.append(
      NetworkNode(
        operation: operation, inputs: inputs, shape: shape ?? nodes[inputs[0]].shape,
        isGaussian: isGaussian,
        isMixed: isMixed ?? (!isFresh && inputs.contains { nodes[$0].isMixed }),
        sources: isFresh
          ? [nodes.count] : inputs.reduce(into: []) { $0.formUnion(nodes[$1].sources) },
        parameters: first..<self.parameterCount, place: place))
    return nodes.count - 1
  }

  /// Adds a node of one input, which keeps shape and distribution.
  public mutating func append(
    _ operation: NetworkOperation, after input: Int, parameterCount: Int = 0
  ) -> Int {
    append(
      operation, after: [input], isGaussian: nodes[input].isGaussian,
      parameterCount: parameterCount)
  }

  /// Gives the input its shape.
  ///
  /// - Throws: `.invalidParameter` unless nothing was added yet; `.shapeMismatch` when the inputs do
  ///   not have as many numbers.
  mutating func setInputShape(
    _ shape: NetworkShape, mask: InputMask?, after node: Int
  ) throws(MercerError) {
    guard node == 0, nodes.count == 1, nodes[0].shape.isVector, place.steps.count == 1,
      place.steps[0].number == 1
    else {
      throw MercerError(
        .invalidParameter, "the shape of the input must be the network's first layer")
    }
    guard let dimension = nodes[0].shape.inputDimension, shape.inputDimension == dimension else {
      throw MercerError(
        .shapeMismatch,
        "the inputs have \(nodes[0].shape.inputDimension ?? 0) numbers, but this is of "
          + "\(shape.inputDimension ?? 0)")
    }
    nodes[0].shape = shape
    inputMask = mask
  }
}
