public import MercerCore
import MercerKernels
import MercerOperators
import RealModule

/// The eigenlearning equations read from a sample: what the Gram matrix of n rows and its target tell
/// of the error at other numbers of rows.
///
/// The eigenvalues of a sample are not those of the kernel: the largest n of them carry the trace of
/// all. But each ridge δ on the sample belongs to one κ of the kernel, and what depends on κ alone can
/// be read there without bias. With the sample's eigenvalues μᵢ and pᵢ, the target's squared
/// coordinates in its eigenvectors:
///
/// ```
/// 1 / κ = Σ 1 / (μᵢ + δ)                    Σ Lᵢ = Σ μᵢ / (μᵢ + δ)
/// Σ Lᵢ² = Σ Lᵢ + κ d(Σ Lᵢ) / dκ             κ² Σ pᵢ / (μᵢ + δ)² (n − Σ Lᵢ²) = Σ (1 − Lᵢ)² vᵢ² + σ²
/// ```
///
/// the last being generalised cross-validation divided by the cost of overfitting. Below the least κ
/// that the sample shows well, where six tenths of its rows are modes, Σ Lᵢ goes on as a power of κ and
/// the unlearned part as a power of κ above a floor, both fitted to the last stretch.
/// - Source: as `Eigenlearning`; Golub, Heath and Wahba, Generalized cross-validation (1979); Wei, Hu and
///   Steinhardt, More than a toy (2022), for κ from the sample's trace.
public struct GramEigenlearning: Sendable {
  /// The number of rows of the sample.
  public let rowCount: Int
  /// σ²: what is not learned at any number of rows, as far as the sample tells.
  public var noise: Double { tail.floor }
  /// The mean square of the target, about 0.
  public let targetPower: Double

  /// Σ Lᵢ, Σ Lᵢ² and the unlearned part as functions of κ, ascending in log κ.
  private let samples: [Sample]
  /// How these go on below `samples[0]`.
  private let tail: SpectrumTail

  /// What one ridge on the sample shows.
  struct Sample: Sendable {
    /// log κ.
    let logKappa: Double
    /// Σ Lᵢ.
    let learned: Double
    /// Σ Lᵢ².
    let squares: Double
    /// Σ (1 − Lᵢ)² vᵢ² + σ².
    let unlearned: Double
  }

  /// The rows that the sample shows well are those beyond so many modes.
  private static let trustedShare = 0.6

  /// Reads a sample.
  ///
  /// - Parameters:
  ///   - gram: K, n × n, symmetric.
  ///   - targets: Y, n × k, of mean about 0; powers are summed over the columns.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: about 9 n³ operations, 3 n² doubles.
  /// - Throws: `.shapeMismatch`, `.invalidData` for fewer than two rows, a kernel without spread or a
  ///   target of zeros; `.memoryLimit`, `.internalFailure` from the eigendecomposition.
  public init(
    gram: consuming Matrix<Double>, targets: Matrix<Double>,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    let n = gram.rowCount
    guard targets.rowCount == n else {
      throw MercerError(.shapeMismatch, "\(n) rows of K have \(targets.rowCount) targets")
    }
    try context.checkMemory(24 * n * n, for: "the spectrum of \(n) rows")
    let eigen = try SymmetricEigen(gram)
    let rotated = try eigen.vectors.multiplied(by: targets, context: context)
    let powers = (0..<n).map { row in rotated.row(row).reduce(0) { $0 + $1 * $1 } }
    try self.init(eigenvalues: eigen.values, powers: powers)
  }

