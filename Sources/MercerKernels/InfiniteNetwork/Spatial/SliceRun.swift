import MercerCore

/// The memory of one thread, and the work on one pair of inputs after another, or on one input after
/// another.
final class SliceRun<Element: Scalar> {
  let graph: SliceGraph
  let records: SliceRecords
  let plan: SlicePlan<Element>
  let constants: [SliceConstants]
  let narrow: SliceRecords.Offsets, wide: SliceRecords.Offsets
  let wantsTangent: Bool
  let loops = Element.loops.slices
  /// Planes: k and, when wanted, Θ of each slot.
  private let slots: UnsafeMutablePointer<Element>
  private let slotCapacity: Int
  private let slotSize: Int
  private let margin: Int
  /// Sums of windows and states of layers: eight planes.
  let scratch: UnsafeMutablePointer<Element>
  let scratchSize: Int
  private var totals: [(covariance: Double, tangent: Double)]
  /// The matrices of attention layers.
  var matrices: [Int: SliceMatrices<Element>] = [:]
  /// Whether this is for passes over one input.
  let isAlone: Bool
  private let readsRecords: Bool
  /// In a pass over one input: the means of units of each node that has any.
  var means: [Int: [Double]] = [:]
  /// In a pass over one input: what the records hold, and the input as x and as z.
  private let recorded: UnsafeMutablePointer<Double>
  private let recordOffsets: [Int]
  let ownX: UnsafeMutablePointer<Element>?
  let ownZ: UnsafeMutablePointer<Element>?

  init(
    graph: SliceGraph, records: SliceRecords, plan: SlicePlan<Element>,
    constants: [SliceConstants], narrow: SliceRecords.Offsets, wide: SliceRecords.Offsets,
    wantsTangent: Bool, isAlone: Bool
  ) {
    self.graph = graph
    self.records = records
    self.plan = plan
    self.constants = constants
    self.narrow = narrow
    self.wide = wide
    self.wantsTangent = wantsTangent
    self.isAlone = isAlone
    readsRecords = plan.readsRecords
    margin = SliceLayout.padded(plan.reach, Element.self) + 64
    slotSize = plan.planeSize + 2 * margin
    slotCapacity = slotSize * plan.slotCount * (wantsTangent ? 2 : 1)
    slots = Self.zeroed(slotCapacity)
    scratchSize = 2 * plan.planeSize + 64
    scratch = Self.zeroed(8 * scratchSize)
    totals = Array(repeating: (0, 0), count: graph.nodes.count)
    ownX = isAlone ? Self.zeroed(narrow.total) : nil
    ownZ = isAlone ? Self.zeroed(wide.total) : nil
    var offsets: [Int] = [0]
    for record in records.records {
      let size = record.planeSize(isWide: false, Double.self)
      offsets.append(offsets[offsets.count - 1] + size)
    }
    recordOffsets = offsets
    recorded = SliceRun<Double>.zeroed(isAlone ? offsets[offsets.count - 1] : 0)
  }

  deinit {
    slots.deallocate()
    recorded.deallocate()
    scratch.deallocate()
    ownX?.deallocate()
    ownZ?.deallocate()
  }

  /// Zeros, on a 64-byte line.
  static func zeroed(_ count: Int) -> UnsafeMutablePointer<Element> {
    let size = max(count, 1) + 16
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: size * MemoryLayout<Element>.stride, alignment: 64
    ).bindMemory(to: Element.self, capacity: size)
    memory.initialize(repeating: 0, count: size)
    return memory
  }

  /// The plane of k of a slot.
  func covariance(_ slot: Int32) -> UnsafeMutablePointer<Element> {
    slots + (Int(slot) * (wantsTangent ? 2 : 1) * slotSize + margin)
  }

  /// The plane of Θ of a slot.
  func tangent(_ slot: Int32) -> UnsafeMutablePointer<Element>? {
    wantsTangent ? slots + ((Int(slot) * 2 + 1) * slotSize + margin) : nil
  }

  /// The values of a record, in rows of x, after `fillAlone`.
  func values(of record: Int) -> UnsafeMutablePointer<Double> { recorded + recordOffsets[record] }

  /// The kernel of x and z, whose planes these are.
  func value(
    x: UnsafePointer<Element>, z: UnsafePointer<Element>, isSame: Bool
  ) -> Element {
    perform(x: x, z: z, isSame: isSame)
    let slot = Int32(plan.outputSlot)
    return (tangent(slot) ?? covariance(slot))[0]
  }

  /// Fills the records of one input, whose channels the closure writes.
  func fillAlone(
    _ setChannels: (UnsafeMutablePointer<Element>, UnsafeMutablePointer<Element>) -> Void
  ) {
    guard let ownX, let ownZ else { return }
    setChannels(ownX, ownZ)
    perform(x: ownX, z: ownZ, isSame: true)
  }
}

