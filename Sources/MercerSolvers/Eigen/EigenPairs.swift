public import MercerCore

/// Some leading eigenpairs of a symmetric operator, and how good they are.
public struct EigenPairs<Element: Scalar>: Sendable {
  /// The eigenvalues, descending; k of them.
  public let values: [Double]
  /// n × k: column j is the eigenvector of `values[j]`, of unit length, at right angles to the others.
  public let vectors: Matrix<Element>
  /// ‖K v − θ v‖ of each pair, from a product with the vectors as they are returned. Some eigenvalue
  /// of K is that near to each θ.
  public let residuals: [Double]
  /// How they were found.
  public let report: EigenReport
}

/// How eigenpairs were found.
public struct EigenReport: Sendable, Codable, Equatable {
  /// The method in words.
  public var method: String
  /// Products K v, each column counted.
  public var products: Int
  /// Products with a block of vectors: how often the entries of K were computed.
  public var blockProducts: Int
  /// The largest ‖K v − θ v‖ / θ₁.
  public var relativeResidual: Double
  /// Why the solver stopped.
  public var stopReason: SolveReport.StopReason
  /// A bound of ‖K − Q Qᵀ K‖ for the subspace Q that was searched, where one was asked for; it holds
  /// with probability 1 − 10⁻ʳ, where r is the number of probes.
  public var rangeError: Double?
}

extension EigenReport {
  /// Throws `.didNotConverge` unless the solver reached its target.
  func check(
    tolerance: Double, _ onNonConvergence: ConjugateGradients.NonConvergence
  ) throws(MercerError) {
    if stopReason == .converged || onNonConvergence == .returnBest { return }
    throw MercerError(
      .didNotConverge,
      "\(method) stopped at a relative residual of \(relativeResidual) after \(blockProducts) block "
        + "products (\(stopReason == .stagnated ? "no further progress" : "the limit")), above the "
        + "target \(tolerance)",
      remedy: "ask for fewer eigenpairs, allow more products, or a larger residual")
  }
}

/// Eigenpairs from vectors and their image, with residuals in Double.
func ritzPairs<Element: Scalar>(
  vectors: Matrix<Element>, image: Matrix<Element>
) -> (values: [Double], residuals: [Double]) {
  let values = zip(columnDots(vectors, image), columnDots(vectors, vectors)).map { $0 / $1 }
  var rest = Matrix<Double>(converting: image)
  combineColumns(&rest, adding: vectors, times: values.map { -$0 })
  return (values, columnDots(rest, rest).map { $0.squareRoot() })
}

/// Throws `.invalidParameter` unless so many pairs can be asked of an operator of this order.
func checkPairCount(_ count: Int, order n: Int) throws(MercerError) {
  guard count >= 1, count <= n else {
    throw MercerError(
      .invalidParameter, "\(count) eigenpairs were asked of an operator of order \(n)")
  }
}

/// The default target ‖K v − θ v‖ / θ₁: what products in this precision give with a margin.
func eigenTolerance<Element: Scalar>(_ type: Element.Type) -> Double {
  Element.self == Double.self ? 1e-9 : 1e-5
}
