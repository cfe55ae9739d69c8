import MercerCore
import Synchronization

/// The mean of a bound kernel over its columns, m(xᵢ) = (1/q) Σⱼ k(xᵢ, rⱼ), with its gradients.
///
/// The values are computed at once, the gradients when they are first asked for, since most uses
/// never do.
final class FeatureMean<Element: Scalar>: Sendable {
  /// m of each row input.
  let values: [Double]
  /// The mean of `values`, which is M when rows and columns are the reference.
  let total: Double

  private let kernel: any BoundKernel<Element>
  private let parameterCount: Int
  private let inputGradientCache = Mutex<Matrix<Element>?>(nil)
  private let parameterGradientCache = Mutex<[[Double]]?>(nil)

  init(_ kernel: any BoundKernel<Element>, parameters parameterCount: Int) {
    self.kernel = kernel
    self.parameterCount = parameterCount
    var sums = [Double](repeating: 0, count: kernel.rowCount)
    Self.forEachTile(of: kernel) { tile in
      kernel.fill(tile)
      for (i, sum) in tile.rowSums.enumerated() { sums[tile.rows.lowerBound + i] += sum }
    }
    values = sums.map { $0 / Double(max(1, kernel.columnCount)) }
    total = values.reduce(0, +) / Double(max(1, values.count))
  }

  func checkNotEmpty(unless isTrivial: Bool) throws(MercerError) {
    guard isTrivial || kernel.columnCount > 0 else {
      throw MercerError(.invalidData, "a kernel cannot be centred on an empty set of inputs")
    }
  }

  /// ∂m(xᵢ)/∂xᵢ, n × d.
  var inputGradient: Matrix<Element> {
    inputGradientCache.withLock { cache in
      if let cache { return cache }
      var gradient = Matrix<Element>(rowCount: kernel.rowCount, columnCount: kernel.dimension)
      gradient.withTile { gradient in
        Self.forEachTile(of: kernel) { tile in
          tile.set(1 / Element(kernel.columnCount))
          kernel.accumulateInputGradient(
            weights: tile, into: gradient.part(rows: tile.rows, columns: gradient.columns))
        }
      }
      cache = gradient
      return gradient
    }
  }

  /// `gradient[p] −= Σᵢ wᵢ ∂m(xᵢ)/∂θₚ` over rows from `start` on.
  func subtractParameterGradients(
    _ weights: [Double], from start: Int, of gradient: inout [Double]
  ) {
    let means = parameterGradients
    for (i, weight) in weights.enumerated() {
      for p in 0..<parameterCount { gradient[p] -= weight * means[start + i][p] }
    }
  }

  /// `gradient[p] += w ∂M/∂θₚ`.
  func addTotalParameterGradient(_ weight: Double, to gradient: inout [Double]) {
    let means = parameterGradients
    guard !means.isEmpty else { return }
    for p in 0..<parameterCount {
      gradient[p] += weight * means.reduce(0) { $0 + $1[p] } / Double(means.count)
    }
  }

  /// ∂m(xᵢ)/∂θ for each row input.
  private var parameterGradients: [[Double]] {
    parameterGradientCache.withLock { cache in
      if let cache { return cache }
      var result = [[Double]](
        repeating: [Double](repeating: 0, count: parameterCount), count: kernel.rowCount)
      if parameterCount > 0 {
        // One row at a time: a gradient is summed over its whole tile.
        Self.forEachTile(of: kernel, rows: 1) { tile in
          tile.set(1 / Element(kernel.columnCount))
          kernel.accumulateParameterGradient(weights: tile, into: &result[tile.rows.lowerBound])
        }
      }
      cache = result
      return result
    }
  }

  /// Calls the closure with tiles that cover the matrix, all in the same uninitialised memory.
  private static func forEachTile(
    of kernel: any BoundKernel<Element>, rows rowCount: Int = 64, columns columnCount: Int = 1024,
    _ body: (Tile<Element>) -> Void
  ) {
    let height = min(rowCount, kernel.rowCount)
    let width = min(columnCount, kernel.columnCount)
    var memory = Matrix<Element>(rowCount: height, columnCount: width)
    memory.withTile { whole in
      for rows in (0..<kernel.rowCount).chunks(of: rowCount) {
        for columns in (0..<kernel.columnCount).chunks(of: columnCount) {
          body(
            Tile(rows: rows, columns: columns, stride: whole.stride, base: whole.base))
        }
      }
    }
  }
}
