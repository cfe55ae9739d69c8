public import MercerCore
import MercerSolvers

/// How a kernel ridge regression will be solved, and why: decided from the size and the limits
/// before the work begins.
public struct RidgePlan: Sendable, Equatable {
  /// The ways to solve.
  public enum Method: String, Sendable, Codable {
    /// A factorisation, with leave-one-out residuals.
    case exact
    /// Conjugate gradients on a stored K.
    case iterativeStored
    /// Conjugate gradients on a K computed tile by tile at each product.
    case iterativeTiled
  }

  /// How it will be solved.
  public let method: Method
  /// How many columns of K the preconditioner of an iteration is made from; 0 when exact.
  public let rank: Int
  /// The bytes this will allocate, beside the data.
  public let expectedBytes: Int
  /// One sentence for the user.
  public let reason: String

  /// Up to how many rows a factorisation is preferred: its time grows as n³, and passes that of the
  /// iteration about here.
  public static let exactLimit = 20_000

  /// The plan for n rows and k columns of targets.
  ///
  /// - Throws: `.memoryLimit` when not even the smallest method fits.
  public static func plan(
    rowCount n: Int, targetCount k: Int, context: ExecutionContext
  ) throws(MercerError) -> RidgePlan {
    let exact = ExactRidge().byteCount(rowCount: n)
    let limit = context.memoryLimit
    if n <= exactLimit, exact <= limit {
      return RidgePlan(
        method: .exact, rank: 0, expectedBytes: exact,
        reason: "\(n) rows: a factorisation takes \(ByteCount(exact)) of \(ByteCount(limit))")
    }
    let rank = Self.rank(rowCount: n, targetCount: k, limit: limit)
    let tiled = bytes(rank: rank, rowCount: n, targetCount: k)
    let stored = tiled + 4 * n * n
    let why =
      n > exactLimit
      ? "\(n) rows: an iteration is faster than a factorisation"
      : "a factorisation would take \(ByteCount(exact)), more than \(ByteCount(limit))"
    if stored <= limit {
      return RidgePlan(
        method: .iterativeStored, rank: rank, expectedBytes: stored,
        reason: "\(why); K is stored, as it is used many times (\(ByteCount(stored)))")
    }
    guard tiled <= limit else {
      throw MercerError(
        .memoryLimit,
        "a fit of \(n) rows needs at least \(ByteCount(tiled)), more than the limit of "
          + "\(ByteCount(limit))",
        remedy: "raise --memory, or use fewer rows")
    }
    return RidgePlan(
      method: .iterativeTiled, rank: rank, expectedBytes: tiled,
      reason: "\(why); K is computed anew for each product, as \(ByteCount(stored)) would not fit")
  }

  private static func bytes(rank: Int, rowCount n: Int, targetCount k: Int) -> Int {
    IterativeRidge(rank: rank).byteCount(rowCount: n, targetCount: k, as: Float.self)
  }

  /// The largest useful rank that leaves half of the memory to the rest.
  private static func rank(rowCount n: Int, targetCount k: Int, limit: Int) -> Int {
    var rank = min(IterativeRidge().rank, max(n / 4, 1))
    while rank > 50, bytes(rank: rank, rowCount: n, targetCount: k) > limit / 2 { rank /= 2 }
    return rank
  }

  /// About how long one fit takes, in seconds on two cores of the machine of `docs/benchmarks.md`.
  func expectedSeconds(rowCount: Int, targetCount: Int, featureCount: Int) -> Double {
    let (n, k, d) = (Double(rowCount), Double(targetCount), Double(featureCount))
    let tiles = n * n / 2 * (d + 20) / 3e10
    switch method {
    case .exact:
      // A factorisation and the diagonal of the inverse.
      return tiles + 2.0 / 3 * n * n * n / (rowCount < ExactRidge.mixedFrom ? 1e11 : 2.2e11)
        + 40 * n * n * k / 4e10
    case .iterativeStored: return tiles + 60 * n * n * (1 + k / 8) / 2.5e9
    case .iterativeTiled: return 60 * (2 * tiles + n * n * k / 2e10)
    }
  }
}
