import MercerCore
import MercerPlatform

/// What a descent over length scales makes least, with the derivatives by the kernel's parameters and
/// by the logarithm of the noise.
extension TrainingPosterior {
  typealias Sums = (parameters: [Double], noise: Double)

  /// ½ log q + log |C| / (2 n) with q = tr(Yᵀ C⁻¹ Y) / (n m): the likelihood at its best amplitude q.
  ///
  /// Its derivative by C is ½ (C⁻¹ / n − C⁻¹ Y Yᵀ C⁻¹ / (n m q)).
  func profiledLikelihood(
    _ targets: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> (value: Double, sums: Sums) {
    let n = Double(targets.rowCount)
    var total = 0.0
    targets.withUnsafeBufferPointer { y in
      dual.withUnsafeBufferPointer { a in total = Double.dot(y, a) }
    }
    // All targets zero: any scales will do.
    let fit = max(total, .leastNormalMagnitude)
    let inverse = try cholesky.inverseFactor(context: context)
    let sums = try CovarianceGradient(kernel: kernel, inputs: inputs, noise: noise)
      .sums(context: context) { weights in
        weights.fill(productOfInverseFactor: inverse, times: 0.5 / n)
        weights.add(dual, dual, times: -0.5 / fit)
      }
    let size = n * Double(max(targets.columnCount, 1))
    return (0.5 * log(fit / size) + cholesky.logDeterminant / (2 * n), sums)
  }

  /// ½ log E with E the weighted mean of the squared leave-one-out residuals eᵢ = αᵢ / Gᵢᵢ, G = C⁻¹.
  ///
  /// With uᵢ = wᵢ eᵢ / Gᵢᵢ and D = diag(Σ wᵢ eᵢ² / Gᵢᵢ), sums over targets, the derivative of
  /// Σ wᵢ eᵢ² by C is 2 G D G − G U Aᵀ − A Uᵀ G (from eq. 5.13).
  func leaveOneOutError(
    weights: [Double]?, _ context: ExecutionContext
  ) throws(MercerError) -> (value: Double, sums: Sums) {
    let (n, m) = (dual.rowCount, dual.columnCount)
    let factor = try cholesky.inverseFactor(context: context)
    var inverse = Matrix<Double>(rowCount: n, columnCount: n)
    let bands = (0..<n).chunks(of: 128)
    try inverse.withTile { (tile) throws(MercerError) in
      try context.forEach(bands.count) { index in
        tile.part(rows: bands[index], columns: 0..<n).fill(
          productOfInverseFactor: factor, times: 1)
      }
    }
    var pulls = Matrix<Double>(rowCount: n, columnCount: m)
    var scaled = inverse
    var (total, size) = (0.0, 0.0)
    for i in 0..<n {
      let weight = weights?[i] ?? 1
      var square = 0.0
      for o in 0..<m {
        let residual = dual[i, o] / inverse[i, i]
        pulls[i, o] = weight * residual / inverse[i, i]
        square += residual * residual
      }
      total += weight * square
      size += weight * Double(m)
      // Column i of G √D, by rows as G is symmetric: D ≥ 0.
      let root = (weight * square / inverse[i, i]).squareRoot()
      scaled.withTile { Double.loops.affine(n, $0.base + i * n, root, 0) }
    }
    let fit = max(total, .leastNormalMagnitude)
    let pushed = try inverse.multiplied(by: pulls, context: context)
    let halves = scaled.transposed()
    let sums = try CovarianceGradient(kernel: kernel, inputs: inputs, noise: noise)
      .sums(context: context) { tile in
        for i in 0..<tile.rowCount {
          (tile.base + i * tile.stride).update(repeating: 0, count: tile.columnCount)
        }
        tile.add(halves, halves, times: 1 / fit)
        tile.add(pushed, dual, times: -0.5 / fit)
        tile.add(dual, pushed, times: -0.5 / fit)
      }
    return (0.5 * log(fit / max(size, .leastNormalMagnitude)), sums)
  }
}
