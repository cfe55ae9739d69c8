package import MercerCore
package import MercerKernels
import MercerOperators
import MercerSolvers
import Synchronization

/// A kernel that has evaluated all pairs of some points, and remembers: for kernels of which an entry is
/// dear, so that choosing a ridge, fitting, leaving rows out and learning from parts of the rows take
/// each value from memory. Points are recognised by their coordinates, whatever set they come in.
///
/// It is what it remembers in all else: its text form, its parameters, its values on other points.
package struct RememberedKernel: ExpressibleKernel {
  package typealias Inputs = Points<Double>
  package typealias Element = Double

  /// The kernel itself.
  package let base: any PointKernel<Double>
  private let memory: Memory?

  /// From how many seconds an entry on, on one core, it is dear: some ten times what one of a cheap
  /// kernel takes on as many coordinates as there are pixels.
  package static let dearFrom = 2e-7

  /// Evaluates a kernel on all pairs of some points.
  ///
  /// - Parameters:
  ///   - base: a kernel that takes nothing from a reference.
  ///   - inputs: the points, n.
  ///   - context: threads, memory limit, progress, cancellation, and where finished parts are kept.
  /// - Complexity: n²/2 entries, 8 n² bytes.
  /// - Throws: what binding the kernel throws, `.memoryLimit`, `.cancelled`.
  package init(
    _ base: any PointKernel<Double>, on inputs: Points<Double>, context: ExecutionContext
  ) throws(MercerError) {
    self.base = base
    let values = try Self.gram(base, inputs).keptGram(stage: "kernel values", context: context)
    memory = Memory(Known(inputs: inputs, values: values))
  }

  /// A kernel with its values on all pairs of some points, where an exact fit would compute them several
  /// times, they are dear, and memory has room for them beside the fit; else nil.
  package static func kept(
    _ kernel: any Kernel<Points<Double>, Double>, on inputs: Points<Double>, beside bytes: Int,
    _ context: ExecutionContext
  ) throws(MercerError) -> RememberedKernel? {
    let n = inputs.count
    guard n >= ExactRidge.mixedFrom, bytes + 8 * n * n <= context.memoryLimit,
      let kernel = kernel as? any PointKernel<Double>, !kernel.expression.dependsOnReference,
      try kernel.secondsPerEntry(on: inputs) >= dearFrom
    else { return nil }
    return try RememberedKernel(kernel, on: inputs, context: context.within("kernel"))
  }

  private init(forgetful base: any PointKernel<Double>) {
    self.base = base
    memory = nil
  }

  private static func gram(
    _ kernel: some Kernel<Points<Double>, Double>, _ inputs: Points<Double>
  ) throws(MercerError) -> TiledGram<Double> { try TiledGram(kernel, inputs: inputs) }

  /// Gives up what it remembers, in every copy.
  package func forget() { memory?.known.withLock { $0 = nil } }

  package var expression: KernelExpression { base.expression }
  package var parameters: [KernelParameter] { base.parameters }

  package func withParameters(_ values: [Double]) throws(MercerError) -> RememberedKernel {
    RememberedKernel(forgetful: try base.withParameters(values))
  }

  package func bound(
    rows: Points<Double>, columns: Points<Double>
  ) throws(MercerError) -> any BoundKernel<Double> {
    let bound = try base.bound(rows: rows, columns: columns)
    guard let known = memory?.known.withLock({ $0 }), let rowPlaces = known.places(of: rows),
      let columnPlaces = rows.isIdentical(to: columns) ? rowPlaces : known.places(of: columns)
    else { return bound }
    return BoundMemory(
      base: bound, values: known.values, rows: rowPlaces, columns: columnPlaces)
  }

  package func diagonal(of inputs: Points<Double>) throws(MercerError) -> [Double] {
    guard let known = memory?.known.withLock({ $0 }), let places = known.places(of: inputs) else {
      return try base.diagonal(of: inputs)
    }
    return places.map { known.values[$0, $0] }
  }

  /// What all copies share.
  private final class Memory: Sendable {
    let known: Mutex<Known?>
    init(_ known: Known) { self.known = Mutex(known) }
  }

  /// Points, and the kernel on all pairs of them.
  private struct Known: Sendable {
    let inputs: Points<Double>
    let values: Matrix<Double>
    /// The first point of each hash of coordinates.
    private let firsts: [Int: [Int]]

    init(inputs: Points<Double>, values: Matrix<Double>) {
      (self.inputs, self.values) = (inputs, values)
      firsts = Dictionary(grouping: 0..<inputs.count) { inputs.coordinates.hash(ofRow: $0) }
    }

    /// Where points are among those that are known; nil unless all are.
    func places(of points: Points<Double>) -> [Int]? {
      if points.isIdentical(to: inputs) { return Array(0..<inputs.count) }
      guard points.dimension == inputs.dimension else { return nil }
      var places: [Int] = []
      places.reserveCapacity(points.count)
      for row in 0..<points.count {
        let candidates = firsts[points.coordinates.hash(ofRow: row)] ?? []
        guard
          let place = candidates.first(where: {
            inputs.coordinates.row($0, equals: row, of: points.coordinates)
          })
        else { return nil }
        places.append(place)
      }
      return places
    }
  }
}

/// Values that are remembered, for two sets of the points that they are of.
private struct BoundMemory: BoundKernel {
  let base: any BoundKernel<Double>
  let values: Matrix<Double>
  let rows: [Int]
  let columns: [Int]

  var rowCount: Int { rows.count }
  var columnCount: Int { columns.count }
  var dimension: Int { base.dimension }
  var hasGradients: Bool { base.hasGradients }

  func fill(_ tile: Tile<Double>) {
    let count = values.columnCount
    values.withUnsafeBufferPointer { all in
      for i in tile.rows {
        let source = rows[i] * count
        let target = tile.row(i - tile.rows.lowerBound)
        for (place, j) in tile.columns.enumerated() { target[place] = all[source + columns[j]] }
      }
    }
  }

  func accumulateInputGradient(weights: Tile<Double>, into gradient: Tile<Double>) {
    base.accumulateInputGradient(weights: weights, into: gradient)
  }

  func accumulateParameterGradient(weights: Tile<Double>, into gradient: inout [Double]) {
    base.accumulateParameterGradient(weights: weights, into: &gradient)
  }
}

extension Matrix<Double> {
  /// A number that is the same for equal rows.
  fileprivate func hash(ofRow row: Int) -> Int {
    withUnsafeBufferPointer { all in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for index in row * columnCount..<(row + 1) * columnCount {
        // 0 and −0 are equal.
        let bits = (all[index] + 0).bitPattern
        hash = (hash ^ bits) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 29
      }
      return Int(truncatingIfNeeded: hash)
    }
  }

  fileprivate func row(_ row: Int, equals other: Int, of matrix: Matrix<Double>) -> Bool {
    withUnsafeBufferPointer { mine in
      matrix.withUnsafeBufferPointer { theirs in
        (0..<columnCount).allSatisfy {
          mine[row * columnCount + $0] == theirs[other * columnCount + $0]
        }
      }
    }
  }
}
