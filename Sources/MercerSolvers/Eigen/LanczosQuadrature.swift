public import MercerCore
import RealModule

/// tr f(A) of a symmetric operator by stochastic Lanczos quadrature: the log-determinant of K + λ I
/// without a factorisation, the trace of its inverse, effective dimensions.
///
/// For a random sign vector z, zᵀ f(A) z is an integral over the spectrum, which m Lanczos steps from
/// z integrate by Gauss's rule; all probes step together and share the products. Steps are taken
/// until the mean over the probes changes by less than a share of its own standard error.
/// - Complexity: m products with as many vectors as there are probes; four n × probes blocks of
///   memory. No vectors are kept to orthogonalise against: what that costs is steps, not accuracy.
/// - Accuracy: the interval is from the spread of the probes, and wider by the last change of the
///   quadrature. With products in Float, eigenvalues below about 1e-6 ‖A‖ are lost; take an operator
///   in Double for ridges so small.
/// - Source: Ubaru, Chen and Saad, Fast estimation of tr(f(A)) via stochastic Lanczos quadrature
///   (2017), algorithm 1.
public struct LanczosQuadrature: Sendable {
  /// Random sign vectors, at least 2.
  public var probes: Int
  /// The most Lanczos steps, at least 2.
  public var stepLimit: Int
  /// The change of the mean at which steps end, over its standard error.
  public var tolerance: Double
  /// How often the interval is to hold the value.
  public var level: Double
  /// What to do when the limit comes first.
  public var onNonConvergence: ConjugateGradients.NonConvergence
  /// The seed of the probes.
  public var seed: UInt64

  /// An estimator.
  public init(
    probes: Int = 30, stepLimit: Int = 200, tolerance: Double = 0.05, level: Double = 0.95,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError, seed: UInt64 = 0
  ) {
    self.probes = probes
    self.stepLimit = stepLimit
    self.tolerance = tolerance
    self.level = level
    self.onNonConvergence = onNonConvergence
    self.seed = seed
  }

  /// log det A of a positive definite operator.
  ///
  /// - Throws: `.notPositiveDefinite` when an eigenvalue that is not positive is met; else as
  ///   `trace(of:_:context:)`.
  public func logDeterminant<Element: Scalar>(
    of a: any SymmetricGramOperator<Element>, context: ExecutionContext = .default
  ) throws(MercerError) -> StochasticEstimate {
    try trace(of: a, context: context) { (x) throws(MercerError) in
      guard x > 0 else {
        throw MercerError(
          .notPositiveDefinite, "the logarithm of an eigenvalue near \(x) was asked for",
          remedy: "use a larger ridge, or products in double")
      }
      return Double.log(x)
    }
  }

  /// tr f(A).
  ///
  /// - Parameters:
  ///   - a: A, n × n.
  ///   - context: threads, memory limit and cancellation.
  ///   - f: a function of an eigenvalue, smooth over the spectrum of A.
  /// - Throws: `.invalidParameter`, `.didNotConverge`, what f throws, `.memoryLimit`, `.cancelled`.
  public func trace<Element: Scalar>(
    of a: any SymmetricGramOperator<Element>, context: ExecutionContext = .default,
    _ f: (Double) throws(MercerError) -> Double
  ) throws(MercerError) -> StochasticEstimate {
    let n = a.rowCount
    try checkProbes(probes, level: level)
    guard stepLimit >= 2, tolerance > 0 else {
      throw MercerError(.invalidParameter, "a quadrature takes at least 2 steps and a tolerance")
    }
    try context.checkMemory(
      6 * n * probes * MemoryLayout<Element>.stride, for: "\(probes) probes of \(n) numbers")
    var steps = LanczosRecurrence<Element>(
      signMatrix(rowCount: n, columnCount: probes, seed: seed, purpose: "quadrature probes"))
    var before: [Double]?
    var nextCheck = 4
    while true {
      try steps.advance(a, context)
      let isLast = steps.count >= min(stepLimit, n) || steps.isExhausted
      guard isLast || steps.count >= nextCheck else { continue }
      nextCheck = steps.count + max(2, steps.count / 5)
      let samples = try steps.quadratures(f).map { $0 * Double(n) }
      // Where the Krylov spaces are whole, the rule is exact.
      let isExact = steps.isExhausted || steps.count >= n
      let change =
        isExact ? 0 : abs(mean(samples) - (before.map(mean) ?? .infinity))
      let estimate = StochasticEstimate(
        samples: samples, level: level, products: steps.count * probes, quadratureError: change)
      if change <= tolerance * estimate.standardError
        || change <= 1e-12 * abs(estimate.value)
      {
        return estimate
      }
      if isLast {
        if onNonConvergence == .returnBest, change.isFinite { return estimate }
        throw MercerError(
          .didNotConverge,
          "a Lanczos quadrature still changes by \(change) after \(steps.count) steps, with a "
            + "standard error of \(estimate.standardError)",
          remedy: "allow more steps, or use a larger ridge")
      }
      before = samples
    }
  }

  private func mean(_ samples: [Double]) -> Double {
    samples.reduce(0, +) / Double(samples.count)
  }
}
