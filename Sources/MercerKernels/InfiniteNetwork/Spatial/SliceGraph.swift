import MercerCore

/// A network on images or sequences as its slices see it: each node with its sizes, and the periods
/// in which offsets count at it.
struct SliceGraph: Sendable {
  private(set) var nodes: [SliceNode] = []
  let output: Int
  /// Whether equal inputs can differ, so that positions with themselves are not one direction.
  let addsNoise: Bool
  /// Which positions are there at each node, where some can be absent.
  private(set) var masks: SliceMasks?

  /// - Throws: `.invalidParameter` naming the layer for what the engine cannot do.
  init(_ graph: NetworkGraph) throws(MercerError) {
    output = graph.output
    var addsNoise = false
    // How many positions of the input one step along each axis of a node is.
    var scales: [(row: Int, column: Int)] = []
    for node in graph.nodes {
      let scale = try Self.scale(of: node, scales)
      scales.append(scale)
      if case .elementwise(let layer) = node.operation, layer.addsNoise { addsNoise = true }
    }
    self.addsNoise = addsNoise
    let hasMean = Self.means(graph)
    let common = scales.reduce((row: 1, column: 1)) {
      (Self.commonMultiple($0.row, $1.row), Self.commonMultiple($0.column, $1.column))
    }
    let input = Self.sizes(graph.nodes[0].shape)
    let period = (
      row: Self.roundedUp(input.rows, to: common.row),
      column: Self.roundedUp(input.columns, to: common.column)
    )
    for (index, node) in graph.nodes.enumerated() {
      let (rows, columns) = Self.sizes(node.shape)
      let isVector = node.shape.isVector
      let layout = SliceLayout(
        rows: rows, columns: columns, rowPeriod: isVector ? 1 : period.row / scales[index].row,
        columnPeriod: isVector ? 1 : period.column / scales[index].column)
      nodes.append(
        SliceNode(
          operation: try operation(of: node, layout), inputs: node.inputs, layout: layout,
          place: node.place.description, hasMean: hasMean[index]))
      if case .elementwise(let layer) = node.operation { nodes[index].moments = layer }
    }
    if graph.inputMask != nil { masks = SliceMasks(nodes) }
  }

  /// Whether the units of each node have means other than zero.
  private static func means(_ graph: NetworkGraph) -> [Bool] {
    var hasMean: [Bool] = []
    for node in graph.nodes {
      let inputs = node.inputs.map { hasMean[$0] }
      switch node.operation {
      case .input: hasMean.append(false)
      case _ where node.isGaussian: hasMean.append(false)
      case .elementwise(let layer):
        let isActivation = graph.nodes[node.inputs[0]].isGaussian
        hasMean.append(!(layer is LayerNormLayer) && (isActivation || inputs[0]))
      case .spatial: hasMean.append(inputs[0])
      case .combination(let layer):
        hasMean.append(layer is UnitProduct ? !inputs.contains(false) : inputs.contains(true))
      }
    }
    return hasMean
  }

  private static func sizes(_ shape: NetworkShape) -> (rows: Int, columns: Int) {
    switch shape.positions {
    case .none: (1, 1)
    case .line(let length): (1, length)
    case .grid(let height, let width): (height, width)
    }
  }

  private static func scale(
    of node: NetworkNode, _ scales: [(row: Int, column: Int)]
  ) throws(MercerError) -> (row: Int, column: Int) {
    guard let first = node.inputs.first, !node.shape.isVector else { return (1, 1) }
    var scale = scales[first]
    guard node.inputs.allSatisfy({ scales[$0] == scale }) else {
      throw MercerError(
        .invalidParameter, "\(node.place): its branches reach one size with different strides",
        remedy: "branches must have equal strides")
    }
    if case .spatial(let layer) = node.operation, let layer = layer as? any SliceLayer {
      let strides = layer.strides
      scale = (scale.row * strides.row, scale.column * strides.column)
    }
    return scale
  }

  private func operation(
    of node: NetworkNode, _ layout: SliceLayout
  ) throws(MercerError) -> SliceOperation {
    switch node.operation {
    case .input:
      if case .finite(let channels) = node.shape.channels { return .input(channels: channels) }
      return .input(channels: 0)
    case .elementwise(let layer):
      switch layer.packedLayer {
      case .dense(let weight, let bias): return .dense(weight: weight, bias: bias)
      case .rectifier(let gain, let excess): return .rectifier(gain: gain, excess: excess)
      case nil: return .elementwise(layer)
      }
    case .combination(let layer):
      if layer is UnitProduct { return .product }
      if let sum = layer as? WeightedSum,
        !sum.isUnitwise || node.inputs.contains(where: { !nodes[$0].hasMean })
      {
        return .sum(sum.weights.0, sum.weights.1)
      }
      return .combination(layer)
    case .spatial(let layer):
      guard let layer = layer as? any SliceLayer else {
        throw MercerError(
          .invalidParameter, "\(node.place): this layer has no operation on positions")
      }
      return try layer.operation(from: nodes[node.inputs[0]].layout, to: layout, node.place)
    }
  }

  private static func commonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
  }

  private static func roundedUp(_ size: Int, to multiple: Int) -> Int {
    (size + multiple - 1) / multiple * multiple
  }
}

/// A layer that mixes positions, as the engine of slices does it.
protocol SliceLayer: SpatialOperation {
  /// How many positions before the layer one step after it is.
  var strides: (row: Int, column: Int) { get }
  /// What it does, with periods known.
  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation
}

extension SliceLayer {
  var strides: (row: Int, column: Int) { (1, 1) }
}
