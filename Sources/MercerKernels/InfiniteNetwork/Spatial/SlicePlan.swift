import MercerCore

/// All the work on one pair of inputs, or on one input by itself, in order: the same for every pair,
/// and made once when a kernel is bound.
///
/// Slices are made when something takes them first and their memory is free when nothing takes them
/// any more: a chain of layers needs two planes, whatever its depth, and goes through all layers for
/// one offset after another; only a pooling or an attention in the middle keeps many slices.
struct SlicePlan<Element: Scalar>: Sendable {
  let steps: [SliceStep]
  /// How many planes are live at once.
  let slotCount: Int
  /// Tables that the steps point to.
  let integers: [Int32], masks: [Element], bytes: [UInt8]
  /// The elements of a plane, and how far beyond it is read.
  let planeSize: Int, reach: Int
  /// The slot of the output.
  let outputSlot: Int

  /// Whether records are read, and not written only.
  var readsRecords: Bool {
    steps.contains { step in
      switch step.kind {
      case .rectifiedWindow, .rectifier, .elementwise, .combination, .normalisation, .attention:
        true
      default: false
      }
    }
  }
}

/// Makes plans.
struct SlicePlanner<Element: Scalar> {
  enum Mode {
    /// Pairs of inputs: the output is wanted.
    case pairs
    /// One input with itself: what the records hold is wanted.
    case alone
  }

  private struct Source {
    var key: SliceKey
    var rowShift = 0
    var columnShift = 0
  }

  private enum Item {
    case visit(SliceKey)
    case consume(SliceKey, Source, isFirst: Bool)
    case finish(SliceKey)
  }

  private let nodes: [SliceNode]
  private let records: SliceRecords
  private let mode: Mode
  /// The convolution that a rectifier is done with.
  private var fused: [Int?]
  private var tables = SliceTables<Element>()
  private var steps: [SliceStep] = []
  private var remaining: [SliceKey: Int] = [:]
  private var slots: [SliceKey: Int] = [:]
  private var produced: Set<SliceKey> = []
  private var freeSlots: [Int] = []
  private var slotCount = 0

