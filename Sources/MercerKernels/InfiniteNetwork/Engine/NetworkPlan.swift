import MercerCore

/// Where the states of a graph's nodes are kept while a chunk of pairs goes through it: slots, reused
/// as soon as no later node takes them.
struct NetworkPlan: Sendable {
  /// The slot of each node's state when only the end is wanted.
  let stateSlots: [Int]
  /// How many of these there are.
  let stateCount: Int
  /// The slot of each node's adjoints on the way back.
  let adjointSlots: [Int]
  /// How many of these there are.
  let adjointCount: Int
  /// The most inputs that one node takes.
  let widestNode: Int

  init(_ graph: NetworkGraph) {
    let count = graph.nodes.count
    // The last node that takes each; the output is taken at the very end.
    var last = Array(0..<count)
    var consumers = [Int](repeating: 0, count: count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs {
        last[input] = index
        consumers[input] += 1
      }
    }
    last[graph.output] = count
    var (free, used): ([Int], Int) = ([], 0)
    func take() -> Int {
      if let slot = free.popLast() { return slot }
      used += 1
      return used - 1
    }
    var slots = [Int](repeating: 0, count: count)
    for (index, node) in graph.nodes.enumerated() {
      if case .elementwise = node.operation, last[node.inputs[0]] == index {
        slots[index] = slots[node.inputs[0]]
      } else {
        slots[index] = take()
        for input in Set(node.inputs) where last[input] == index { free.append(slots[input]) }
      }
      if last[index] == index { free.append(slots[index]) }
    }
    (stateSlots, stateCount) = (slots, used)

    // Back: a node's adjoints are complete when all that take it are done, which come later.
    (free, used) = ([], 0)
    var adjoints = [Int?](repeating: nil, count: count)
    for (index, node) in graph.nodes.enumerated().reversed() {
      let own = adjoints[index] ?? take()
      adjoints[index] = own
      if case .elementwise = node.operation, consumers[node.inputs[0]] == 1,
        node.inputs[0] != graph.output
      {
        adjoints[node.inputs[0]] = own
        continue
      }
      for input in node.inputs where adjoints[input] == nil { adjoints[input] = take() }
      if index > 0 { free.append(own) }
    }
    (adjointSlots, adjointCount) = (adjoints.map { $0 ?? 0 }, used)
    widestNode = graph.nodes.map(\.inputs.count).max() ?? 0
  }
}

/// Arrays of one size, one after the other in memory.
struct NetworkScratch<Element: Scalar> {
  let base: UnsafeMutablePointer<Element>
  /// The size of each array; whole 64-byte lines.
  let size: Int

  subscript(index: Int) -> UnsafeMutablePointer<Element> { base + index * size }

  /// The arrays from some number on.
  func from(_ first: Int) -> NetworkScratch { NetworkScratch(base: self[first], size: size) }

  /// Calls the body with so many arrays, all zero.
  static func with(arrays: Int, of size: Int, _ body: (NetworkScratch) -> Void) {
    var memory = Matrix<Element>(rowCount: max(arrays, 1), columnCount: size)
    memory.withTile { body(NetworkScratch(base: $0.base, size: size)) }
  }
}
