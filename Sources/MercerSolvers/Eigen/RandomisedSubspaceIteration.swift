public import MercerCore
import RealModule

/// The leading eigenpairs of a symmetric operator by a few products with a random block, and how
/// much of the operator the block has missed.
///
/// Cheap and rough: the number of products with K is fixed beforehand. Where residuals must reach a
/// target, `BlockLanczos` needs fewer vectors.
/// - Complexity: q + 2 products with k + p vectors; three n × (k + p) blocks of memory.
/// - Source: Halko, Martinsson and Tropp, Finding structure with randomness (2011), algorithms 4.4
///   and 5.3, and equation 4.3 for the error.
public struct RandomisedSubspaceIteration: Sendable {
  /// k, the number of pairs.
  public var count: Int
  /// p, the vectors beyond k.
  public var oversampling: Int
  /// q, the products that turn the random block towards the leading eigenvectors, beyond the first.
  public var powerIterations: Int
  /// r, the random vectors that measure the error; 0 for none.
  public var errorProbes: Int
  /// The target ‖K v − θ v‖ / θ₁ for every pair; infinite, the default, to take what comes.
  public var tolerance: Double
  /// What to do when the target is missed.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of the random vectors.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    count: Int, oversampling: Int = 10, powerIterations: Int = 2, errorProbes: Int = 6,
    tolerance: Double = .infinity,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.count = count
    self.oversampling = oversampling
    self.powerIterations = powerIterations
    self.errorProbes = errorProbes
    self.tolerance = tolerance
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  /// The leading pairs of K. Their report holds the bound of the range's error, which the product
  /// that gives the residuals measures as well.
  ///
  /// - Parameters:
  ///   - gram: K, n × n, positive semi-definite.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidParameter`, `.didNotConverge` when there is a target and it is missed,
  ///   `.memoryLimit`, `.cancelled`.
  public func leadingPairs<Element: Scalar>(
    of gram: any SymmetricGramOperator<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> EigenPairs<Element> {
    let n = gram.rowCount
    try checkPairCount(count, order: n)
    guard oversampling >= 0, powerIterations >= 0, errorProbes >= 0 else {
      throw MercerError(
        .invalidParameter, "oversampling, iterations and probes must not be negative")
    }
    let width = min(n, count + oversampling)
    try context.checkMemory(
      4 * n * (width + errorProbes) * MemoryLayout<Element>.stride + 40 * width * width,
      for: "a subspace of \(width) vectors of \(n) numbers")
    var q: Matrix<Element> = normalMatrix(
      rowCount: n, columnCount: width, seed: seed, purpose: "subspace iteration")
    for _ in 0...powerIterations {
      let image = try gram.applied(to: q, context: context)
      guard image.isFinite else {
        throw MercerError(.invalidData, "a product with the kernel matrix is not finite")
      }
      q = try orthonormalised(image, floor: 0, context).basis
    }
    if q.columnCount < count { q = try completed(q, to: count, context) }
    let probes: Matrix<Element> = normalMatrix(
      rowCount: n, columnCount: errorProbes, seed: seed, purpose: "subspace error")
    let rank = q.columnCount
    var block = Matrix<Element>(rowCount: n, columnCount: rank + errorProbes)
    block.setColumns(0..<rank, to: q)
    block.setColumns(rank..<rank + errorProbes, to: probes)
    let both = try gram.applied(to: block, context: context)
    let image = both.columns(in: 0..<rank)
    let eigen = try SymmetricEigen(try doubleProduct(q, image, context))
    let order = Array(eigen.values.indices.reversed().prefix(count))
    let turn = Matrix<Element>(converting: eigen.vectors.rows(at: order).transposed())
    let vectors = try q.multiplied(by: turn, context: context)
    let (values, residuals) = ritzPairs(
      vectors: vectors, image: try image.multiplied(by: turn, context: context))
    let largest = values.map(abs).max() ?? 0
    let worst = largest > 0 ? (residuals.max() ?? 0) / largest : 0
    let report = EigenReport(
      method: "randomised subspace iteration (\(Element.scalarName))",
      products: (powerIterations + 1) * width + block.columnCount,
      blockProducts: powerIterations + 2, relativeResidual: worst,
      stopReason: worst <= tolerance ? .converged : .iterationLimit,
      rangeError: try rangeError(q, both.columns(in: rank..<rank + errorProbes), context))
    try report.check(tolerance: tolerance, onNonConvergence)
    return EigenPairs(values: values, vectors: vectors, residuals: residuals, report: report)
  }

  /// 10 √(2/π) max ‖(I − Q Qᵀ) K ω‖ over the probes ω; nil without probes.
  private func rangeError<Element: Scalar>(
    _ q: Matrix<Element>, _ image: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Double? {
    guard image.columnCount > 0 else { return nil }
    let inside = try q.multiplied(by: image, transposed: true, context: context)
    let rest = image.subtracting(try q.multiplied(by: inside, context: context))
    let longest = columnDots(rest, rest).max() ?? 0
    return 10 * (2 / Double.pi * longest).squareRoot()
  }

  /// A basis of a matrix of low rank with further directions, whose eigenvalues are zero.
  private func completed<Element: Scalar>(
    _ q: Matrix<Element>, to count: Int, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    let more = count - q.columnCount
    var extra: Matrix<Element> = normalMatrix(
      rowCount: q.rowCount, columnCount: more, seed: seed, purpose: "subspace completion")
    for _ in 0..<2 {
      if q.columnCount > 0 {
        let inside = try q.multiplied(by: extra, transposed: true, context: context)
        extra = extra.subtracting(try q.multiplied(by: inside, context: context))
      }
      extra = try orthonormalised(extra, floor: 0, context).basis
    }
    var all = Matrix<Element>(rowCount: q.rowCount, columnCount: count)
    all.setColumns(0..<q.columnCount, to: q)
    all.setColumns(q.columnCount..<count, to: extra)
    return all
  }
}
