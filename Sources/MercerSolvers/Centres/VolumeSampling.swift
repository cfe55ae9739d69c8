import MercerCore
import MercerOperators
import RealModule

/// Sets of rows in proportion to squared volumes: determinantal point processes of a fixed size, and
/// volume-rescaled sampling.
///
/// Both rest on a projection process for orthonormal columns U, n × p: a set S of p rows in
/// proportion to det(U[S, :])². Drawn row by row that is a randomly pivoted Cholesky factorisation of
/// U Uᵀ, since the chance of each next row is its squared distance from the span of those before.
/// - Source: Kulesza and Taskar, Determinantal point processes for machine learning (2012), algorithms
///   1, 7 and 8; Nouy and Michel, Weighted least-squares approximation with determinantal point
///   processes and generalized volume sampling (2023), section 4.
struct VolumeSampling {
  let seed: UInt64

  /// Up to so many rows K is factorised completely, and the process is exact.
  private static var exactLimit: Int { 1024 }

  /// The leading eigenvectors of K and its eigenvalues, descending: exact, or of a randomly pivoted
  /// Cholesky factorisation of this rank.
  private func spectrum<Element: Scalar>(
    _ gram: GramColumns<Element>, rank: Int, _ context: ExecutionContext
  ) throws(MercerError) -> (vectors: Matrix<Element>, values: [Double]) {
    let n = gram.rowCount
    let rank = n <= Self.exactLimit ? n : min(rank, n)
    let factor = try RandomlyPivotedCholesky(rank: rank, seed: seed).factorise(
      gram, context: context
    ).factor
    let low = try LowRankPreconditioner(factor: factor, ridge: 1, context: context)
    return (low.vectors, low.eigenvalues)
  }

  /// `count` rows in proportion to det K[S, S].
  func determinantal<Element: Scalar>(
    _ count: Int, from gram: GramColumns<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    let (vectors, values) = try spectrum(gram, rank: 2 * count + 64, context)
    let size = min(count, values.count)
    try context.checkMemory(
      8 * size * values.count, for: "a determinantal process of \(count) rows")
    var stream = RandomStream(seed: seed, purpose: "elementary processes")
    let chosen = Self.elementarySubset(size, of: values, &stream)
    return try projection(vectors.columns(at: chosen), context)
  }

  /// `dimension` rows by the projection process of the leading eigenvectors, the others by their
  /// leverage.
  func rescaled<Element: Scalar>(
    _ count: Int, dimension: Int, from gram: GramColumns<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    guard dimension >= 1, dimension <= count else {
      throw MercerError(
        .invalidParameter,
        "volume sampling of \(count) rows needs a dimension of 1 to \(count), not \(dimension)")
    }
    let (vectors, values) = try spectrum(gram, rank: 2 * dimension + 64, context)
    let leading = vectors.columns(in: 0..<min(dimension, values.count))
    let first = try projection(leading, context)
    var leverage = leading.rowSquares
    for row in first { leverage[row] = 0 }
    var stream = RandomStream(seed: seed, purpose: "volume sampling")
    return first
      + WeightedSampler.withoutReplacement(
        count - first.count, weights: leverage, stream: &stream)
  }

  /// As many rows as U has columns, in proportion to det(U[S, :])².
  private func projection<Element: Scalar>(
    _ vectors: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    try RandomlyPivotedCholesky(rank: vectors.columnCount, seed: seed &+ 1).factorise(
      GramColumns(features: vectors), context: context
    ).pivots
  }

  /// `size` numbers, each set in proportion to the product of its values.
  ///
  /// The chance that the r-th is in a set of k from the first r is λᵣ e(k − 1, r − 1) / e(k, r) with the
  /// elementary symmetric polynomials e, kept as logarithms as they leave the range of numbers.
  static func elementarySubset(
    _ size: Int, of values: [Double], _ stream: inout RandomStream
  ) -> [Int] {
    let logs = values.map { $0 > 0 ? Double.log($0) : -.infinity }
    // polynomials[r][k] = log e(k, r).
    var polynomials = [[Double]](
      repeating: [Double](repeating: -.infinity, count: size + 1), count: values.count + 1)
    polynomials[0][0] = 0
    for r in 1...max(values.count, 1) where r <= values.count {
      polynomials[r][0] = 0
      for k in 1...max(size, 1) where k <= size {
        let (without, with) = (polynomials[r - 1][k], logs[r - 1] + polynomials[r - 1][k - 1])
        let top = max(without, with)
        guard top > -.infinity else { continue }
        polynomials[r][k] = top + Double.log(Double.exp(without - top) + Double.exp(with - top))
      }
    }
    var chosen: [Int] = []
    var k = size
    for r in stride(from: values.count, to: 0, by: -1) where k > 0 {
      let chance = Double.exp(logs[r - 1] + polynomials[r - 1][k - 1] - polynomials[r][k])
      if stream.uniform() < chance {
        chosen.append(r - 1)
        k -= 1
      }
    }
    return chosen
  }
}
