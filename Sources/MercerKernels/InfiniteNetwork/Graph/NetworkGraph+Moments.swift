import MercerCore

/// The moments of the units of one node, one number an input each (an input and position, where
/// there are positions).
struct NodeMoments: Sendable {
  /// k(x, x).
  var variances: [Double]
  /// The means; absent where they are zero.
  var means: [Double]?

  subscript(index: Int) -> UnitMoments {
    UnitMoments(variance: variances[index], mean: means?[index] ?? 0)
  }

  /// The moments of `count` units, each made by the closure.
  init(count: Int, _ make: (Int) -> UnitMoments) {
    variances = []
    variances.reserveCapacity(count)
    var means: [Double] = []
    for index in 0..<count {
      let moments = make(index)
      variances.append(moments.variance)
      means.append(moments.mean)
    }
    self.means = means.contains { $0 != 0 } ? means : nil
  }

  init(variances: [Double]) { self.variances = variances }
}

extension NetworkGraph {
  /// The moments of all nodes of a graph of vectors, from ‖x‖²/d of each input.
  ///
  /// - Parameter limit: The largest number that they may be.
  /// - Throws: `.invalidData` naming the first layer after which a variance is not a finite number.
  func moments(
    ofInputs variances: [Double], limit: Double
  ) throws(MercerError) -> [NodeMoments] {
    var all: [NodeMoments] = []
    all.reserveCapacity(nodes.count)
    for node in nodes {
      let moments =
        switch node.operation {
        case .input: NodeMoments(variances: variances)
        case .elementwise(let layer):
          NodeMoments(count: variances.count) { layer.moments(after: all[node.inputs[0]][$0]) }
        case .combination(let layer):
          NodeMoments(count: variances.count) { index in
            layer.moments(of: node.inputs.map { all[$0][index] })
          }
        case .spatial: throw Self.needsPositions(node)
        }
      try Self.checkFinite(moments, of: node, limit: limit)
      all.append(moments)
    }
    return all
  }

  /// Throws `.invalidData` naming the layer and the first input whose variance is not finite.
  static func checkFinite(
    _ moments: NodeMoments, of node: NetworkNode, limit: Double, positions: Int = 1
  ) throws(MercerError) {
    guard let index = moments.variances.firstIndex(where: { !($0 <= limit) }) else { return }
    let value = moments.variances[index]
    throw MercerError(
      .invalidData,
      "\(node.place): the variance of point \(index / positions + 1) is not a finite number here"
        + (value > limit && value.isFinite ? " in single precision" : ""),
      remedy: node.inputs.isEmpty
        ? "scale the features" : "lower the weight variances of the network, or scale the features")
  }

  static func needsPositions(_ node: NetworkNode) -> MercerError {
    MercerError(
      .invalidParameter, "\(node.place): this layer needs positions, but its input is a vector",
      remedy: "start the network with image(height, width, channels: …) or sequence(…)")
  }
}
