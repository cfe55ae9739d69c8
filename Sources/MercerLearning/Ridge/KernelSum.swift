import MercerCore
import MercerKernels
import MercerOperators

/// Sums Σⱼ αⱼ k(·, xⱼ) at few inputs or many.
enum KernelSum {
  /// Up to so many inputs are few: what is done once to each xⱼ then costs more than the kernel values.
  private static let fewInputs = 16
  /// Rows xⱼ that are taken at a time for few inputs, so that what is made of them stays in the cache
  /// and in memory that is used again.
  private static let partLength = 1024

  /// K(X*, X) α, m × k.
  ///
  /// - Parameters:
  ///   - inputs: X*, m points.
  ///   - centres: X, n points.
  ///   - coefficients: α, n × k.
  /// - Complexity: n m d.
  /// - Throws: what the binding of the kernel throws; `.cancelled`.
  static func values(
    of kernel: any Kernel<Points<Double>, Double>, at inputs: Points<Double>,
    centres: Points<Double>, coefficients: Matrix<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    // What a kernel takes from a reference costs as much for a part as for all.
    // Values that are dear are shared out among threads.
    guard (1...fewInputs).contains(inputs.count),
      try kernel.secondsPerEntry(on: inputs) < RememberedKernel.dearFrom,
      let expressible = kernel as? any PointKernel<Double>,
      !expressible.expression.dependsOnReference
    else {
      return try TiledCrossGram(kernel, rows: inputs, columns: centres)
        .applied(to: coefficients, context: context)
    }
    var sum = Matrix<Double>(rowCount: inputs.count, columnCount: coefficients.columnCount)
    var values = Matrix<Double>(rowCount: inputs.count, columnCount: partLength)
    for rows in (0..<centres.count).chunks(of: partLength) {
      try context.checkCancellation()
      let part = Points(centres.coordinates.rows(rows))
      let bound = try kernel.bound(rows: inputs, columns: part)
      values.withTile { memory in
        let tile = Tile(
          rows: 0..<inputs.count, columns: 0..<rows.count, stride: rows.count, base: memory.base)
        bound.fill(tile)
        sum.addProduct(of: tile, with: coefficients, from: rows.lowerBound)
      }
    }
    return sum
  }
}

extension Matrix<Double> {
  /// self ← self + T A, where A are the rows of a matrix from a first one on. For few rows of T, which
  /// the loops for many would take longer to begin with.
  fileprivate mutating func addProduct(
    of tile: Tile<Double>, with coefficients: Matrix<Double>, from first: Int
  ) {
    let width = columnCount
    withUnsafeMutableBufferPointer { sums in
      coefficients.withUnsafeBufferPointer { all in
        guard let sums = sums.baseAddress, let all = all.baseAddress else { return }
        let factors = all + first * width
        for i in 0..<tile.rowCount {
          let row = tile.row(i)
          if width == 1 {
            sums[i] += Double.dot(
              UnsafeBufferPointer(row), UnsafeBufferPointer(start: factors, count: row.count))
          } else {
            for j in 0..<row.count {
              for c in 0..<width { sums[i * width + c] += row[j] * factors[j * width + c] }
            }
          }
        }
      }
    }
  }
}
