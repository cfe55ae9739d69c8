import MercerCore

// What an entry of a network's kernel costs, from what is done for it: nanoseconds on one core of the
// machine of `docs/benchmarks.md`, to within a factor of two.

extension SliceEngine {
  /// About how long one entry takes, in seconds.
  var secondsPerEntry: Double {
    let isFloat = Element.self == Float.self
    let steps = Self.nanoseconds(of: pairs.steps, in: graph, channels: records.channels)
    // What is known of single inputs is made for both sides of each block.
    let alone =
      SliceEngine<Double>.nanoseconds(of: self.alone.steps, in: graph, channels: records.channels)
    return 1e-9 * (steps * (isFloat ? 1 : 3.5) + alone * 3.5 * 2 / Double(blockSize))
  }

  /// The nanoseconds of some steps in Float.
  private static func nanoseconds(
    of steps: [SliceStep], in graph: SliceGraph, channels: Int
  ) -> Double {
    var sum = 0.0
    for step in steps {
      let node = graph.nodes[Int(step.node)]
      let size = Double(node.layout.planeSize(Float.self))
      sum += size * nanoseconds(of: step.kind, node, channels: channels) + 5
    }
    return sum
  }

  /// The nanoseconds of an element of a slice.
  private static func nanoseconds(
    of kind: SliceStep.Kind, _ node: SliceNode, channels: Int
  ) -> Double {
    switch kind {
    case .products: return 0.1 * Double(max(channels, 1))
    case .rectifiedWindow: return 0.55
    case .window: return 0.5
    case .rectifier, .normalisation: return 0.4
    case .elementwise, .selfElementwise:
      if case .elementwise(let layer) = node.operation { return layer.nanosecondsPerPair }
      return 0.4
    case .combination, .selfCombination: return 1
    case .gather, .scatter: return 0.5
    case .attention:
      let positions = Double(node.layout.positionCount)
      return 0.1 * positions * positions
    default: return 0.1
    }
  }
}

extension NetworkGraph {
  /// About how long a pair of vectors takes where no fused loop knows the network, in seconds.
  var secondsPerPair: Double {
    let nanoseconds = nodes.reduce(2.0) { sum, node in
      switch node.operation {
      case .elementwise(let layer): sum + layer.nanosecondsPerPair
      case .combination: sum + 4
      case .input, .spatial: sum
      }
    }
    return 1e-9 * nanoseconds
  }
}
