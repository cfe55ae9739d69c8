import MercerCore

/// Makes plans.
struct SlicePlanner<Element: Scalar> {
  enum Mode {
    /// Pairs of inputs: the output is wanted.
    case pairs
    /// One input with itself: what the records hold is wanted.
    case alone
  }

  struct Source {
    var key: SliceKey
    var rowShift = 0
    var columnShift = 0
  }

  enum Item {
    case visit(SliceKey)
    case consume(SliceKey, Source, isFirst: Bool)
    case finish(SliceKey)
  }

  let nodes: [SliceNode]
  let records: SliceRecords
  let mode: Mode
  let masks: SliceMasks?
  /// The convolution that a rectifier is done with.
  var fused: [Int?]
  var tables = SliceTables<Element>()
  var steps: [SliceStep] = []
  var remaining: [SliceKey: Int] = [:]
  var slots: [SliceKey: Int] = [:]
  var produced: Set<SliceKey> = []
  var freeSlots: [Int] = []
  var slotCount = 0

  private init(_ graph: SliceGraph, _ records: SliceRecords, _ mode: Mode) {
    nodes = graph.nodes
    self.records = records
    self.mode = mode
    fused = Array(repeating: nil, count: nodes.count)
    masks = graph.masks
    // Masks come between the two, where there are any.
    guard case .pairs = mode, graph.masks == nil else { return }
    var consumers = [Int](repeating: 0, count: nodes.count)
    for node in nodes { for input in node.inputs { consumers[input] += 1 } }
    for (index, node) in nodes.enumerated() {
      guard case .rectifier = node.operation, let input = node.inputs.first,
        consumers[input] == 1, input != graph.output,
        case .convolution = nodes[input].operation
      else { continue }
      fused[index] = input
    }
  }

  /// The plan of a graph.
  static func plan(
    _ graph: SliceGraph, _ records: SliceRecords, _ mode: Mode
  ) -> SlicePlan<Element> {
    var planner = SlicePlanner(graph, records, mode)
    var targets: [SliceKey] = []
    switch mode {
    case .pairs: targets = [.origin(graph.output)]
    case .alone:
      targets = records.records.compactMap {
        switch $0.content {
        case .attention: .matrix($0.node)
        case .mask: nil
        default: .origin($0.node)
        }
      }
    }
    planner.count(targets)
    if case .pairs = mode { planner.remaining[targets[0], default: 0] += 1 }
    for target in targets { planner.emit(target) }
    let planeSize = graph.nodes.reduce(0) { max($0, $1.layout.planeSize(Element.self)) }
    var outputSlot = 0
    if case .pairs = mode { outputSlot = planner.slots[targets[0]] ?? 0 }
    return SlicePlan(
      steps: planner.steps, slotCount: planner.slotCount, integers: planner.tables.integers,
      masks: planner.tables.masks, bytes: planner.tables.bytes, planeSize: planeSize,
      reach: planner.tables.reach, outputSlot: outputSlot)
  }
}
