public import MercerCore

/// The covariance of a Gaussian process after it has seen data: a kernel like any other.
///
/// ```
/// k′(x, z) = s² (k(x, z) − k(x, X) A⁻¹ k(X, z)),   A = K(X, X) + noise
/// ```
/// with s the scale of the output (1 unless targets were standardized). So every operator and every
/// algorithm works on a posterior. It has no parameters of its own: those of k were fixed by the fit.
/// - Positive definite: semi-definite; rounding leaves errors of about 1e-16 times the prior variance
///   times the condition number of A at most.
/// - Complexity: binding r row and c column inputs to it solves triangular systems, n² (r + c)
///   operations (n² r when both are the same), and keeps n (r + c) numbers. A tile then costs that
///   of k and 2n operations an entry; the gradient with respect to inputs n² more a row.
/// - Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), eq. 2.24.
public struct PosteriorKernel: Kernel {
  /// What it compares.
  public typealias Inputs = Points<Double>
  /// The type of its values.
  public typealias Element = Double

  /// With how many threads and within which memory inputs are bound.
  public var context: ExecutionContext = .default

  let posterior: TrainingPosterior
  /// s².
  let amplitude: Double

  init(_ posterior: TrainingPosterior, scale: Double) {
    self.posterior = posterior
    amplitude = scale * scale
  }

  /// The prior kernel and the number of rows seen; not a text form that can be parsed.
  public var description: String {
    "posterior of \(posterior.kernel) given \(posterior.inputs.count) rows"
  }

  /// None.
  public var parameters: [KernelParameter] { [] }

  /// The kernel itself.
  ///
  /// - Throws: `.invalidParameter` unless there are no values.
  public func withParameters(_ values: [Double]) throws(MercerError) -> PosteriorKernel {
    guard values.isEmpty else {
      throw MercerError(
        .invalidParameter,
        "a posterior has no parameters, but \(values.count) values were given",
        remedy: "change those of the prior kernel and fit again")
    }
    return self
  }

  /// The posterior covariance on a pair of input sets.
  ///
  /// - Throws: `.shapeMismatch` when the inputs do not suit the prior or each other, `.memoryLimit`,
  ///   `.cancelled`.
  public func bound(
    rows: Points<Double>, columns: Points<Double>
  ) throws(MercerError) -> any BoundKernel<Double> {
    let prior = try posterior.kernel.bound(rows: rows, columns: columns)
    let reduced = try posterior.reduced(columns, context: context)
    return BoundPosteriorKernel(
      prior: prior, training: try posterior.kernel.bound(rows: rows, columns: posterior.inputs),
      cholesky: posterior.cholesky, amplitude: amplitude,
      rows: rows.isIdentical(to: columns)
        ? reduced : try posterior.reduced(rows, context: context),
      columns: reduced)
  }

  /// The posterior variances; where rounding would make one negative, 0.
  public func diagonal(of inputs: Points<Double>) throws(MercerError) -> [Double] {
    let explained = try posterior.explainedVariance(inputs, context: context)
    let prior = try posterior.kernel.diagonal(of: inputs)
    return prior.indices.map { max(amplitude * (prior[$0] - explained[$0]), 0) }
  }
}

extension TrainingPosterior {
  /// L⁻¹ K(X, Z), n × m.
  func reduced(
    _ z: Points<Double>, context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let (n, m) = (inputs.count, z.count)
    try context.checkMemory(
      n * m * MemoryLayout<Double>.stride, for: "the covariance of \(m) inputs given \(n) rows")
    let bound = try kernel.bound(rows: inputs, columns: z)
    var result = Matrix<Double>(rowCount: n, columnCount: m)
    let strips = (0..<m).chunks(of: 128)
    try result.withTile { (tile) throws(MercerError) in
      try context.forEach(strips.count) { index in
        solveStrip(bound, tile.part(rows: 0..<n, columns: strips[index]))
      }
    }
    return result
  }

  /// The diagonal of K(Z, X) A⁻¹ K(X, Z), with memory for n × 128 numbers a thread.
  func explainedVariance(
    _ z: Points<Double>, context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    let (n, m) = (inputs.count, z.count)
    let bound = try kernel.bound(rows: inputs, columns: z)
    let strips = (0..<m).chunks(of: 128)
    var result = Matrix<Double>(rowCount: m, columnCount: 1)
    try result.withTile { (result) throws(MercerError) in
      try context.forEach(
        strips.count, scratch: { Matrix<Double>(rowCount: n, columnCount: 128) }
      ) { (index, scratch: inout Matrix<Double>) throws(MercerError) in
        scratch.withTile { memory in
          let tile = memory.moved(rows: 0..<n, columns: strips[index])
          solveStrip(bound, tile)
          let totals = result.base + strips[index].lowerBound
          for i in 0..<n {
            let row = tile.row(i)
            for j in row.indices { totals[j] += row[j] * row[j] }
          }
        }
      }
    }
    return result.elements
  }

  /// L⁻¹ K(X, Z) for the columns of a tile, written there.
  private func solveStrip(_ bound: any BoundKernel<Double>, _ tile: Tile<Double>) {
    for rows in tile.rows.chunks(of: 256) {
      bound.fill(tile.part(rows: rows, columns: tile.columns))
    }
    cholesky.factor.withUnsafeBufferPointer { l in
      guard let l = l.baseAddress else { return }
      Double.trsm(
        fromRight: false, transposed: false, m: tile.rowCount, n: tile.columnCount, l: l,
        ldl: tile.rowCount, b: tile.base, ldb: tile.stride)
    }
  }
}
