public import MercerCore

/// The trace of a symmetric operator from products with random vectors, where the diagonal is not at
/// hand: of a product of operators, of an inverse, of a function of K.
///
/// Where one eigenvalue is a good part of the trace, samples are skewed and an interval from few
/// probes covers the trace less often than it says; Hutch++ takes such eigenvalues out first.
public struct StochasticTrace: Sendable {
  /// How products become a trace.
  public enum Method: String, Sendable, Codable {
    /// The mean of zᵀ A z over random signs z.
    /// - Source: Hutchinson, A stochastic estimator of the trace (1990).
    case hutchinson
    /// The trace on the range of A S for random signs S exactly, and that of the rest as above, for
    /// positive semi-definite A: an error of 1/m instead of 1/√m in the number of products.
    /// - Source: Meyer, Musco, Musco and Woodruff, Hutch++: optimal stochastic trace estimation
    ///   (2021), algorithm 1.
    case hutchPlusPlus
  }

  /// How products become a trace.
  public var method: Method
  /// m, products with the operator; Hutch++ takes a third for each of its parts.
  public var products: Int
  /// How often the interval is to hold the trace.
  public var level: Double
  /// The seed of the probes.
  public var seed: UInt64

  /// An estimator.
  public init(
    method: Method = .hutchPlusPlus, products: Int = 60, level: Double = 0.95, seed: UInt64 = 0
  ) {
    self.method = method
    self.products = products
    self.level = level
    self.seed = seed
  }

  /// The trace of A with an interval.
  ///
  /// - Complexity: the products, taken many columns at once; O(n m) memory, and for Hutch++ O(n m²)
  ///   operations.
  /// - Throws: `.invalidParameter` when the products leave fewer than two probes, `.memoryLimit`,
  ///   `.cancelled`.
  public func trace<Element: Scalar>(
    of a: any SymmetricGramOperator<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> StochasticEstimate {
    let n = a.rowCount
    let sketch = method == .hutchinson ? 0 : min(products / 3, n)
    let probes = products - 2 * sketch
    try checkProbes(probes, level: level)
    try context.checkMemory(
      4 * n * products * MemoryLayout<Element>.stride, for: "\(products) probes of \(n) numbers")
    var z: Matrix<Element> = signMatrix(
      rowCount: n, columnCount: probes, seed: seed, purpose: "trace probes")
    var offset = 0.0
    var spent = probes
    if sketch > 0 {
      let start: Matrix<Element> = signMatrix(
        rowCount: n, columnCount: sketch, seed: seed, purpose: "trace sketch")
      let q = try orthonormalised(try a.applied(to: start, context: context), floor: 0, context)
        .basis
      spent += sketch + q.columnCount
      if q.columnCount > 0 {
        offset = columnDots(q, try a.applied(to: q, context: context)).reduce(0, +)
        for _ in 0..<2 {
          let inside = try q.multiplied(by: z, transposed: true, context: context)
          z = z.subtracting(try q.multiplied(by: inside, context: context))
        }
      }
    }
    let samples = columnDots(z, try a.applied(to: z, context: context))
    return StochasticEstimate(samples: samples, offset: offset, level: level, products: spent)
  }
}
