public import MercerCore
import MercerOperators
import RealModule

/// A partial Cholesky factorisation K ≈ F Fᵀ whose pivots are drawn with probabilities proportional
/// to the diagonal of what is left, K − F Fᵀ.
///
/// Pivots are proposed in blocks from the diagonal as it was when the block began, and each is kept
/// with the probability by which that diagonal has shrunk since. So they have the distribution of
/// pivots drawn one by one, while columns are computed and multiplied in blocks.
/// - Complexity: r columns of K, n r² operations and n × r elements of memory.
/// - Source: Chen, Epperly, Tropp and Webber, Randomly pivoted Cholesky (2022), algorithm 1; Epperly,
///   Tropp and Webber, Embrace rejection (2024), algorithm 3, for the blocks.
public struct RandomlyPivotedCholesky: Sendable {
  /// r, the most columns.
  public var rank: Int
  /// The part of tr K at which the trace of K − F Fᵀ is small enough to stop.
  public var tolerance: Double
  /// How many pivots are proposed at once; nil for an eighth of the rank, 8 to 128.
  public var blockSize: Int?
  /// The seed of the pivots.
  public var seed: UInt64

  /// A factorisation of this rank.
  public init(rank: Int, tolerance: Double = 0, blockSize: Int? = nil, seed: UInt64 = 0) {
    self.rank = rank
    self.tolerance = tolerance
    self.blockSize = blockSize
    self.seed = seed
  }

  /// What the factorisation gives.
  public struct Factorisation<Element: Scalar>: Sendable {
    /// F, n × r; the rows of the pivots are lower triangular.
    public let factor: Matrix<Element>
    /// The rows that were pivots, in order.
    public let pivots: [Int]
    /// tr K.
    public let trace: Double
    /// tr(K − F Fᵀ).
    public let traceError: Double
  }

  /// The bytes that a factorisation of n rows takes.
  public func byteCount<Element: Scalar>(rowCount n: Int, as: Element.Type) -> Int {
    MemoryLayout<Element>.stride * n * min(rank, n) + 32 * n
  }

  /// Factorises.
  ///
  /// The rank comes out lower than asked for when the tolerance is met, or when what is left is below
  /// the precision of the elements.
  /// - Parameters:
  ///   - gram: K, n × n.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidParameter` for a rank below 1, `.invalidData` for a diagonal that is negative
  ///   or not finite, `.memoryLimit`, `.cancelled`.
  public func factorise<Element: Scalar>(
    _ gram: GramColumns<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> Factorisation<Element> {
    let n = gram.rowCount
    guard rank >= 1, tolerance >= 0, blockSize ?? 1 >= 1 else {
      throw MercerError(
        .invalidParameter, "a factorisation needs a rank and blocks of at least 1, not \(rank)")
    }
    try context.checkMemory(
      byteCount(rowCount: n, as: Element.self), for: "a factor of \(n) rows and rank \(rank)")
    let diagonal = try gram.diagonal().map { Double($0) }
    guard diagonal.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw MercerError(.invalidData, "a kernel matrix has a negative or infinite diagonal entry")
    }
    let width = min(rank, n)
    let proposals = blockSize ?? max(8, min(rank / 8, 128))
    let trace = diagonal.reduce(0, +)
    // What is left of a diagonal entry that is this small is the rounding of what was subtracted.
    let noise = diagonal.map { $0 * 8 * Double(Element.ulpOfOne) }
    var left = diagonal
    var pivots: [Int] = []
    var stream = RandomStream(seed: seed, purpose: "pivots")
    var factor = Matrix<Element>(rowCount: n, columnCount: width)
    while pivots.count < width {
      let sampler = WeightedSampler(left)
      guard sampler.total > tolerance * trace else { break }
      try context.checkCancellation()
      let proposed = (0..<proposals).map { _ in sampler.draw(&stream) }
      var core = try gram.core(at: proposed, context: context)
      let known = Matrix<Double>(converting: factor.rows(at: proposed))
      core = core.subtracting(try known.multiplied(by: known, transposingOther: true))
      let block = PivotBlock(
        core, weights: proposed.map { left[$0] }, noise: proposed.map { noise[$0] },
        limit: width - pivots.count, stream: &stream)
      let chosen = block.accepted.map { proposed[$0] }
      guard !chosen.isEmpty else {
        // Rounding has left weight where nothing is: those rows are done.
        for row in proposed { left[row] = 0 }
        continue
      }
      try append(
        try gram.columns(at: chosen), to: &factor, after: pivots.count,
        known: factor.rows(at: chosen), corner: Matrix(converting: block.factor), left: &left,
        noise: noise, context)
      for row in chosen { left[row] = 0 }
      pivots += chosen
    }
    return Factorisation(
      factor: factor.columns(in: 0..<pivots.count), pivots: pivots, trace: trace,
      traceError: left.reduce(0, +))
  }

