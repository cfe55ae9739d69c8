import MercerCore

/// A posterior covariance on two sets of inputs.
struct BoundPosteriorKernel: BoundKernel {
  /// k on rows and columns.
  let prior: any BoundKernel<Double>
  /// k on rows and training inputs.
  let training: any BoundKernel<Double>
  let cholesky: Cholesky<Double>
  let amplitude: Double
  /// L⁻¹ K(X, rows), n × r.
  let rows: Matrix<Double>
  /// L⁻¹ K(X, columns), n × c.
  let columns: Matrix<Double>

  var rowCount: Int { prior.rowCount }
  var columnCount: Int { prior.columnCount }
  var dimension: Int { prior.dimension }
  var hasGradients: Bool { prior.hasGradients }
  var scratchBytes: Int { prior.scratchBytes }
  var secondsPerEntry: Double { prior.secondsPerEntry }
  private var order: Int { cholesky.order }

  func fill(_ tile: Tile<Double>) {
    prior.fill(tile)
    rows.withUnsafeBufferPointer { r in
      columns.withUnsafeBufferPointer { c in
        guard let r = r.baseAddress, let c = c.baseAddress else { return }
        Double.gemm(
          transposeA: true, transposeB: false, m: tile.rowCount, n: tile.columnCount, k: order,
          alpha: -1, a: r + tile.rows.lowerBound, lda: rowCount, b: c + tile.columns.lowerBound,
          ldb: columnCount, beta: 1, c: tile.base, ldc: tile.stride)
      }
    }
    if amplitude != 1 {
      for i in 0..<tile.rowCount {
        Double.loops.affine(tile.columnCount, tile.base + i * tile.stride, amplitude, 0)
      }
    }
  }

  func accumulateInputGradient(weights: Tile<Double>, into gradient: Tile<Double>) {
    var scaled = Matrix<Double>(rowCount: weights.rowCount, columnCount: weights.columnCount)
    var through = Matrix<Double>(rowCount: weights.rowCount, columnCount: order)
    scaled.withTile { memory in
      let scaled = memory.moved(rows: weights.rows, columns: weights.columns)
      for i in 0..<weights.rowCount {
        let row = scaled.base + i * scaled.stride
        row.update(from: weights.base + i * weights.stride, count: weights.columnCount)
        Double.loops.affine(weights.columnCount, row, amplitude, 0)
      }
      prior.accumulateInputGradient(weights: scaled, into: gradient)
      // The second term depends on xᵢ through k(xᵢ, X), whose weights are −W K(Z, X) A⁻¹ and, with
      // C = L⁻¹ K(X, Z), that is −W Cᵀ L⁻¹.
      through.withTile { memory in
        columns.withUnsafeBufferPointer { c in
          cholesky.factor.withUnsafeBufferPointer { l in
            guard let c = c.baseAddress, let l = l.baseAddress else { return }
            Double.gemm(
              transposeA: false, transposeB: true, m: scaled.rowCount, n: order,
              k: scaled.columnCount, alpha: -1, a: scaled.base, lda: scaled.stride,
              b: c + scaled.columns.lowerBound, ldb: columnCount, beta: 0, c: memory.base,
              ldc: memory.stride)
            Double.trsm(
              fromRight: true, transposed: false, m: scaled.rowCount, n: order, l: l, ldl: order,
              b: memory.base, ldb: memory.stride)
          }
        }
        training.accumulateInputGradient(
          weights: memory.moved(rows: weights.rows, columns: 0..<order), into: gradient)
      }
    }
  }

  /// There are no parameters.
  func accumulateParameterGradient(weights: Tile<Double>, into gradient: inout [Double]) {}
}