  /// Reads the eigenvalues of a sample's K and the squared coordinates of its target, in one order.
  ///
  /// - Throws: as the other initialiser.
  package init(eigenvalues: [Double], powers: [Double]) throws(MercerError) {
    let n = eigenvalues.count
    // Rounding can leave eigenvalues slightly below zero.
    let values = eigenvalues.map { max($0, 0) }
    let scale = values.reduce(0, +) / Double(max(n, 1))
    let power = powers.reduce(0, +) / Double(max(n, 1))
    guard n > 1, scale > 0, power > 0, scale.isFinite, power.isFinite else {
      throw MercerError(
        .invalidData,
        "a spectrum needs two rows, a kernel that is not zero and a target that varies")
    }
    rowCount = n
    targetPower = power
    // Ridges from where rounding ends to where nothing is learned, forty a decade of ten.
    let all = stride(from: -9.0, through: 5.0, by: 0.05).map { exponent in
      Self.sample(values, powers, ridge: scale * Double.pow(10, exponent))
    }
    let trusted = all.filter { $0.learned <= Self.trustedShare * Double(n) }
    samples = trusted.isEmpty ? Array(all.suffix(1)) : trusted
    tail = SpectrumTail(of: samples)
  }

  private static func sample(_ values: [Double], _ powers: [Double], ridge: Double) -> Sample {
    var (inverse, inverseSquare, learned, slope, missed) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (value, power) in zip(values, powers) {
      let r = 1 / (value + ridge)
      inverse += r
      inverseSquare += r * r
      learned += value * r
      slope += value * r * r
      missed += power * r * r
    }
    let n = Double(values.count)
    let kappa = 1 / inverse
    // dΣL/dκ = (dΣL/dδ) / (dκ/dδ), with dκ/dδ = κ² Σ 1/(μ + δ)².
    let squares = max(learned - slope / (kappa * inverseSquare), 0)
    return Sample(
      logKappa: Double.log(kappa), learned: learned, squares: squares,
      unlearned: kappa * kappa * missed * (n - squares))
  }

  /// Σ Lᵢ, Σ Lᵢ² and the unlearned part at κ.
  private func state(_ logKappa: Double) -> Sample {
    if logKappa < samples[0].logKappa { return tail.state(logKappa) }
    guard let next = samples.firstIndex(where: { $0.logKappa > logKappa }), next > 0 else {
      return samples[samples.count - 1]
    }
    let (a, b) = (samples[next - 1], samples[next])
    let t = (logKappa - a.logKappa) / (b.logKappa - a.logKappa)
    return Sample(
      logKappa: logKappa, learned: a.learned + t * (b.learned - a.learned),
      squares: a.squares + t * (b.squares - a.squares),
      unlearned: a.unlearned + t * (b.unlearned - a.unlearned))
  }

  /// The expected error at a number of rows.
  ///
  /// - Parameters:
  ///   - n: the number of rows, above 0.
  ///   - ridge: δ, above 0.
  /// - Returns: as `Eigenlearning.risk`, in squares of the targets.
  /// - Throws: `.invalidParameter` for rows or a ridge out of range.
  public func risk(rows n: Double, ridge: Double) throws(MercerError) -> Eigenlearning.Risk {
    guard n > 0, n.isFinite, ridge > 0, ridge.isFinite else {
      throw MercerError(.invalidParameter, "rows and the ridge must be finite and above 0")
    }
    var (low, high) = (-700.0, 700.0)
    for _ in 0..<100 where high - low > 1e-12 {
      let middle = (low + high) / 2
      if state(middle).learned + ridge / Double.exp(middle) > n {
        low = middle
      } else {
        high = middle
      }
    }
    let state = state(high)
    let overfitting = n / max(n - state.squares, n * 1e-9)
    return Eigenlearning.Risk(
      effectiveRidge: Double.exp(high), learned: state.learned, overfitting: overfitting,
      error: overfitting * state.unlearned)
  }

  /// The least expected error over ridges, as a learner that chooses its ridge anew would have it.
  ///
  /// - Throws: `.invalidParameter` for rows or ridges out of range, or no ridge.
  public func bestRisk(
    rows n: Double, ridges: [Double]
  ) throws(MercerError) -> Eigenlearning.Risk {
    var best: Eigenlearning.Risk?
    for ridge in ridges {
      let risk = try risk(rows: n, ridge: ridge)
      if risk.error < best?.error ?? .infinity { best = risk }
    }
    guard let best else {
      throw MercerError(.invalidParameter, "there is no ridge to choose from")
    }
    return best
  }
}
