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
  var totals: [(covariance: Double, tangent: Double)]
  /// The matrices of attention layers.
  var matrices: [Int: SliceMatrices<Element>] = [:]
  /// Whether this is for passes over one input.
  let isAlone: Bool
  let readsRecords: Bool
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
    margin = Self.margin(plan)
    slotSize = Self.slotSize(plan)
    slotCapacity = slotSize * plan.slotCount * (wantsTangent ? 2 : 1)
    slots = Self.zeroed(slotCapacity)
    scratchSize = Self.scratchSize(plan)
    scratch = Self.zeroed(Self.scratchCount * scratchSize)
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

  private static var scratchCount: Int { 8 }
  private static func scratchSize(_ plan: SlicePlan<Element>) -> Int { 2 * plan.planeSize + 64 }
  private static func margin(_ plan: SlicePlan<Element>) -> Int {
    SliceLayout.padded(plan.reach, Element.self) + 64
  }
  private static func slotSize(_ plan: SlicePlan<Element>) -> Int {
    plan.planeSize + 2 * margin(plan)
  }

  /// The bytes of all slots and of scratch memory, and of the matrices of attention layers.
  static func byteCount(
    _ graph: SliceGraph, _ plan: SlicePlan<Element>, wantsTangent: Bool
  ) -> Int {
    let slots = plan.slotCount * (wantsTangent ? 2 : 1) * slotSize(plan)
    let matrices = graph.nodes.reduce(0) { total, node in
      guard case .attention = node.operation else { return total }
      let count = node.layout.positionCount
      return total + SliceMatrices<Element>.matrixCount * count * count
    }
    return (slots + scratchCount * scratchSize(plan) + matrices) * MemoryLayout<Element>.stride
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
