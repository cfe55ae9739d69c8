import MercerCore

/// Which positions of one input are there at each node of a network, where some of the input's can be
/// absent.
///
/// Dense layers and activations keep them. A window's output is there if the position under its middle
/// is, a join's where any branch's is, and a vector if any position is.
/// - Source: the layers' `mask_fn` in neural-tangents (Novak et al. 2020, 1912.02803).
struct SliceMasks: Sendable {
  /// How the positions of a mask follow from those of another.
  private enum Rule: Sendable {
    case input
    case window(rows: AxisWindow, columns: AxisWindow, of: Int)
    case union([Int])
    case any(Int)
  }

  /// The masks that differ: their layouts, and how they are made of earlier ones.
  private(set) var layouts: [SliceLayout] = []
  private var rules: [Rule] = []
  /// The mask of each node.
  private(set) var maskOfNode: [Int] = []

  init(_ nodes: [SliceNode]) {
    for node in nodes {
      let before = node.inputs.map { maskOfNode[$0] }
      switch node.operation {
      case .input: add(.input, node.layout)
      case .convolution(let rows, let columns, _, _), .pooling(let rows, let columns, _):
        if rows.keepsPositions, columns.keepsPositions {
          maskOfNode.append(before[0])
        } else {
          add(.window(rows: rows, columns: columns, of: before[0]), node.layout)
        }
      case .flatten, .globalAverage: add(.any(before[0]), node.layout)
      case .sum, .product, .combination:
        if Set(before).count == 1 {
          maskOfNode.append(before[0])
        } else {
          add(.union(before), node.layout)
        }
      case .rectifier, .dense, .elementwise, .normalisation, .attention:
        maskOfNode.append(before[0])
      }
    }
  }

  private mutating func add(_ rule: Rule, _ layout: SliceLayout) {
    maskOfNode.append(rules.count)
    rules.append(rule)
    layouts.append(layout)
  }

  /// The positions of every mask, one byte each, from those of the input.
  func presence(ofInput input: UnsafePointer<UInt8>) -> [[UInt8]] {
    var all: [[UInt8]] = []
    for (rule, layout) in zip(rules, layouts) {
      switch rule {
      case .input:
        all.append(Array(UnsafeBufferPointer(start: input, count: layout.positionCount)))
      case .window(let rows, let columns, let source):
        let width = columns.inSize
        all.append(
          (0..<layout.positionCount).map { place in
            guard let row = rows.middle(place / layout.columns),
              let column = columns.middle(place % layout.columns)
            else { return 0 }
            return all[source][row * width + column]
          })
      case .union(let sources):
        all.append(
          (0..<layout.positionCount).map { place in
            sources.contains { all[$0][place] != 0 } ? 1 : 0
          })
      case .any(let source): all.append([all[source].contains(1) ? 1 : 0])
      }
    }
    return all
  }

  /// Whether a node can leave something at absent positions, so that they are to be set to zero.
  static func isNeeded(after operation: SliceOperation) -> Bool {
    switch operation {
    case .convolution, .pooling, .elementwise, .attention: true
    case .dense(_, let bias): bias > 0
    // Products of zeros, sums and means of them; a rectifier of zero is zero.
    case .input, .rectifier, .sum, .product, .combination, .flatten, .globalAverage,
      .normalisation:
      false
    }
  }
}

extension AxisWindow {
  /// The position under the middle of a window, the earlier one of two.
  func middle(_ position: Int) -> Int? { source(position, (filter - 1) / 2) }

  /// Whether each position is under the middle of its own window.
  var keepsPositions: Bool { stride == 1 && inSize == outSize && low == (filter - 1) / 2 }
}

// MARK: - In the memory of one input

extension SliceRecords {
  /// Writes the masks of an input into the planes of x or z: 1 and 0 in place of inverse lengths, and
  /// how many positions are there at the beginning of that of lengths.
  @specialized(where E == Double)
  @specialized(where E == Float)
  func setMasks<E: Scalar>(
    _ presence: [[UInt8]], isWide: Bool, _ offsets: Offsets, into planes: UnsafeMutablePointer<E>
  ) {
    for (index, record) in records.enumerated() {
      guard case .mask(let mask) = record.content else { continue }
      let layout = record.layout
      let stride = record.stride(isWide: isWide, E.self)
      let plane = planes + offsets.inverse[index]
      var count = 0
      for row in 0..<layout.rows {
        for column in 0..<layout.columns {
          let value = presence[mask][row * layout.columns + column]
          count += Int(value)
          plane[row * stride + column] = E(value)
          if isWide { plane[row * stride + layout.columnPeriod + column] = E(value) }
        }
      }
      planes[offsets.root[index]] = E(count)
    }
  }
}

extension SliceRun {
  /// How many positions of x are there at a node, of all that there could be.
  func presentCount(_ mask: Int, _ input: SliceInput<Element>) -> (x: Double, z: Double) {
    (Double(input.x[narrow.root[mask]]), Double(input.z[wide.root[mask]]))
  }

  /// Which positions of x and z are there, 1 or 0 each.
  func presence(_ mask: Int, _ input: SliceInput<Element>) -> (x: [Element], z: [Element]) {
    let layout = records.records[mask].layout
    func values(_ plane: UnsafePointer<Element>, _ stride: Int) -> [Element] {
      (0..<layout.positionCount).map {
        plane[$0 / layout.columns * stride + $0 % layout.columns]
      }
    }
    return (
      values(input.x + narrow.inverse[mask], layout.stride(Element.self)),
      values(input.z + wide.inverse[mask], layout.wideStride(Element.self))
    )
  }
}
