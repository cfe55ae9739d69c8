import MercerCore

/// The order of the work, and the memory of slices.
extension SlicePlanner {
  mutating func emit(_ target: SliceKey) {
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

  mutating func takeSlot() -> Int {
    if let slot = freeSlots.popLast() { return slot }
    slotCount += 1
    return slotCount - 1
  }

  mutating func release(_ key: SliceKey) {
    let left = (remaining[key] ?? 0) - 1
    remaining[key] = left
    if left <= 0, let slot = slots.removeValue(forKey: key) { freeSlots.append(slot) }
  }

  /// A step at a slice, with what lengths need.
  mutating func step(_ kind: SliceStep.Kind, _ key: SliceKey) -> SliceStep {
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

  mutating func append(
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
}
