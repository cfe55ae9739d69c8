import MercerCore

/// What the steps of a node need, in plain numbers.
struct SliceConstants: Sendable {
  /// Rows of a plane and their distance, before the node and after it.
  var inRows = 1, inStride = 0, outRows = 1, outStride = 0
  /// The distance of windows along a row.
  var columnStep = 1
  /// What sums over windows are multiplied by; weight and bias of a dense layer.
  var factors = SliceFactors(scale: 1, bias: 0, weightRate: 0, biasRate: 0)
  /// Of the rectifier that is this node.
  var gain = 1.0, excess = 0.0
  /// Records of lengths: before the node (before the rectifier, where one is done with a convolution)
  /// and after it; −1 where there are none. For attention the record of weights.
  var before = -1, after = -1
  /// Records of the means of units before the node and after it, or −1.
  var meanBefore = -1, meanAfter = -1
  /// The number that a mean divides by.
  var count = 1.0
  /// Sizes and periods before the node, for matrices.
  var layout: SliceLayout

  init<Element>(_ index: Int, _ graph: SliceGraph, _ records: SliceRecords, _: Element.Type) {
    let node = graph.nodes[index]
    let input = node.inputs.first.map { graph.nodes[$0] } ?? node
    layout = input.layout
    inRows = input.layout.rowPeriod
    inStride = input.layout.stride(Element.self)
    outRows = node.layout.rowPeriod
    outStride = node.layout.stride(Element.self)
    before = node.inputs.first.flatMap { records.lengths(of: $0) } ?? -1
    after = records.lengths(of: index) ?? -1
    meanBefore = node.inputs.first.flatMap { records.means(of: $0) } ?? -1
    meanAfter = records.means(of: index) ?? -1
    switch node.operation {
    case .input(let channels): count = Double(max(channels, 1))
    case .convolution(_, let columns, let factors, _):
      columnStep = columns.stride
      self.factors = factors
    case .pooling(_, let columns, let scale):
      columnStep = columns.stride
      factors.scale = scale
    case .rectifier(let gain, let excess):
      (self.gain, self.excess) = (gain, excess)
      // Where it is done with the convolution before it, that takes the place of its own.
      if case .convolution(_, let columns, let factors, _) = input.operation,
        let first = input.inputs.first
      {
        columnStep = columns.stride
        self.factors = factors
        inRows = graph.nodes[first].layout.rowPeriod
        inStride = graph.nodes[first].layout.stride(Element.self)
      }
    case .dense(let weight, let bias): (factors.scale, factors.bias) = (weight, bias)
    case .flatten: count = Double(input.layout.positionCount)
    case .globalAverage:
      count = Double(input.layout.positionCount) * Double(input.layout.positionCount)
    case .normalisation(true):
      before = node.inputs.first.flatMap { records.meanLength(of: $0) } ?? -1
    case .attention: before = records.attention(of: index) ?? -1
    case .elementwise, .combination, .sum, .product, .normalisation: break
    }
  }
}
