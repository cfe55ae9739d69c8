public import MercerCore
import RealModule

/// The expected test error of kernel ridge regression at any number of rows, from the spectrum of the
/// kernel and what of the target lies along each eigenfunction.
///
/// With eigenvalues λᵢ of the kernel under the distribution of the inputs, target coefficients vᵢ and
/// noise σ², n rows and ridge δ:
///
/// ```
/// Σ λᵢ / (λᵢ + κ) + δ / κ = n         κ, the ridge that an infinite sample would see
/// Lᵢ = λᵢ / (λᵢ + κ)                   how much of mode i is learned; Σ Lᵢ ≤ n
/// E₀ = n / (n − Σ Lᵢ²)                 the cost of overfitting
/// error = E₀ (Σ (1 − Lᵢ)² vᵢ² + σ²)    the mean square error, noise of the test rows included
/// ```
/// - Units: powers vᵢ² and σ² in squares of the target's units; ridge as in `KernelRidge`, added to K
///   and not multiplied by n.
/// - Source: Simon, Dickens, Karkada and DeWeese, The eigenlearning framework (2023); Zhou,
///   Simon et al., An agnostic view on the cost of overfitting in (kernel) ridge regression (2023).
public struct Eigenlearning: Sendable, Equatable {
  /// λᵢ, all at least 0.
  public let eigenvalues: [Double]
  /// vᵢ², one for each eigenvalue; what the target has outside all modes belongs to the noise.
  public let powers: [Double]
  /// σ².
  public let noise: Double

  /// What is expected at a number of rows and a ridge.
  public struct Risk: Sendable, Equatable {
    /// κ.
    public let effectiveRidge: Double
    /// Σ Lᵢ, the number of modes that are learned; at most the number of rows.
    public let learned: Double
    /// E₀, at least 1.
    public let overfitting: Double
    /// The expected mean square error on rows not seen; infinite where as many modes as rows are fitted
    /// without a ridge.
    public let error: Double
  }

  /// A spectrum and a target.
  ///
  /// - Throws: `.shapeMismatch` when there is not one power an eigenvalue, `.invalidParameter` for
  ///   values that are negative or not finite, and when there is no eigenvalue above 0.
  public init(eigenvalues: [Double], powers: [Double], noise: Double) throws(MercerError) {
    guard eigenvalues.count == powers.count else {
      throw MercerError(
        .shapeMismatch, "\(eigenvalues.count) eigenvalues have \(powers.count) target powers")
    }
    guard (eigenvalues + powers + [noise]).allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw MercerError(
        .invalidParameter, "eigenvalues, powers and noise must be finite and at least 0")
    }
    guard eigenvalues.contains(where: { $0 > 0 }) else {
      throw MercerError(.invalidParameter, "a spectrum needs an eigenvalue above 0")
    }
    self.eigenvalues = eigenvalues
    self.powers = powers
    self.noise = noise
  }

  /// The expected error.
  ///
  /// - Parameters:
  ///   - n: the number of rows, above 0; it need not be whole.
  ///   - ridge: δ, at least 0.
  /// - Complexity: O(modes), some hundred times.
  /// - Throws: `.invalidParameter` for rows or a ridge out of range.
  public func risk(rows n: Double, ridge: Double) throws(MercerError) -> Risk {
    guard n > 0, n.isFinite, ridge >= 0, ridge.isFinite else {
      throw MercerError(
        .invalidParameter, "rows must be above 0 and the ridge at least 0, both finite")
    }
    let kappa = effectiveRidge(rows: n, ridge: ridge)
    var (learned, squares, unlearned) = (0.0, 0.0, 0.0)
    for (value, power) in zip(eigenvalues, powers) {
      let share = value > 0 ? value / (value + kappa) : 0
      learned += share
      squares += share * share
      unlearned += (1 - share) * (1 - share) * power
    }
    let free = n - squares
    let overfitting = free > 0 ? n / free : .infinity
    let missed = unlearned + noise
    return Risk(
      effectiveRidge: kappa, learned: learned, overfitting: overfitting,
      error: missed == 0 ? 0 : overfitting * missed)
  }

  /// κ, by bisection of its logarithm: the sum falls as κ grows. 0 without a ridge and with no more
  /// modes than rows.
  private func effectiveRidge(rows n: Double, ridge: Double) -> Double {
    let modes = eigenvalues.count { $0 > 0 }
    if ridge == 0, Double(modes) <= n { return 0 }
    let trace = eigenvalues.reduce(0, +)
    // At κ = (Σ λ + δ) / n the sum is below n, as each λ / (λ + κ) is below λ / κ.
    var high = Double.log((trace + ridge) / n)
    var low = high - 1
    func excess(_ logarithm: Double) -> Double {
      let kappa = Double.exp(logarithm)
      return eigenvalues.reduce(ridge / kappa - n) { $0 + $1 / ($1 + kappa) }
    }
    while excess(low) < 0, low > -700 { low -= high - low }
    for _ in 0..<100 where high - low > 1e-13 {
      let middle = (low + high) / 2
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    return Double.exp((low + high) / 2)
  }
}