  private init(_ graph: SliceGraph, _ records: SliceRecords, _ mode: Mode) {
    nodes = graph.nodes
    self.records = records
    self.mode = mode
    fused = Array(repeating: nil, count: nodes.count)
    guard case .pairs = mode else { return }
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
      targets = records.records.map {
        if case .attention = $0.content { .matrix($0.node) } else { .origin($0.node) }
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

// MARK: - What needs what

extension SlicePlanner {
  private func sources(_ key: SliceKey) -> [Source] {
    let node = nodes[key.node]
    if let window = fused[key.node] {
      return sources(SliceKey(window, row: key.row, column: key.column))
    }
    func same(_ input: Int) -> Source {
      Source(key: SliceKey(input, row: key.row, column: key.column))
    }
    switch node.operation {
    case .input: return []
    case .convolution(let rows, let columns, _, let isLocal):
      if isLocal && !key.isOrigin { return [] }
      return [
        Source(
          key: SliceKey(
            node.inputs[0], row: rows.inputOffset(of: key.row, shift: 0),
            column: columns.inputOffset(of: key.column, shift: 0)))
      ]
    case .pooling(let rows, let columns, _):
      return rows.shifts.flatMap { rowShift in
        columns.shifts.map { columnShift in
          Source(
            key: SliceKey(
              node.inputs[0], row: rows.inputOffset(of: key.row, shift: rowShift),
              column: columns.inputOffset(of: key.column, shift: columnShift)),
            rowShift: rowShift, columnShift: columnShift)
        }
      }
    case .rectifier, .dense, .elementwise, .normalisation: return [same(node.inputs[0])]
    case .sum, .product, .combination: return node.inputs.map(same)
    case .flatten: return [Source(key: .origin(node.inputs[0]))]
    case .globalAverage: return allSlices(of: node.inputs[0])
    case .attention:
      return key.isMatrix ? allSlices(of: node.inputs[0]) : [Source(key: .matrix(key.node))]
    }
  }

  private func allSlices(of node: Int) -> [Source] {
    let layout = nodes[node].layout
    return (0..<layout.columnPeriod).flatMap { column in
      (0..<layout.rowPeriod).map { Source(key: SliceKey(node, row: $0, column: column)) }
    }
  }

  /// In a pass over one input: the slices whose records must be there before this one is made.
  private func needs(_ key: SliceKey) -> [SliceKey] {
    guard case .alone = mode, !key.isOrigin, !key.isMatrix else { return [] }
    let node = nodes[key.node]
    switch node.operation {
    case .rectifier, .normalisation: return [.origin(node.inputs[0])]
    case .elementwise, .combination: return node.inputs.map { .origin($0) } + [.origin(key.node)]
    default: return []
    }
  }

  /// How often each slice is taken.
  private mutating func count(_ targets: [SliceKey]) {
    var work = targets
    var seen = Set(targets)
    while let key = work.popLast() {
      for source in sources(key) {
        remaining[source.key, default: 0] += 1
        if seen.insert(source.key).inserted { work.append(source.key) }
      }
      for need in needs(key) where seen.insert(need).inserted { work.append(need) }
    }
  }
}

// MARK: - Steps

extension SlicePlanner {
  private mutating func emit(_ target: SliceKey) {
    var stack = [Item.visit(target)]
    while let item = stack.popLast() {
      switch item {
      case .visit(let key):
        if produced.contains(key) { continue }
        stack.append(.finish(key))
        let sources = sources(key)
        for (index, source) in sources.enumerated().reversed() {
          stack.append(.consume(key, source, isFirst: index == 0))
          stack.append(.visit(source.key))
        }
        for need in needs(key).reversed() { stack.append(.visit(need)) }
      case .consume(let key, let source, let isFirst): consume(key, source, isFirst: isFirst)
      case .finish(let key): finish(key)
      }
    }
  }

  private mutating func takeSlot() -> Int {
    if let slot = freeSlots.popLast() { return slot }
    slotCount += 1
    return slotCount - 1
  }

  private mutating func release(_ key: SliceKey) {
    let left = (remaining[key] ?? 0) - 1
    remaining[key] = left
    if left <= 0, let slot = slots.removeValue(forKey: key) { freeSlots.append(slot) }
  }

  /// A step at a slice, with what lengths need.
  private mutating func step(_ kind: SliceStep.Kind, _ key: SliceKey) -> SliceStep {
    let layout = nodes[key.node].layout
    var step = SliceStep(kind, node: key.node)
    if key.isMatrix { return step }
    step.isOrigin = key.isOrigin
    step.zRows = Int32(tables.rowsOfZ(period: layout.rowPeriod, offset: key.row))
    step.zColumn = Int32((-key.column).remainder(modulo: layout.columnPeriod))
    return step
  }

  /// A step on the slice at hand, once it is there.
  private mutating func consume(_ key: SliceKey, _ source: Source, isFirst: Bool) {
    let node = nodes[fused[key.node] ?? key.node]
    let input = Int32(slots[source.key] ?? 0)
    switch node.operation {
    case .convolution(let rows, let columns, _, _), .pooling(let rows, let columns, _):
      var step = step(fused[key.node] == nil ? .window : .rectifiedWindow, key)
      if isFirst { slots[key] = takeSlot() }
      step.accumulates = !isFirst
      step.input = input
      step.output = Int32(slots[key] ?? 0)
      setWindow(&step, rows, columns, key, source)
      steps.append(step)
    case .sum(let first, let second):
      if isFirst { slots[key] = takeSlot() }
      append(isFirst ? .copy : .add, key, input, weight: isFirst ? first : second)
    case .product:
      if isFirst { slots[key] = takeSlot() }
      append(isFirst ? .copy : .multiply, key, input, weight: 1)
    case .flatten, .globalAverage:
      let layout = nodes[source.key.node].layout
      var step = step(.total, key)
      step.input = input
      step.accumulates = !isFirst
      step.rows = Int32(tables.existingRows(layout, offset: source.key.row))
      step.masks = Int32(tables.existingColumns(layout, offset: source.key.column))
      steps.append(step)
    case .attention where key.isMatrix:
      var step = SliceStep(.gather, node: key.node)
      step.input = input
      step.rows = Int32(source.key.row)
      step.masks = Int32(source.key.column)
      steps.append(step)
    // Those of one input, and those that need all inputs at once, wait for the end.
    default: return
    }
    release(source.key)
  }

  private mutating func append(
    _ kind: SliceStep.Kind, _ key: SliceKey, _ input: Int32, weight: Double
  ) {
    var step = step(kind, key)
    step.input = input
    step.output = Int32(slots[key] ?? 0)
    step.weight = weight
    steps.append(step)
  }

  private mutating func setWindow(
    _ step: inout SliceStep, _ rows: AxisWindow, _ columns: AxisWindow, _ key: SliceKey,
    _ source: Source
  ) {
    step.rows = Int32(tables.rows(rows, offset: key.row, shift: source.rowShift))
    step.rowTaps = Int32(rows.tapCount(shift: source.rowShift))
    let found = tables.columns(
      columns, offset: key.column, shift: source.columnShift,
      outStride: nodes[key.node].layout.stride(Element.self))
    step.shifts = Int32(found.shifts)
    step.masks = Int32(found.masks)
    step.columnTaps = Int32(found.count)
  }

  private mutating func finish(_ key: SliceKey) {
    guard produced.insert(key).inserted else { return }
    let node = nodes[key.node]
    switch node.operation {
    case .input:
      slots[key] = takeSlot()
      append(.products, key, 0, weight: 1)
    case .convolution(_, _, _, true) where !key.isOrigin:
      slots[key] = takeSlot()
      append(.zero, key, 0, weight: 0)
    case .convolution, .pooling, .sum, .product: break
    case .rectifier where fused[key.node] != nil:
      // A local convolution leaves nothing between two positions, and the activation a constant.
      guard slots[key] == nil else { break }
      slots[key] = takeSlot()
      append(.zero, key, 0, weight: 0)
      append(.rectifier, key, Int32(slots[key] ?? 0), weight: 1)
    case .rectifier, .elementwise:
      if case .alone = mode, key.isOrigin {
        finishInPlace(.selfElementwise, key)
      } else if case .rectifier = node.operation {
        finishInPlace(.rectifier, key)
      } else {
        finishInPlace(.elementwise, key)
      }
    case .dense: finishInPlace(.dense, key)
    case .normalisation: finishInPlace(.normalisation, key)
    case .combination:
      let isAlone = if case .alone = mode { key.isOrigin } else { false }
      let inputs = node.inputs.map { SliceKey($0, row: key.row, column: key.column) }
      slots[key] = takeSlot()
      var step = step(isAlone ? .selfCombination : .combination, key)
      step.input = Int32(slots[inputs[0]] ?? 0)
      step.second = Int32(slots[inputs[inputs.count - 1]] ?? 0)
      step.output = Int32(slots[key] ?? 0)
      steps.append(step)
      for input in inputs { release(input) }
    case .flatten, .globalAverage:
      slots[key] = takeSlot()
      append(.mean, key, 0, weight: 1)
    case .attention:
      if key.isMatrix {
        steps.append(SliceStep(.attention, node: key.node))
      } else {
        slots[key] = takeSlot()
        append(.scatter, key, 0, weight: 1)
        steps[steps.count - 1].rows = Int32(key.row)
        steps[steps.count - 1].masks = Int32(key.column)
        release(.matrix(key.node))
      }
    }
    if case .alone = mode, key.isOrigin { record(key) }
    if (remaining[key] ?? 0) == 0, let slot = slots.removeValue(forKey: key) {
      freeSlots.append(slot)
    }
  }

  /// A step in the memory of its input when nothing else takes that, or on a copy.
  private mutating func finishInPlace(_ kind: SliceStep.Kind, _ key: SliceKey) {
    let input = SliceKey(nodes[key.node].inputs[0], row: key.row, column: key.column)
    let slot = slots[input] ?? 0
    if remaining[input] == 1 {
      slots[input] = nil
      remaining[input] = 0
      slots[key] = slot
    } else {
      slots[key] = takeSlot()
      append(.copy, key, Int32(slot), weight: 1)
      release(input)
    }
    append(kind, key, Int32(slots[key] ?? 0), weight: 1)
  }

  private mutating func record(_ key: SliceKey) {
    if nodes[key.node].hasMean, !records.isWithoutMeans {
      switch nodes[key.node].operation {
      case .pooling, .sum, .product, .flatten, .globalAverage: append(.selfMean, key, 0, weight: 1)
      default: break
      }
    }
    if let record = records.means(of: key.node) {
      append(.recordUnitMean, key, 0, weight: 1)
      steps[steps.count - 1].second = Int32(record)
    }
    if let record = records.lengths(of: key.node) {
      append(.record, key, Int32(slots[key] ?? 0), weight: 1)
      steps[steps.count - 1].second = Int32(record)
    }
    if let record = records.meanLength(of: key.node) {
      append(.recordMean, key, Int32(slots[key] ?? 0), weight: 1)
      steps[steps.count - 1].second = Int32(record)
    }
  }
}
