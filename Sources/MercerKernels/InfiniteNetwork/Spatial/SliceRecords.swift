import MercerCore

/// What has to be known of each input by itself: √k(p, p) at places where pairs are normalised, and
/// the weights of attention; and where it is in the memory of one input.
///
/// An input is held as x, whose planes have rows of one period, or as z, whose rows are there twice,
/// so that any offset is a contiguous read.
struct SliceRecords: Sendable {
  enum Content: Sendable {
    /// √k(p, p) and its inverse after the node.
    case lengths
    /// The root of the mean of k(p, p) over positions and its inverse, at each position.
    case meanLength
    /// The means of units after the node.
    case mean
    /// The weights of the attention that is this node, positions × positions.
    case attention
    /// Which positions are there: the mask of this number, at the node where it first is one.
    case mask(Int)
  }

  struct Record: Sendable {
    let node: Int
    let content: Content
    let layout: SliceLayout

    /// The elements of one of its planes, for x or for z.
    func planeSize<Element>(isWide: Bool, _: Element.Type) -> Int {
      if case .attention = content {
        return SliceLayout.padded(layout.positionCount * layout.positionCount, Element.self)
      }
      return layout.rowPeriod * stride(isWide: isWide, Element.self)
    }

    func stride<Element>(isWide: Bool, _: Element.Type) -> Int {
      isWide ? layout.wideStride(Element.self) : layout.stride(Element.self)
    }
  }

  /// Where the planes of one input are.
  struct Offsets: Sendable {
    var root: [Int] = []
    var inverse: [Int] = []
    var channelPlane = 0
    var total = 0
  }

  let records: [Record]
  let input: SliceLayout
  let channels: Int
  private let lengthRecords, meanRecords, attentionRecords, unitMeanRecords: [Int?]
  private let maskRecords: [Int?]

  init(_ graph: SliceGraph) {
    let nodes = graph.nodes
    var wantsLengths = [Bool](repeating: false, count: nodes.count)
    var wantsMean = wantsLengths
    var wantsUnitMean = wantsLengths
    for (index, node) in nodes.enumerated() {
      switch node.operation {
      case .rectifier, .normalisation(false): wantsLengths[node.inputs[0]] = true
      case .normalisation(true): wantsMean[node.inputs[0]] = true
      case .elementwise, .combination:
        for part in node.inputs + [index] {
          wantsLengths[part] = true
          wantsUnitMean[part] = nodes[part].hasMean
        }
      default: break
      }
    }
    var records: [Record] = []
    let none = [Int?](repeating: nil, count: nodes.count)
    var (lengths, means, attention, unitMeans) = (none, none, none, none)
    func add(_ node: Int, _ content: Content, _ layout: SliceLayout) -> Int {
      records.append(Record(node: node, content: content, layout: layout))
      return records.count - 1
    }
    for (index, node) in nodes.enumerated() {
      if case .attention(let form) = node.operation, form.hasWeights {
        attention[index] = add(index, .attention, nodes[node.inputs[0]].layout)
      }
      if wantsLengths[index] { lengths[index] = add(index, .lengths, node.layout) }
      if wantsUnitMean[index] { unitMeans[index] = add(index, .mean, node.layout) }
      if wantsMean[index] { means[index] = add(index, .meanLength, node.layout) }
    }
    var masks = none
    if let found = graph.masks {
      let first = records.count
      for (mask, layout) in found.layouts.enumerated() {
        let node = found.maskOfNode.firstIndex(of: mask) ?? 0
        _ = add(node, .mask(mask), layout)
      }
      masks = found.maskOfNode.map { first + $0 }
    }
    maskRecords = masks
    self.records = records
    (lengthRecords, meanRecords, attentionRecords, unitMeanRecords) = (
      lengths, means, attention, unitMeans
    )
    input = nodes[0].layout
    if case .input(let count) = nodes[0].operation { channels = count } else { channels = 0 }
  }

  /// Whether nothing asks for means, so that they need not be computed.
  var isWithoutMeans: Bool {
    !records.contains { if case .mean = $0.content { true } else { false } }
  }

  /// The record of √k(p, p) after a node.
  func lengths(of node: Int) -> Int? { lengthRecords[node] }
  /// The record of the mean length after a node.
  func meanLength(of node: Int) -> Int? { meanRecords[node] }
  /// The record of the means of units after a node.
  func means(of node: Int) -> Int? { unitMeanRecords[node] }
  /// The record of the weights of an attention.
  func attention(of node: Int) -> Int? { attentionRecords[node] }

  /// The record of which positions are there at a node; nil where all always are.
  func mask(of node: Int) -> Int? { maskRecords[node] }

  /// The bytes of what a pass over one input writes down.
  var byteCount: Int {
    records.reduce(0) { $0 + $1.planeSize(isWide: false, Double.self) }
      * MemoryLayout<Double>.stride
  }

  /// Where the planes of one input are, as x or as z.
  func offsets<Element>(isWide: Bool, _: Element.Type) -> Offsets {
    var offsets = Offsets()
    offsets.channelPlane =
      input.rowPeriod
      * (isWide ? input.wideStride(Element.self) : input.stride(Element.self))
    offsets.total = channels * offsets.channelPlane
    for record in records {
      let size = record.planeSize(isWide: isWide, Element.self)
      offsets.root.append(offsets.total)
      offsets.inverse.append(offsets.total + size)
      offsets.total += 2 * size
    }
    return offsets
  }
}
