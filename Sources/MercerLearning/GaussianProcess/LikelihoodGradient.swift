import MercerCore

/// The gradient of a log marginal likelihood.
public struct LikelihoodGradient: Sendable, Equatable {
  /// With respect to the logarithm of each parameter of the kernel, in the order of its
  /// `parameters`; with respect to the value itself where a parameter need not be positive.
  public let parameters: [Double]
  /// With respect to the logarithm of the noise variance.
  public let noiseVariance: Double
}

extension TrainingPosterior {
  private static var bandSize: Int { 128 }
  private static var tileWidth: Int { 512 }

  /// The gradient of the log marginal likelihood:
  ///
  /// ```
  /// ∂ log p / ∂θ = ½ tr((Σ ααᵀ − m A⁻¹) ∂A/∂θ),   the sum over m outputs
  /// ```
  /// (Rasmussen and Williams 2006, eq. 5.9.) A⁻¹ is never stored: L⁻¹ is, and each band of rows of
  /// A⁻¹ = L⁻ᵀ L⁻¹ up to the diagonal is formed where it serves as weights of the kernel's
  /// gradient. Sums go by fixed bands and in their order, so threads do not change the result.
  /// - Complexity: 2n³/3 operations and n² memory beyond the model.
  func gradient(context: ExecutionContext) throws(MercerError) -> LikelihoodGradient {
    let parameters = kernel.parameters
    let n = inputs.count
    let bound = try kernel.bound(rows: inputs, columns: inputs)
    let inverse = try inverseFactor(context)
    let bands = (0..<n).chunks(of: Self.bandSize)
    // One row a band: the kernel's parameters, then the noise.
    var totals = Matrix<Double>(rowCount: bands.count, columnCount: parameters.count + 1)
    try totals.withTile { (totals) throws(MercerError) in
      try context.forEach(
        bands.count, scratch: { Matrix<Double>(rowCount: Self.bandSize, columnCount: n) }
      ) { (index, scratch: inout Matrix<Double>) throws(MercerError) in
        let rows = bands[index]
        let columns = 0..<rows.upperBound
        scratch.withTile { memory in
          let weights = memory.moved(rows: rows, columns: columns)
          fillWeights(weights, inverse)
          var gradient = [Double](repeating: 0, count: parameters.count)
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
          totals[index, parameters.count] = noiseGradient
        }
      }
    }
    var sums = [Double](repeating: 0, count: parameters.count + 1)
    for band in 0..<totals.rowCount {
      for p in sums.indices { sums[p] += totals[band, p] }
    }
    return LikelihoodGradient(
      parameters: parameters.indices.map {
        parameters[$0].isPositive ? sums[$0] * parameters[$0].value : sums[$0]
      },
      noiseVariance: sums[parameters.count])
  }

  /// ½ (Σ ααᵀ − m A⁻¹) for the rows of a band, and the columns up to its end.
  private func fillWeights(_ weights: Tile<Double>, _ inverse: Matrix<Double>) {
    let n = inputs.count
    let (i, outputs) = (weights.rows.lowerBound, dual.columnCount)
    // Column j of L⁻¹ is zero above row j, so only rows from the band on contribute.
    inverse.withUnsafeBufferPointer { inverse in
      guard let base = inverse.baseAddress else { return }
      let rows = base + i * n
      Double.gemm(
        transposeA: true, transposeB: false, m: weights.rowCount, n: weights.columnCount,
        k: n - i, alpha: -0.5 * Double(outputs), a: rows + i, lda: n, b: rows, ldb: n, beta: 0,
        c: weights.base, ldc: weights.stride)
    }
    dual.withUnsafeBufferPointer { dual in
      guard let base = dual.baseAddress else { return }
      Double.gemm(
        transposeA: false, transposeB: true, m: weights.rowCount, n: weights.columnCount,
        k: outputs, alpha: 0.5, a: base + i * outputs, lda: outputs, b: base, ldb: outputs,
        beta: 1, c: weights.base, ldc: weights.stride)
    }
  }

  /// L⁻¹ with zeros above the diagonal, by strips of columns that begin at their diagonal block.
  private func inverseFactor(_ context: ExecutionContext) throws(MercerError) -> Matrix<Double> {
    let n = inputs.count
    try context.checkMemory(
      2 * n * n * MemoryLayout<Double>.stride, for: "the gradient of the likelihood")
    var inverse = Matrix<Double>(rowCount: n, columnCount: n)
    let strips = (0..<n).chunks(of: Self.bandSize)
    try inverse.withTile { (tile) throws(MercerError) in
      try context.forEach(strips.count) { index in
        let j = strips[index].lowerBound
        for i in strips[index] { tile[i, i] = 1 }
        cholesky.factor.withUnsafeBufferPointer { l in
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
