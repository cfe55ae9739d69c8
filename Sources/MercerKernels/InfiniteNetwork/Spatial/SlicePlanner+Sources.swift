import MercerCore

/// Which slices are made of which.
extension SlicePlanner {
  func sources(_ key: SliceKey) -> [Source] {
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
  func needs(_ key: SliceKey) -> [SliceKey] {
    guard case .alone = mode, !key.isOrigin, !key.isMatrix else { return [] }
    let node = nodes[key.node]
    switch node.operation {
    case .rectifier, .normalisation: return [.origin(node.inputs[0])]
    case .elementwise, .combination: return node.inputs.map { .origin($0) } + [.origin(key.node)]
    default: return []
    }
  }

  /// How often each slice is taken.
  mutating func count(_ targets: [SliceKey]) {
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
