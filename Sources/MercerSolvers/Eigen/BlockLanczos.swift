public import MercerCore

/// The leading eigenpairs of a symmetric operator by the block Lanczos method, restarted with the
/// best Ritz vectors.
///
/// The basis grows by a block of vectors a product with K, all of it kept orthogonal; when it is
/// full, the leading Ritz vectors stay and the rest goes. A block costs little more than one vector
/// when entries of K are computed anew each time, and finds eigenvalues of any multiplicity up to its
/// size at once.
/// - Complexity: for k pairs about 2 k to 4 k vectors multiplied by K, a block at a time; O(n m) an
///   orthogonalised vector, and two n × m blocks of memory, where m is the basis limit.
/// - Accuracy: the tolerance, on residuals computed anew from the result.
/// - Source: Golub and Underwood, The block Lanczos method for computing eigenvalues (1977); Wu and
///   Simon, Thick-restart Lanczos method for large symmetric eigenvalue problems (2000).
public struct BlockLanczos: Sendable {
  /// k, the number of pairs.
  public var count: Int
  /// Vectors multiplied by K at once.
  public var blockSize: Int
  /// m, the most vectors of the basis; nil for 2 k and six blocks.
  public var basisLimit: Int?
  /// The target ‖K v − θ v‖ / θ₁ for every pair; nil for 1e-9 in Double and 1e-5 in Float.
  public var tolerance: Double?
  /// The most products with a block.
  public var blockProductLimit: Int
  /// What to do when the limit comes before the target.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of the first block.
  public var seed: UInt64

  /// A solver with these limits.
  public init(
    count: Int, blockSize: Int = 16, basisLimit: Int? = nil, tolerance: Double? = nil,
    blockProductLimit: Int = 500,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.count = count
    self.blockSize = blockSize
    self.basisLimit = basisLimit
    self.tolerance = tolerance
    self.blockProductLimit = blockProductLimit
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  /// The leading pairs of K.
  ///
  /// - Parameters:
  ///   - gram: K, n × n; indefinite ones will do, the largest eigenvalues are found.
  ///   - context: threads, memory limit, progress and cancellation.
  /// - Throws: `.invalidParameter`, `.didNotConverge`, `.memoryLimit`, `.cancelled`.
  public func leadingPairs<Element: Scalar>(
    of gram: any SymmetricGramOperator<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> EigenPairs<Element> {
    let n = gram.rowCount
    try checkPairCount(count, order: n)
    guard blockSize >= 1, blockProductLimit >= 1 else {
      throw MercerError(.invalidParameter, "a block has at least one vector and one product")
    }
    let width = min(blockSize, n)
    let limit = min(
      n, max(basisLimit ?? 0, basisLimit == nil ? 2 * count + 6 * width : count + width))
    try context.checkMemory(
      (2 * limit + 4 * width + 2 * count) * n * MemoryLayout<Element>.stride + 40 * limit * limit,
      for: "a basis of \(limit) vectors of \(n) numbers")
    let target = tolerance ?? eigenTolerance(Element.self)
    var search = LanczosSearch<Element>(order: n, limit: limit, seed: seed)
    var block = try search.randomBlock(width, context)
    var reason = SolveReport.StopReason.iterationLimit
    while search.blockProducts < blockProductLimit {
      let rest = try search.extend(by: block, gram, context)
      try search.findRitzPairs(rest.coordinates, width: block.columnCount)
      // Half of the target, so that the residual computed anew meets it.
      let error = search.relativeResidual(count)
      context.progress?(
        WorkProgress(
          stage: "eigenpairs", fraction: min(1, target / max(error, .leastNormalMagnitude)),
          detail: "relative residual \(error)"))
      if search.size == n || error <= target / 2 {
        reason = .converged
        break
      }
      block = rest.basis
      if block.columnCount == 0 {
        // The basis is invariant: what it has not seen is in other directions.
        block = try search.randomBlock(min(width, n - search.size), context)
      }
      if search.size + block.columnCount > limit {
        try search.restart(keeping: min(limit - width, (count + limit) / 2), context)
      }
    }
    return try search.result(count, gram, reason, target, onNonConvergence, context)
  }
}
