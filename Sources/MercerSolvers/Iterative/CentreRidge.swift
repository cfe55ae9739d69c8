public import MercerCore
import MercerOperators

/// Nyström kernel ridge regression: f(x) = Σⱼ aⱼ k(x, zⱼ) with m centres zⱼ, which minimises
/// Σᵢ wᵢ (yᵢ − f(xᵢ))² + λ aᵀ K_mm a. Any number of rows; K_nm is never stored.
///
/// All work is done in the coordinates β = Lᵀ a with L Lᵀ = K_mm, in which the penalty is λ ‖β‖² and
/// the condition is at most that of K_nm L⁻ᵀ, squared, over λ. Conjugate gradients solve
/// `(L⁻¹ K_nmᵀ W K_nm L⁻ᵀ + λ I) β = L⁻¹ K_nmᵀ W y` with a factor of an approximation as the
/// preconditioner:
/// - *direct*: the normal equations themselves, added up in one pass over the rows. The iteration only
///   removes the rounding of that sum and shows the residual that is left.
/// - *sampled*: their estimate from some multiple of m rows. It sees the spectrum as the rows have it, so
///   that some ten iterations do where Falkon takes a hundred.
/// - *Falkon*: (Σ wᵢ / m) LᵀL, what the sum would be if the rows were the centres. It takes the least
///   memory and time to make, and is good for uniform centres and a ridge that is not small.
/// - Complexity: direct 2 n m² + m³ operations, sampled 2 s m² + m³ with s = `sampledRowCount`, Falkon
///   m³; each iteration n m (d + 2 k). For the memory see `byteCount`.
/// - Accuracy: the tolerance, on the residual of the normal equations in the coordinates β, computed
///   anew from the solution.
/// - Source: Smola and Schölkopf, Sparse greedy matrix approximation (2000), for the model; Rudi,
///   Carratino and Rosasco, FALKON (2017), and Meanti, Carratino, Rosasco and Rudi, Kernel methods
///   through the roof (2020), for the preconditioner.
public struct CentreRidge: Sendable {
  /// How the normal equations are solved.
  public enum Method: String, Sendable, Codable {
    /// Direct where that takes no longer, else sampled.
    case automatic
    /// From their sum over all rows.
    case direct
    /// By iterations, preconditioned by their sum over sampled rows.
    case sampled
    /// By iterations, preconditioned by the kernel matrix of the centres.
    case falkon
  }

  /// How many rows a sample has: as many as make their sum and the passes that follow take least
  /// together; n where all of them do. An entry of a pass costs what some 60 multiply-adds of the sum
  /// do, and whitening a row as much as adding it.
  public static func sampledRowCount(rowCount n: Int, centreCount m: Int) -> Int {
    func cost(_ s: Int) -> Double {
      Double(s) * Double(m)
        + 60 * passes(rowCount: n, centreCount: m, sampledRowCount: s) * Double(n)
    }
    let choices = [1.5, 2, 3, 4, 5, 6, 8, 12, 16].map { min(n, Int($0 * Double(m))) } + [n]
    return choices.min { cost($0) < cost($1) } ?? n
  }

  /// About how many passes over the rows a fit takes that is preconditioned by a sum over s of them.
  ///
  /// Eigenvalues of a sample's sum are within a factor ((1 + ρ) / (1 − ρ))² with ρ² = m / s of those of
  /// the whole where all m directions count (Marchenko and Pastur 1967), and iterations are
  /// proportional to its root. How many of them was measured; some passes come before and after.
  public static func passes(
    rowCount n: Int, centreCount m: Int, sampledRowCount s: Int
  ) -> Double {
    guard s < n else { return 6 }
    let ratio = min(0.9, (Double(m) / Double(max(s, 1))).squareRoot())
    return 4 + 3 * (1 + ratio) / (1 - ratio)
  }

  /// λ, above 0, in the units of K: not multiplied by the number of rows.
  public var ridge: Double
  /// How the equations are solved.
  public var method: Method
  /// The relative residual to reach, ‖L⁻¹(K_nmᵀ W (y − K_nm a)) − λ β‖ / ‖L⁻¹ K_nmᵀ W y‖.
  public var tolerance: Double
  /// The most iterations, and the most that follow in Double.
  public var iterationLimit: Int
  /// The seed of sampled rows.
  public var seed: UInt64
  /// What to do when the limit comes first.
  public var onNonConvergence: ConjugateGradients.NonConvergence

