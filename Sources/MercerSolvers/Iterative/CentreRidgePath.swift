public import MercerCore
import MercerOperators

/// The normal equations of a Nyström ridge, added up once, for any number of ridges.
///
/// In the coordinates of `CentreRidge` a ridge is added to the diagonal, so each costs a factorisation
/// of order m and no look at the rows; held-out rows can choose among them.
/// - Complexity: n m (d + m) + 2 m³ operations once, m³/3 a ridge; 24 m² bytes beside the tiles.
/// - Accuracy: that of the tiles; sums run in Double. With tiles in Float features are off by about
///   6e-8 / √κ in a direction in which K_mm has κ; `CentreRidge.solve` goes on from there.
public struct CentreRidgePath<Element: Scalar>: Sendable {
  private let system: CentreSystem<Element>
  /// L⁻¹ K_nmᵀ W K_nm L⁻ᵀ, m × m.
  private let normal: Matrix<Double>
  /// L⁻¹ K_nmᵀ W Y, m × k.
  private let moments: Matrix<Double>

  /// The number of centres, m.
  public var centreCount: Int { system.corner.order }
  /// What was added to the diagonal of K_mm.
  public var jitter: Double { system.jitter }

  /// Adds up the equations: one pass over the rows.
  ///
  /// - Parameters:
  ///   - cross: K_nm, n × m.
  ///   - exact: K_nm in Double, for what is done with the path later; nil for none.
  ///   - core: K_mm, m × m, in Double.
  ///   - targets: Y, n × k.
  ///   - weights: wᵢ, at least 0 each; nil for ones.
  ///   - leastRidge: the least λ that will be asked for.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: as `CentreRidge.solve`.
  public init(
    _ cross: any IndexableGramOperator<Element>,
    exact: (any IndexableGramOperator<Double>)? = nil, core: any IndexableGramOperator<Double>,
    targets: Matrix<Double>, weights: [Double]? = nil, leastRidge: Double,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    let (n, m, k) = (cross.rowCount, cross.columnCount, targets.columnCount)
    let solver = CentreRidge(ridge: leastRidge, method: .direct)
    try context.checkMemory(
      solver.byteCount(
        rowCount: n, centreCount: m, targetCount: k, threadCount: context.threadCount,
        as: Element.self), for: "the normal equations of \(m) centres")
    let system = try CentreSystem(
      cross, exact: exact, core: core, targets: targets, weights: weights, ridge: leastRidge,
      context: context)
    (normal, moments) = try system.whitenedNormal(targets, context: context)
    self.system = system
  }

  /// The factor of L⁻¹ K_nmᵀ W K_nm L⁻ᵀ + λ I.
  private func factor(ridge: Double, context: ExecutionContext) throws(MercerError) -> Cholesky<
    Double
  > {
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(.invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
    }
    var copy = normal
    return try takeFactor(of: &copy, plus: ridge, context: context)
  }

  /// a for one ridge, m × k.
  ///
  /// - Parameters:
  ///   - ridge: λ, above 0.
  ///   - context: threads, memory limit and cancellation.
  public func coefficients(
    ridge: Double, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let whitened = try factor(ridge: ridge, context: context).solve(moments, context: context)
    return try system.corner.solveTransposedFactor(whitened, context: context)
  }
}
