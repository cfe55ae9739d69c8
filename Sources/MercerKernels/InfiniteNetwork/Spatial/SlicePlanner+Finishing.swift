import MercerCore

/// Steps that end the making of a slice.
extension SlicePlanner {
  mutating func finish(_ key: SliceKey) {
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
    case .globalAverage where masks != nil:
      slots[key] = takeSlot()
      append(.presentMean, key, 0, weight: 1)
      steps[steps.count - 1].second = Int32(records.mask(of: node.inputs[0]) ?? 0)
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
    mask(key)
    if case .alone = mode, key.isOrigin { record(key) }
    if (remaining[key] ?? 0) == 0, let slot = slots.removeValue(forKey: key) {
      freeSlots.append(slot)
    }
  }

  /// Sets the entries of absent positions to zero, where the operation may have left something there.
  private mutating func mask(_ key: SliceKey) {
    guard let record = records.mask(of: key.node), !key.isMatrix,
      SliceMasks.isNeeded(after: nodes[key.node].operation)
    else { return }
    append(.mask, key, Int32(slots[key] ?? 0), weight: 1)
    steps[steps.count - 1].second = Int32(record)
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