  /// The columns `rank ..<` of F: (K[:, T] − F F[T, :]ᵀ) L⁻ᵀ, in place, in bands of rows.
  private func append<Element: Scalar>(
    _ columns: any IndexableGramOperator<Element>, to factor: inout Matrix<Element>,
    after rank: Int, known: Matrix<Element>, corner: Matrix<Element>, left: inout [Double],
    noise: [Double], _ context: ExecutionContext
  ) throws(MercerError) {
    let (stride, added) = (factor.columnCount, columns.columnCount)
    let context = try context.fitting(scratchBytes: columns.scratchBytes)
    let bands = (0..<factor.rowCount).chunks(of: 192)
    var squares = Matrix<Double>(rowCount: factor.rowCount, columnCount: 1)
    try factor.withTile { (factor) throws(MercerError) in
      try squares.withTile { (squares) throws(MercerError) in
        try context.forEach(bands.count) { index in
          let rows = bands[index]
          let base = factor.base + rows.lowerBound * stride
          let new = Tile(rows: rows, columns: 0..<added, stride: stride, base: base + rank)
          columns.fill(new)
          known.withUnsafeBufferPointer { known in
            guard rank > 0, let known = known.baseAddress else { return }
            Element.gemm(
              transposeA: false, transposeB: true, m: rows.count, n: added, k: rank, alpha: -1,
              a: base, lda: stride, b: known, ldb: stride, beta: 1, c: new.base, ldc: stride)
          }
          corner.withUnsafeBufferPointer { corner in
            guard let corner = corner.baseAddress else { return }
            Element.trsm(
              fromRight: true, transposed: true, m: rows.count, n: added, l: corner, ldl: added,
              b: new.base, ldb: stride)
          }
          for i in 0..<rows.count {
            let row = UnsafeBufferPointer(new.row(i))
            squares.base[rows.lowerBound + i] = Element.dot(row, row)
          }
        }
      }
    }
    squares.withUnsafeBufferPointer { squares in
      for i in left.indices {
        let rest = left[i] - squares[i]
        left[i] = rest > noise[i] ? rest : 0
      }
    }
  }
}

/// Which of the proposed pivots are kept, and the Cholesky factor of what is left of K on them.
struct PivotBlock {
  /// The places of the kept proposals.
  let accepted: [Int]
  /// L, in the order of `accepted`.
  let factor: Matrix<Double>

  /// - Parameters:
  ///   - core: what is left of K on the proposals, b × b.
  ///   - weights: the weights by which they were proposed.
  ///   - noise: what is as good as 0, for each.
  ///   - limit: the most to keep.
  init(
    _ core: Matrix<Double>, weights: [Double], noise: [Double], limit: Int,
    stream: inout RandomStream
  ) {
    let count = core.rowCount
    var rows = [[Double]](repeating: [], count: count)
    var accepted: [Int] = []
    for i in 0..<count where accepted.count < limit {
      let rest = rows[i].reduce(core[i, i]) { $0 - $1 * $1 }
      // Every proposal takes its random number, kept or not.
      guard stream.uniform() * weights[i] < rest, rest > noise[i] else { continue }
      let root = rest.squareRoot()
      for k in i..<count {
        let product = zip(rows[k], rows[i]).reduce(0.0) { $0 + $1.0 * $1.1 }
        rows[k].append((core[k, i] - product) / root)
      }
      accepted.append(i)
    }
    self.accepted = accepted
    let size = accepted.count
    var factor = Matrix<Double>(rowCount: size, columnCount: size)
    for (a, i) in accepted.enumerated() {
      for b in 0...a { factor[a, b] = rows[i][b] }
    }
    self.factor = factor
  }
}
