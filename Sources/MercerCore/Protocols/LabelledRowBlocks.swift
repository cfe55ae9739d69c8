/// Inputs with targets that are had some rows at a time, the same ones whenever they are asked for: what a
/// solver works on that makes passes over more rows than the memory holds.
public protocol LabelledRowBlocks<Element>: Sendable {
  /// The numbers that inputs are made of.
  associatedtype Element: Scalar

  /// How many blocks there are, at least one.
  var blockCount: Int { get }
  /// d, the coordinates of an input.
  var dimension: Int { get }
  /// k, the columns of the targets.
  var targetCount: Int { get }

  /// A block: its inputs, targets and weights; nil for a block without rows. May be called from several
  /// threads at once.
  ///
  /// - Throws: what reading or encoding throws.
  func block(_ index: Int) throws(MercerError) -> LabelledData<Points<Element>>?
}

extension LabelledRowBlocks {
  /// All blocks in one place, for solvers that want them there.
  ///
  /// - Parameters:
  ///   - limit: at least as many as there are rows; memory is taken for so many.
  ///   - context: its memory limit, and cancellation.
  /// - Complexity: one pass; n (d + 2 k) numbers.
  /// - Throws: as `block`; `.invalidData` when there are no rows; `.memoryLimit`.
  public func gathered(
    rowCount limit: Int, context: ExecutionContext
  ) throws(MercerError) -> LabelledData<Points<Element>> {
    let (d, k) = (dimension, targetCount)
    try context.checkMemory(
      limit * (d * MemoryLayout<Element>.stride + 8 * k), for: "the coordinates of \(limit) rows")
    var coordinates = Matrix<Element>(rowCount: limit, columnCount: d)
    var targets: [Double] = []
    targets.reserveCapacity(limit * k)
    var weights: [Double] = []
    var count = 0
    for index in 0..<blockCount {
      try context.checkCancellation()
      guard let block = try block(index) else { continue }
      precondition(count + block.count <= limit)
      coordinates.withUnsafeMutableBufferPointer { target in
        block.inputs.coordinates.withUnsafeBufferPointer { source in
          guard let target = target.baseAddress, let source = source.baseAddress else { return }
          (target + count * d).update(from: source, count: block.count * d)
        }
      }
      block.targets.withUnsafeBufferPointer { targets.append(contentsOf: $0) }
      if let some = block.weights { weights += some }
      count += block.count
    }
    if count < limit { coordinates = coordinates.rows(0..<count) }
    return try LabelledData(
      inputs: Points(coordinates),
      targets: Matrix(rowCount: count, columnCount: k, elements: targets),
      weights: weights.isEmpty ? nil : weights)
  }
}
