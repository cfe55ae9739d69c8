import MercerCore

/// The gradient of a function of the covariance C = K + diag(noise) whose derivative with respect to
/// the entries of C is known: Σᵢⱼ wᵢⱼ ∂Cᵢⱼ/∂θ with symmetric weights w.
///
/// Weights are asked for by bands of rows up to the diagonal, so that they need not be stored. Sums go
/// by fixed bands and in their order, so threads do not change the result.
struct CovarianceGradient: Sendable {
  let kernel: any Kernel<Points<Double>, Double>
  let inputs: Points<Double>
  /// The variance of the noise in each row.
  let noise: [Double]

  private static let bandSize = 128
  private static let tileWidth = 512

  /// The sums.
  ///
  /// - Parameter fillWeights: writes w for the rows and columns of a tile; it is called for rows of
  ///   one band and all columns up to its end.
  /// - Returns: Σ wᵢⱼ ∂k(xᵢ, xⱼ)/∂θ for each parameter of the kernel, and Σ wᵢᵢ noiseᵢ.
  /// - Complexity: half the kernel's gradients over n² pairs, and the weights.
  func sums(
    context: ExecutionContext, fillWeights: @Sendable (Tile<Double>) -> Void
  ) throws(MercerError) -> (parameters: [Double], noise: Double) {
    let parameterCount = kernel.parameters.count
    let n = inputs.count
    let bound = try kernel.bound(rows: inputs, columns: inputs)
    let bands = (0..<n).chunks(of: Self.bandSize)
    // One row a band: the kernel's parameters, then the noise.
    var totals = Matrix<Double>(rowCount: bands.count, columnCount: parameterCount + 1)
    try totals.withTile { (totals) throws(MercerError) in
      try context.forEach(
        bands.count, scratch: { Matrix<Double>(rowCount: Self.bandSize, columnCount: n) }
      ) { (index, scratch: inout Matrix<Double>) throws(MercerError) in
        let rows = bands[index]
        let columns = 0..<rows.upperBound
        scratch.withTile { memory in
          let weights = memory.moved(rows: rows, columns: columns)
          fillWeights(weights)
          var gradient = [Double](repeating: 0, count: parameterCount)
          var noiseGradient = 0.0
          for i in 0..<rows.count {
            noiseGradient += weights[i, rows.lowerBound + i] * noise[rows.lowerBound + i]
            // Entries left of the diagonal block stand for their mirror images, too.
            Double.loops.affine(rows.lowerBound, weights.base + i * weights.stride, 2, 0)
          }
          for part in columns.chunks(of: Self.tileWidth) {
            bound.accumulateParameterGradient(
              weights: weights.part(rows: rows, columns: part), into: &gradient)
          }
          for p in gradient.indices { totals[index, p] = gradient[p] }
          totals[index, parameterCount] = noiseGradient
        }
      }
    }
    var sums = [Double](repeating: 0, count: parameterCount + 1)
    for band in 0..<totals.rowCount {
      for p in sums.indices { sums[p] += totals[band, p] }
    }
    return (Array(sums.dropLast()), sums[parameterCount])
  }
}

extension Cholesky<Double> {
  /// L⁻¹ with zeros above the diagonal, by strips of columns that begin at their diagonal block.
  /// - Complexity: n³/3 operations, n² memory.
  func inverseFactor(context: ExecutionContext) throws(MercerError) -> Matrix<Double> {
    let n = order
    var inverse = Matrix<Double>(rowCount: n, columnCount: n)
    let strips = (0..<n).chunks(of: 128)
    try inverse.withTile { (tile) throws(MercerError) in
      try context.forEach(strips.count) { index in
        let j = strips[index].lowerBound
        for i in strips[index] { tile[i, i] = 1 }
        factor.withUnsafeBufferPointer { l in
          guard let l = l.baseAddress else { return }
          Double.trsm(
            fromRight: false, transposed: false, m: n - j, n: strips[index].count,
            l: l + j * n + j, ldl: n, b: tile.base + j * n + j, ldb: n)
        }
      }
    }
    return inverse
  }
}

extension Tile<Double> {
  /// Writes c · (L⁻ᵀ L⁻¹)ᵢⱼ for the rows and columns of the tile, whose columns begin at 0.
  func fill(productOfInverseFactor inverse: Matrix<Double>, times c: Double) {
    let n = inverse.rowCount
    let i = rows.lowerBound
    // Row i of L⁻ᵀ is zero left of column i, so only rows from there on contribute.
    inverse.withUnsafeBufferPointer { inverse in
      guard let start = inverse.baseAddress else { return }
      let below = start + i * n
      Double.gemm(
        transposeA: true, transposeB: false, m: rowCount, n: columnCount, k: n - i, alpha: c,
        a: below + i, lda: n, b: below, ldb: n, beta: 0, c: base, ldc: stride)
    }
  }

  /// Adds c · (A Bᵀ)ᵢⱼ for the rows and columns of the tile, whose columns begin at 0.
  func add(_ a: Matrix<Double>, _ b: Matrix<Double>, times c: Double) {
    let k = a.columnCount
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        Double.gemm(
          transposeA: false, transposeB: true, m: rowCount, n: columnCount, k: k, alpha: c,
          a: a + rows.lowerBound * k, lda: k, b: b, ldb: k, beta: 1, c: base, ldc: stride)
      }
    }
  }
}
