public import MercerCore
import MercerOperators

/// Ridge leverage scores, the diagonal of K (K + λ I)⁻¹: how much each row counts for itself.
///
/// Rows are looked at in nested random subsets, each twice as large as the one before. The scores on a
/// subset follow from a weighted dictionary of rows of the smaller one, and are what the next
/// dictionary is drawn by.
/// - Complexity: 2 n q kernel entries and 2 n q² operations for a dictionary of q rows; q² and
///   q × 192 elements of memory.
/// - Source: Musco and Musco, Recursive sampling for the Nyström method (2017), algorithm 2.
public struct RidgeLeverageScores: Sendable {
  /// λ, above 0, in the units of K.
  public var ridge: Double
  /// q, about how many rows a dictionary has.
  public var dictionarySize: Int
  /// The seed of subsets and dictionaries.
  public var seed: UInt64

  /// Scores for a ridge.
  public init(ridge: Double, dictionarySize: Int = 1024, seed: UInt64 = 0) {
    self.ridge = ridge
    self.dictionarySize = dictionarySize
    self.seed = seed
  }

  /// Rows that stand for all: each with the probability by which it came in.
  private struct Dictionary {
    var rows: [Int]
    var probabilities: [Double]
  }

  /// An estimate of every row's score, between 0 and 1.
  ///
  /// - Parameters:
  ///   - gram: K, n × n.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidParameter` for a ridge that is not above 0, `.notPositiveDefinite`,
  ///   `.memoryLimit`, `.cancelled`.
  public func scores<Element: Scalar>(
    of gram: GramColumns<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> [Double] {
    guard ridge > 0, ridge.isFinite, dictionarySize >= 1 else {
      throw MercerError(
        .invalidParameter,
        "leverage scores need a finite ridge above 0 and a dictionary of at least 1 row")
    }
    let n = gram.rowCount
    let diagonal = try gram.diagonal().map { Double($0) }
    var stream = RandomStream(seed: seed, purpose: "leverage scores")
    let order = stream.permutation(n)
    var sizes = [n]
    while let last = sizes.last, last > dictionarySize { sizes.append((last + 1) / 2) }
    var dictionary = Dictionary(
      rows: Array(order.prefix(sizes.removeLast())), probabilities: [])
    dictionary.probabilities = [Double](repeating: 1, count: dictionary.rows.count)
    for size in sizes.reversed() where size < n {
      let rows = Array(order.prefix(size))
      let scores = try scores(of: rows, dictionary, diagonal, gram, context)
      let total = scores.reduce(0, +)
      let chances = scores.map { min(1, $0 / total * Double(dictionarySize)) }
      let drawn = rows.indices.filter { stream.uniform() < chances[$0] }
      // A dictionary of no rows can only be bad luck of tiny ones.
      guard !drawn.isEmpty else { continue }
      dictionary = Dictionary(
        rows: drawn.map { rows[$0] }, probabilities: drawn.map { chances[$0] })
    }
    return try scores(of: nil, dictionary, diagonal, gram, context)
  }

  /// Rows without replacement, in proportion to their scores.
  func select<Element: Scalar>(
    _ count: Int, from gram: GramColumns<Element>, context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    let scores = try scores(of: gram, context: context)
    var stream = RandomStream(seed: seed, purpose: "leverage centres")
    return WeightedSampler.withoutReplacement(count, weights: scores, stream: &stream)
  }

  /// (kᵢᵢ − k_iD (K_DD + λ P)⁻¹ k_Di) / λ for some rows (all for nil), in bands.
  private func scores<Element: Scalar>(
    of rows: [Int]?, _ dictionary: Dictionary, _ diagonal: [Double], _ gram: GramColumns<Element>,
    _ context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    let q = dictionary.rows.count
    var core = try gram.core(at: dictionary.rows, context: context)
    for j in 0..<q { core[j, j] += ridge * dictionary.probabilities[j] }
    let corner = Cholesky<Element>(
      rounding: try Cholesky(core, jitter: .upTo(1e-3), context: context))
    let columns: any IndexableGramOperator<Element>
    if let rows {
      columns = try gram.block(rows: rows, columns: dictionary.rows)
    } else {
      columns = try gram.columns(at: dictionary.rows)
    }
    let context = try context.fitting(scratchBytes: columns.scratchBytes)
    let bands = (0..<columns.rowCount).chunks(of: 192)
    var result = Matrix<Double>(rowCount: columns.rowCount, columnCount: 1)
    try result.withTile { (result) throws(MercerError) in
      try context.forEach(
        bands.count, scratch: { Matrix<Element>(rowCount: 192, columnCount: q) }
      ) { (index, scratch) throws(MercerError) in
        let band = bands[index]
        scratch.withTile { memory in
          let tile = Tile(rows: band, columns: 0..<q, stride: q, base: memory.base)
          columns.fill(tile)
          corner.factor.withUnsafeBufferPointer { l in
            guard let l = l.baseAddress else { return }
            Element.trsm(
              fromRight: true, transposed: true, m: band.count, n: q, l: l, ldl: q, b: tile.base,
              ldb: q)
          }
          for (place, i) in band.enumerated() {
            let row = UnsafeBufferPointer(tile.row(place))
            let own = diagonal[rows?[i] ?? i]
            // Rounding of the elements is all there is below their precision.
            let rest = max(own - Element.dot(row, row), own * Double(Element.ulpOfOne))
            result.base[i] = min(rest / ridge, 1)
          }
        }
      }
    }
    return result.elements
  }
}
