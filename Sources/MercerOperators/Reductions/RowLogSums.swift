public import MercerCore
import RealModule

extension IndexableGramOperator {
  /// log Σⱼ wⱼ exp(k(xᵢ, zⱼ)) for each row: the entries are exponents, as in attention, where it is
  /// the logarithm of the softmax's denominator.
  ///
  /// Sums are relative to the largest exponent of the row so far, so that nothing overflows, and what
  /// vanishes does not count beside what stays.
  /// - Parameters:
  ///   - weights: m numbers, finite and not negative; nil for ones. A column of weight 0 takes no part,
  ///     whatever its entries.
  ///   - context: threads and cancellation.
  /// - Returns: n logarithms: −∞ for an empty sum, +∞ where an exponent is, NaN where an entry is NaN.
  /// - Complexity: that of a product with one vector, and one exponential an entry; no memory beyond
  ///   the result and a tile for each thread.
  /// - Accuracy: as the exponents in the element type; sums in Double across steps of 480 columns.
  /// - Throws: `.shapeMismatch` when there are not m weights, `.invalidParameter` when one is negative
  ///   or not finite, `.cancelled`.
  /// - Source: Milakov & Gimelshein 2018, Online normalizer calculation for softmax, arXiv
  ///   1805.02867, alg. 3.
  public func rowLogSumExp(
    weights: [Double]? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> [Double] {
    try logSums(of: sweep(), weights: weights, context: context)
  }

  /// log Σⱼ wⱼ k(xᵢ, zⱼ) for each row: logarithms of densities and of normalising constants.
  ///
  /// Kernels whose logarithm is a map of its own (Gaussian, Laplace, Matérn, power exponential,
  /// product Laplace, rational quadratic) are summed through it, so that no point is too far: a
  /// Gaussian at a thousand length scales gives −5 · 10⁵. For any other kernel, and for operators that
  /// are not `TiledGram` or `TiledCrossGram`, this is the logarithm of `rowSums`: −∞ where all entries
  /// vanish in the element type.
  /// - Parameters:
  ///   - weights: m numbers, finite and not negative; nil for ones.
  ///   - context: threads and cancellation.
  /// - Returns: n logarithms: −∞ for an empty sum, NaN where an entry is NaN.
  /// - Complexity: that of a product with one vector; no memory beyond the result and a tile for each
  ///   thread.
  /// - Throws: `.shapeMismatch` when there are not m weights, `.invalidParameter` when one is negative
  ///   or not finite, `.invalidData` when a sum is negative, `.cancelled`.
  public func rowLogSums(
    weights: [Double]? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> [Double] {
    if let logarithm = RowSource(self).logarithm {
      return try logSums(of: sweep { _ in logarithm }, weights: weights, context: context)
    }
    if let weights { try checkPositive(weights) }
    let largest = weights.map { $0.max() ?? 0 } ?? 1
    guard largest > 0 else { return [Double](repeating: -.infinity, count: rowCount) }
    let relative = weights.map { weights in weights.map { $0 / largest } }
    let sums = try rowSums(weights: relative, context: context)
    if let row = sums.firstIndex(where: { $0 < 0 }) {
      throw MercerError(
        .invalidData,
        "row \(row) of the kernel matrix has a negative sum, which has no logarithm",
        remedy: "use a kernel without negative values, or rowLogSumExp if the values are exponents")
    }
    return sums.map { Double.log($0) + Double.log(largest) }
  }

  private func logSums(
    of sweep: RowSweep<Element>, weights: [Double]?, context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    if let weights { try checkPositive(weights) }
    let largest = weights.map { $0.max() ?? 0 } ?? 1
    guard largest > 0 else { return [Double](repeating: -.infinity, count: rowCount) }
    // Relative to the largest one, the weights that matter have small logarithms, which are exact
    // enough in Float; and equal weights have none at all.
    let shift = Double.log(largest)
    let padding = [Element](repeating: -.infinity, count: Element.loops.panel)
    let logWeights = weights.map { weights in
      weights.map { Element(Double.log($0) - shift) } + padding
    }
    let partials = try sweep.reduce(LogSums<Element>(logWeights: logWeights), context: context)
    return partials.flatMap { partial in
      zip(partial.maxima, partial.sums).map { $1 == 0 ? -.infinity : $0 + Double.log($1) + shift }
    }
  }

  private func checkPositive(_ weights: [Double]) throws(MercerError) {
    try checkWeights(weights)
    if let column = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw MercerError(
        .invalidParameter,
        "weights[\(column)] must be finite and not negative, but is \(weights[column])")
    }
  }
}

/// Σⱼ wⱼ exp(value) of each row, held as sum · exp(maximum).
private struct LogSums<Element: Scalar>: RowReduction {
  struct Partial: Sendable {
    var maxima: [Double]
    var sums: [Double]
  }

  /// log wⱼ, padded by a panel of −∞; nil for ones.
  let logWeights: [Element]?

  func start(rows: Int) -> Partial {
    Partial(
      maxima: [Double](repeating: -.infinity, count: rows),
      sums: [Double](repeating: 0, count: rows))
  }

  func add(
    _ values: RowValues<Element>, rows: Range<Int>, panels: Range<Int>, columns: Range<Int>,
    to partial: inout Partial
  ) {
    let add = { (weights: UnsafePointer<Element>?, partial: inout Partial) in
      values.accumulateLogSums(
        rows: rows, panels: panels, logWeights: weights, maxima: &partial.maxima,
        sums: &partial.sums)
    }
    guard let logWeights else { return add(nil, &partial) }
    logWeights.withUnsafeBufferPointer { weights in
      // The panels begin at the first of `columns`, whatever number they go by.
      let first = columns.lowerBound - panels.lowerBound * Element.loops.panel
      add(weights.baseAddress.map { $0 + first }, &partial)
    }
  }

  func merge(_ later: Partial, into partial: inout Partial) {
    for i in partial.sums.indices where later.sums[i] != 0 {
      if partial.sums[i] == 0 {
        (partial.maxima[i], partial.sums[i]) = (later.maxima[i], later.sums[i])
        continue
      }
      let most = max(partial.maxima[i], later.maxima[i])
      partial.sums[i] =
        partial.sums[i] * Double.exp(partial.maxima[i] - most)
        + later.sums[i] * Double.exp(later.maxima[i] - most)
      partial.maxima[i] = most
    }
  }
}