// MARK: - Steps

extension SliceRun {
  /// All steps in order.
  @specialized(where Element == Double)
  @specialized(where Element == Float)
  private func perform(x: UnsafePointer<Element>, z: UnsafePointer<Element>, isSame: Bool) {
    let isSame = isSame && !graph.addsNoise
    plan.steps.withUnsafeBufferPointer { steps in
      constants.withUnsafeBufferPointer { constants in
        plan.integers.withUnsafeBufferPointer { integers in
          plan.masks.withUnsafeBufferPointer { masks in
            plan.bytes.withUnsafeBufferPointer { bytes in
              let input = SliceInput(
                x: x, z: z, isSame: isSame, integers: integers, masks: masks, bytes: bytes)
              for step in steps { perform(step, constants[Int(step.node)], input) }
            }
          }
        }
      }
    }
  }

  /// The lengths that a record holds, for the slice of a step.
  func lengths(
    _ record: Int, _ step: SliceStep, _ input: SliceInput<Element>
  ) -> SliceLengths<Element> {
    let layout = records.records[record].layout
    return SliceLengths(
      rootX: input.x + narrow.root[record], inverseX: input.x + narrow.inverse[record],
      strideX: layout.stride(Element.self), rootZ: input.z + wide.root[record],
      inverseZ: input.z + wide.inverse[record], strideZ: layout.wideStride(Element.self),
      rowsZ: input.integer(step.zRows), columnZ: Int(step.zColumn),
      isSame: input.isSame && step.isOrigin)
  }

  private func perform(
    _ step: SliceStep, _ node: SliceConstants, _ input: SliceInput<Element>
  ) {
    let k = covariance(step.output)
    let theta = tangent(step.output)
    let count = node.outRows * node.outStride
    switch step.kind {
    case .window, .rectifiedWindow:
      let isRectified = step.kind == .rectifiedWindow
      let window = SliceWindow(
        inRows: node.inRows, inStride: node.inStride, outRows: node.outRows,
        outStride: node.outStride, step: node.columnStep, rows: input.integer(step.rows),
        rowTaps: Int(step.rowTaps), shifts: input.integer(step.shifts),
        masks: input.mask(step.masks), columnTaps: Int(step.columnTaps),
        scale: node.factors.scale, bias: node.factors.bias, weightRate: node.factors.weightRate,
        biasRate: node.factors.biasRate, accumulates: step.accumulates, gain: node.gain,
        excess: node.excess)
      loops.slide(
        window, lengths: isRectified ? lengths(node.before, step, input) : nil,
        covariance(step.input), tangent(step.input), into: k, theta, scratch: scratch)
    case .products:
      let (x, z) = (input.x, input.z)
      let layout = records.input
      loops.multiplyChannels(
        SliceLengths(
          rootX: x, inverseX: x, strideX: layout.stride(Element.self), rootZ: z, inverseZ: z,
          strideZ: layout.wideStride(Element.self), rowsZ: input.integer(step.zRows),
          columnZ: Int(step.zColumn), isSame: false),
        rows: node.outRows, stride: node.outStride, channels: records.channels,
        planeX: narrow.channelPlane, planeZ: wide.channelPlane, scale: 1 / node.count, into: k)
      theta?.update(repeating: 0, count: count)
    case .rectifier:
      loops.rectify(
        lengths(node.before, step, input), rows: node.outRows, stride: node.outStride,
        gain: node.gain, excess: node.excess, k, theta)
    case .dense:
      loops.dense(count, weight: node.factors.scale, bias: node.factors.bias, k, theta)
    case .copy, .add:
      let isAdded = step.kind == .add
      loops.add(
        count, weight: step.weight, covariance(step.input), to: k, accumulates: isAdded)
      if let theta, let source = tangent(step.input) {
        loops.add(count, weight: step.weight, source, to: theta, accumulates: isAdded)
      }
    case .multiply:
      loops.multiply(count, by: covariance(step.input), tangent(step.input), k, theta)
    case .total:
      func total(_ plane: UnsafeMutablePointer<Element>) -> Double {
        loops.total(
          rows: node.inRows, stride: node.inStride, takes: input.byte(step.rows),
          mask: input.mask(step.masks), plane)
      }
      let place = Int(step.node)
      if !step.accumulates { totals[place] = (0, 0) }
      totals[place].covariance += total(covariance(step.input))
      if let source = tangent(step.input) { totals[place].tangent += total(source) }
    case .mean:
      k.update(repeating: 0, count: count)
      k[0] = Element(totals[Int(step.node)].covariance / node.count)
      theta?.update(repeating: 0, count: count)
      theta?[0] = Element(totals[Int(step.node)].tangent / node.count)
    case .normalisation:
      loops.scale(
        lengths(node.before, step, input), rows: node.outRows, stride: node.outStride, k, theta)
    case .zero:
      k.update(repeating: 0, count: count)
      theta?.update(repeating: 0, count: count)
    case .elementwise: elementwise(step, node, input)
    case .combination: combination(step, node, input)
    case .gather, .attention, .scatter: attention(step, node, input)
    case .selfElementwise: selfElementwise(step, node)
    case .selfCombination: selfCombination(step, node)
    case .selfMean: setMeans(of: Int(step.node))
    case .recordUnitMean: recordMeans(of: Int(step.node), record: Int(step.second))
    case .record, .recordMean: record(step, node)
    }
  }