  /// A solver with these limits.
  public init(
    ridge: Double, method: Method = .automatic, tolerance: Double = 1e-4, iterationLimit: Int = 200,
    seed: UInt64 = 0,
    onNonConvergence: ConjugateGradients.NonConvergence = .throwError
  ) {
    self.ridge = ridge
    self.method = method
    self.tolerance = tolerance
    self.iterationLimit = iterationLimit
    self.seed = seed
    self.onNonConvergence = onNonConvergence
  }

  /// The most bytes this takes beside inputs and targets.
  ///
  /// - Parameters:
  ///   - n: the number of rows.
  ///   - m: the number of centres.
  ///   - k: the number of targets.
  ///   - threadCount: the number of threads.
  ///   - type: the elements in which tiles are filled.
  public func byteCount<Element: Scalar>(
    rowCount n: Int, centreCount m: Int, targetCount k: Int, threadCount: Int, as type: Element.Type
  ) -> Int {
    let vectors = 80 * m * k + 8 * n * k + 8 * n
    // Sums of the parts, and a tile and sums for each thread.
    let products = max(32 << 20, 32 * m * k) + threadCount * 8 * (m * (8 + k) + (64 << 10))
    let method = resolved(n, m)
    if method == .falkon {
      let sum = NormalMatrix<Float, Float>.byteCount(
        order: m, rowCount: m, targetCount: 0, whitens: false, threadCount: threadCount)
      return vectors + products + 8 * m * m + sum
    }
    let rows = method == .direct ? n : Self.sampledRowCount(rowCount: n, centreCount: m)
    let sum = NormalMatrix<Double, Double>.byteCount(
      order: m, rowCount: rows, targetCount: k, whitens: true, threadCount: threadCount)
    return vectors + products + 8 * m * m + sum
  }

  func resolved(_ n: Int, _ m: Int) -> Method {
    guard method == .automatic else { return method }
    return Self.sampledRowCount(rowCount: n, centreCount: m) >= n ? .direct : .sampled
  }

  /// Solves for every column of the targets.
  ///
  /// - Parameters:
  ///   - cross: K_nm, n × m, whose tiles are filled in `Element`.
  ///   - exact: K_nm in Double, for right-hand side and true residual, where `cross` is in Float; nil
  ///     to take `cross` as it is.
  ///   - core: K_mm, m × m, in Double.
  ///   - targets: Y, n × k.
  ///   - weights: wᵢ, at least 0 each; nil for ones.
  ///   - context: threads, memory limit and cancellation.
  /// - Returns: a, m × k. `iterations` of the report counts passes over K_nm, `jitter` is what was
  ///   added to the diagonal of K_mm.
  /// - Throws: `.shapeMismatch`, `.invalidParameter`, `.invalidData` for weights,
  ///   `.notPositiveDefinite`, `.didNotConverge`, `.memoryLimit`, `.cancelled`.
  public func solve<Element: Scalar>(
    _ cross: any IndexableGramOperator<Element>,
    exact: (any IndexableGramOperator<Double>)? = nil, core: any IndexableGramOperator<Double>,
    targets: Matrix<Double>, weights: [Double]? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> Solution<Double> {
    let (m, k) = (cross.columnCount, targets.columnCount)
    try context.checkMemory(
      byteCount(
        rowCount: cross.rowCount, centreCount: m, targetCount: k,
        threadCount: context.threadCount, as: Element.self),
      for: "a fit with \(m) centres")
    let system = try CentreSystem(
      cross, exact: exact, core: core, targets: targets, weights: weights, ridge: ridge,
      context: context)
    switch resolved(cross.rowCount, m) {
    case .falkon:
      return try iterate(
        system, try system.moments(of: targets, context: context),
        try system.falkonPreconditioner(ridge: ridge, context: context), "Falkon", context)
    case .sampled:
      let rows = Self.sampledRowCount(rowCount: cross.rowCount, centreCount: m)
      var normal = try system.sampledNormal(rowCount: rows, seed: seed, context: context)
      let factor = try takeFactor(of: &normal, plus: ridge, context: context)
      return try iterate(
        system, try system.moments(of: targets, context: context),
        CholeskyPreconditioner<Double, Double>(factor), "normal equations of \(rows) rows", context)
    default:
      var (normal, moments) = try system.whitenedNormal(targets, context: context)
      let factor = try takeFactor(of: &normal, plus: ridge, context: context)
      return try iterate(
        system, moments, CholeskyPreconditioner<Double, Double>(factor), "normal equations",
        context)
    }
  }
}
