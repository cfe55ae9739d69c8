public import MercerCore
import MercerOperators

/// Chooses rows of a kernel matrix to be centres of a model with few of them.
///
/// Every method sees the kernel alone, through its diagonal and some of its columns, works at any
/// number of rows without n² memory, and depends on the seed, never on the number of threads.
public struct CentreSelector: Sendable {
  /// How centres are chosen.
  public enum Method: Sendable, Equatable {
    /// Every set of rows is equally likely. No look at the kernel.
    case uniform
    /// k-means++: each centre in proportion to its squared distance, in the feature space of the
    /// kernel, from those before it. With a linear kernel that is the space of the inputs.
    case kMeansPlusPlus
    /// In proportion to ridge leverage scores, the diagonal of K (K + λ I)⁻¹, for this λ.
    case ridgeLeverage(ridge: Double)
    /// The pivots of a randomly pivoted Cholesky factorisation.
    case randomlyPivotedCholesky
    /// A determinantal point process of fixed size: a set in proportion to the determinant of its
    /// kernel matrix.
    case determinantal
    /// Volume-rescaled sampling for the leading eigenvectors of K, so many of them (half as many as
    /// centres where nil is given): as many rows in proportion to the squared volume that the
    /// eigenvectors span on them, the others by the leverage of the eigenvectors.
    case volumeRescaled(dimension: Int? = nil)
    /// These rows, numbered from 0, such as were read from a file.
    case rows([Int])
  }

  /// How centres are chosen.
  public var method: Method
  /// The seed.
  public var seed: UInt64
  /// The most bytes of a factor of K. Where it would be larger, methods that need one choose from a
  /// uniform sample of the rows.
  public var factorLimit: Int

  /// A selector.
  public init(_ method: Method = .uniform, seed: UInt64 = 0, factorLimit: Int = 1 << 30) {
    self.method = method
    self.seed = seed
    self.factorLimit = factorLimit
  }

  /// Chooses rows.
  ///
  /// - Parameters:
  ///   - count: m, how many, 1 to n.
  ///   - gram: K, n × n.
  ///   - context: threads, memory limit and cancellation.
  /// - Returns: row numbers from 0, all different, in the order in which they were chosen; fewer than
  ///   asked for where K has no more that differ.
  /// - Complexity: m columns of K; beside that n m operations for `kMeansPlusPlus`, n min(m, 1024)² for
  ///   `ridgeLeverage`, n m² for `randomlyPivotedCholesky`, about ten times that for the last two.
  /// - Throws: `.invalidParameter` for a count, ridge, dimension or row number out of range,
  ///   `.memoryLimit`, `.cancelled`.
  public func select<Element: Scalar>(
    _ count: Int, from gram: GramColumns<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> [Int] {
    let n = gram.rowCount
    if case .rows(let rows) = method { return try checked(rows, n) }
    guard count >= 1, count <= n else {
      throw MercerError(
        .invalidParameter, "\(count) centres cannot be chosen from \(n) rows",
        remedy: "choose 1 to \(n)")
    }
    switch method {
    case .uniform, .rows:
      return Self.uniformRows(count, of: n, seed: seed)
    case .kMeansPlusPlus:
      return try DistanceSeeding(seed: seed).select(count, from: gram, context)
    case .ridgeLeverage(let ridge):
      return try RidgeLeverageScores(ridge: ridge, seed: seed).select(
        count, from: gram, context: context)
    case .randomlyPivotedCholesky:
      return try fromCandidates(gram, rank: count) { (part) throws(MercerError) in
        try RandomlyPivotedCholesky(rank: count, seed: seed).factorise(part, context: context)
          .pivots
      }
    case .determinantal:
      return try fromCandidates(gram, rank: 4 * count) { (part) throws(MercerError) in
        try VolumeSampling(seed: seed).determinantal(count, from: part, context)
      }
    case .volumeRescaled(let dimension):
      return try fromCandidates(gram, rank: 4 * count) { (part) throws(MercerError) in
        try VolumeSampling(seed: seed).rescaled(
          count, dimension: dimension ?? (count + 1) / 2, from: part, context)
      }
    }
  }

  /// What `uniform` chooses, for which no kernel is needed.
  package static func uniformRows(_ count: Int, of rowCount: Int, seed: UInt64) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: "uniform centres")
    return stream.sample(count, of: rowCount)
  }

  private func checked(_ rows: [Int], _ n: Int) throws(MercerError) -> [Int] {
    if let bad = rows.first(where: { $0 < 0 || $0 >= n }) {
      throw MercerError(
        .invalidParameter, "there is no row \(bad) among \(n)", remedy: "rows count from 0")
    }
    guard !rows.isEmpty, Set(rows).count == rows.count else {
      throw MercerError(
        .invalidParameter, "centres must be rows that are all different, at least one")
    }
    return rows
  }

  /// Chooses from all rows, or from a uniform sample where factors of this rank grow too large.
  private func fromCandidates<Element: Scalar>(
    _ gram: GramColumns<Element>, rank: Int,
    _ choose: (GramColumns<Element>) throws(MercerError) -> [Int]
  ) throws(MercerError) -> [Int] {
    let (n, size) = (gram.rowCount, MemoryLayout<Element>.stride)
    let affordable = max(factorLimit / (size * rank), rank)
    guard n > affordable else { return try choose(gram) }
    var stream = RandomStream(seed: seed, purpose: "candidate centres")
    let candidates = stream.sample(affordable, of: n)
    return try choose(gram.part(at: candidates)).map { candidates[$0] }
  }
}