  /// Keeps the variances of a slice of an input with itself.
  private func record(_ step: SliceStep, _ node: SliceConstants) {
    let index = Int(step.second)
    let record = records.records[index]
    let layout = record.layout
    let k = covariance(step.input)
    let stride = layout.stride(Element.self)
    var mean = 0.0
    if step.kind == .recordMean {
      for row in 0..<layout.rows {
        for column in 0..<layout.columns { mean += Double(k[row * stride + column]) }
      }
      mean /= Double(layout.positionCount)
    }
    let valueStride = layout.stride(Double.self)
    let values = self.values(of: index)
    for row in 0..<layout.rows {
      for column in 0..<layout.columns {
        values[row * valueStride + column] =
          step.kind == .recordMean ? mean : Double(k[row * stride + column])
      }
    }
    guard readsRecords, let ownX, let ownZ else { return }
    for row in 0..<layout.rows {
      let from = values + row * valueStride
      let (narrowRow, wideRow) = (row * stride, row * layout.wideStride(Element.self))
      loops.roots(
        of: from, columns: layout.columns, period: layout.columnPeriod, repeats: false,
        root: ownX + narrow.root[index] + narrowRow,
        inverse: ownX + narrow.inverse[index] + narrowRow)
      loops.roots(
        of: from, columns: layout.columns, period: layout.columnPeriod, repeats: true,
        root: ownZ + wide.root[index] + wideRow, inverse: ownZ + wide.inverse[index] + wideRow)
    }
  }

  /// Keeps the weights of an attention.
  func keep(_ weights: UnsafePointer<Element>, count: Int, record: Int) {
    let values = self.values(of: record)
    for i in 0..<count { values[i] = Double(weights[i]) }
    ownX.map { ($0 + narrow.root[record]).update(from: weights, count: count) }
    ownZ.map { ($0 + wide.root[record]).update(from: weights, count: count) }
  }
}

/// One pair of inputs and the tables of its plan.
struct SliceInput<Element: Scalar> {
  let x: UnsafePointer<Element>, z: UnsafePointer<Element>
  let isSame: Bool
  fileprivate let integers: UnsafeBufferPointer<Int32>
  fileprivate let masks: UnsafeBufferPointer<Element>
  fileprivate let bytes: UnsafeBufferPointer<UInt8>

  // Tables that are empty are not pointed to by any step.
  func integer(_ place: Int32) -> UnsafePointer<Int32> {
    integers.baseAddress.unsafelyUnwrapped + Int(place)
  }
  func mask(_ place: Int32) -> UnsafePointer<Element> {
    masks.baseAddress.unsafelyUnwrapped + Int(place)
  }
  func byte(_ place: Int32) -> UnsafePointer<UInt8> {
    bytes.baseAddress.unsafelyUnwrapped + Int(place)
  }
}
