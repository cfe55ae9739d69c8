import MercerCore

/// What a node of a network does to slices.
enum SliceOperation: Sendable {
  case input(channels: Int)
  /// Sums over windows that move with both positions: a convolution. Scale and rates are those of
  /// `SliceWindow`; a local one has weights of its own at each position, so that two different
  /// positions have nothing in common.
  case convolution(rows: AxisWindow, columns: AxisWindow, factors: SliceFactors, isLocal: Bool)
  /// Sums over windows at each position: k and Θ over pairs of taps.
  case pooling(rows: AxisWindow, columns: AxisWindow, scale: Double)
  case rectifier(gain: Double, excess: Double)
  case dense(weight: Double, bias: Double)
  case elementwise(any ElementwiseOperation)
  case sum(Double, Double)
  case product
  case combination(any CombinationOperation)
  /// The mean over positions of k(p, p).
  case flatten
  /// The mean over pairs of positions.
  case globalAverage
  /// Division by √k(p, p), or by the root of its mean over positions.
  case normalisation(acrossPositions: Bool)
  case attention(AttentionForm)
}

/// What the sums of a convolution are multiplied by.
struct SliceFactors: Sendable {
  var scale: Double, bias: Double, weightRate: Double, biasRate: Double
}

/// The sizes of one axis or a pair of them, and the memory of a plane.
struct SliceLayout: Sendable, Equatable {
  /// Rows and columns of positions; 1 × 1 for a vector, 1 × length for a sequence.
  var rows: Int, columns: Int
  /// The periods in which offsets count.
  var rowPeriod: Int, columnPeriod: Int

  init(rows: Int, columns: Int, rowPeriod: Int, columnPeriod: Int) {
    self.rows = rows
    self.columns = columns
    self.rowPeriod = rowPeriod
    self.columnPeriod = columnPeriod
  }

  var positionCount: Int { rows * columns }
  /// How many offsets there are.
  var sliceCount: Int { rowPeriod * columnPeriod }

  /// The length of a row in memory, for x.
  func stride<Element>(_: Element.Type) -> Int { Self.padded(columnPeriod, Element.self) }
  /// The same for z, whose rows are there twice.
  func wideStride<Element>(_: Element.Type) -> Int {
    Self.padded(columnPeriod + stride(Element.self), Element.self)
  }
  /// The elements of a plane.
  func planeSize<Element>(_: Element.Type) -> Int { rowPeriod * stride(Element.self) }

  /// The next whole number of 64-byte lines.
  static func padded<Element>(_ count: Int, _: Element.Type) -> Int {
    let line = 64 / MemoryLayout<Element>.size
    return (count + line - 1) / line * line
  }
}

/// One node of a network as slices see it.
struct SliceNode: Sendable {
  var operation: SliceOperation
  var inputs: [Int]
  var layout: SliceLayout
  /// The layer in messages.
  var place: String
  /// Whether its units have means other than zero.
  var hasMean = false
  /// The operation, where it maps units by themselves: what knows their moments.
  var moments: (any ElementwiseOperation)?
}

/// A slice of a node: an offset between positions, or all of them as a matrix.
struct SliceKey: Hashable, Sendable {
  var node: Int
  var row: Int
  var column: Int

  init(_ node: Int, row: Int, column: Int) {
    self.node = node
    self.row = row
    self.column = column
  }

  /// The covariances of all pairs of positions.
  static func matrix(_ node: Int) -> SliceKey { SliceKey(node, row: -1, column: -1) }
  /// The slice of each position with itself.
  static func origin(_ node: Int) -> SliceKey { SliceKey(node, row: 0, column: 0) }

  var isMatrix: Bool { row < 0 }
  var isOrigin: Bool { row == 0 && column == 0 }
}
