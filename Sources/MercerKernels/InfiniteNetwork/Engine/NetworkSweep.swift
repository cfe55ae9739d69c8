import MercerCore

/// Takes one chunk of pairs forward through a graph of vectors, and adjoints back.
struct NetworkSweep<Element: Scalar> {
  let graph: NetworkGraph
  let plan: NetworkPlan
  /// The number of pairs.
  let count: Int
  let wantsTangent: Bool
  /// Scales at a node; the second number is which of some scratch they may use.
  let scales: (Int, Int) -> NetworkScales<Element>
  /// Three arrays for each state: `stateCount` of the plan, or one for each node when all are kept.
  let states: NetworkScratch<Element>
  let keepsStates: Bool

  /// The state of a node.
  func pairs(_ node: Int, scratch: Int) -> NetworkPairs<Element> {
    let slot = 3 * (keepsStates ? node : plan.stateSlots[node])
    return NetworkPairs(
      count: count, scales: scales(node, scratch), cosine: states[slot], sine2: states[slot + 1],
      theta: wantsTangent ? states[slot + 2] : nil)
  }

  /// From the state of the input, which holds cosines and squared sines, to that of the output.
  func forward() {
    pairs(0, scratch: 0).theta?.fill(0, count: count)
    for (index, node) in graph.nodes.enumerated() {
      switch node.operation {
      case .input, .spatial: break
      case .elementwise(let layer):
        let (before, after) = (pairs(node.inputs[0], scratch: 0), pairs(index, scratch: 1))
        if before.cosine != after.cosine {
          after.cosine.update(from: before.cosine, count: count)
          after.sine2.update(from: before.sine2, count: count)
          if let theta = before.theta { after.theta?.update(from: theta, count: count) }
        }
        layer.forward(
          NetworkPairs(
            count: count, scales: before.scales, cosine: after.cosine, sine2: after.sine2,
            theta: after.theta),
          to: after.scales)
      case .combination(let layer):
        let inputs = node.inputs.enumerated().map { pairs($1, scratch: $0) }
        layer.forward(inputs, into: pairs(index, scratch: inputs.count))
      }
    }
  }

  /// From the adjoints of the output to those of the input; all states must have been kept.
  ///
  /// - Parameters:
  ///   - adjoints: Six arrays for each of the plan's adjoint slots.
  ///   - scratch: Six arrays.
  ///   - gradient: A place for each parameter of the network, or none.
  ///   - start: Writes the adjoints of the output, which are zero.
  func backward(
    adjoints: NetworkScratch<Element>, scratch: NetworkScratch<Element>,
    gradient: UnsafeMutableBufferPointer<Double>, start: (NetworkAdjoints<Element>) -> Void
  ) -> NetworkAdjoints<Element> {
    func slot(_ node: Int) -> NetworkAdjoints<Element> {
      NetworkAdjoints(adjoints.from(6 * plan.adjointSlots[node]))
    }
    // Slots are cleared when the first that adds to them comes.
    var isStarted = [Bool](repeating: false, count: graph.nodes.count)
    slot(graph.output).clear(count)
    isStarted[graph.output] = true
    start(slot(graph.output))
    for (index, node) in graph.nodes.enumerated().reversed() where isStarted[index] {
      let own = slot(index)
      for input in node.inputs
      where !isStarted[input] && plan.adjointSlots[input] != plan.adjointSlots[index] {
        slot(input).clear(count)
        isStarted[input] = true
      }
      switch node.operation {
      case .input, .spatial: break
      case .elementwise(let layer):
        let input = node.inputs[0]
        let isShared = plan.adjointSlots[input] == plan.adjointSlots[index]
        let target = isShared ? own : NetworkAdjoints(scratch)
        if !isShared { target.copy(own, count) }
        layer.backward(
          pairs(input, scratch: 0), to: scales(index, 1), adjoints: target,
          gradient: gradient.isEmpty
            ? gradient : UnsafeMutableBufferPointer(rebasing: gradient[node.parameters]))
        if !isShared { slot(input).add(target, count) }
        isStarted[input] = true
      case .combination(let layer):
        layer.backward(
          node.inputs.enumerated().map { pairs($1, scratch: $0) }, adjoints: own,
          into: node.inputs.map(slot))
      }
    }
    return slot(0)
  }
}

extension NetworkAdjoints {
  /// Adjoints in six arrays.
  init(_ scratch: NetworkScratch<Element>) {
    self.init(
      covariance: scratch[0], theta: scratch[1], varianceX: scratch[2], varianceZ: scratch[3],
      meanX: scratch[4], meanZ: scratch[5])
  }

  func clear(_ count: Int) {
    for array in arrays { array.fill(0, count: count) }
  }

  func copy(_ other: NetworkAdjoints, _ count: Int) {
    for (array, source) in zip(arrays, other.arrays) { array.update(from: source, count: count) }
  }

  func add(_ other: NetworkAdjoints, _ count: Int) {
    for (array, source) in zip(arrays, other.arrays) { Element.loops.add(count, array, source) }
  }
}
