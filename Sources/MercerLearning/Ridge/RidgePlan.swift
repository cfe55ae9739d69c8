public import MercerCore
public import MercerSolvers

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
    /// A function of some of the rows, the centres, fitted to all of them (`CentreRidge`).
    case centres
    /// Block coordinate steps on a K computed block by block (`ASkotch`).
    case sketchAndProject
    /// Preconditioned stochastic gradient steps (`EigenPro`).
    case eigenPro
  }

  /// How it will be solved.
  public let method: Method
  /// How many columns of K the preconditioner of an iteration is made from; 0 when exact.
  public let rank: Int
  /// How many rows the function is a sum over: all of them, or the centres.
  public let centreCount: Int
  /// How the equations of the centres are solved, where there are centres.
  public let centreMethod: CentreRidge.Method
  /// Whether each value of the kernel is computed once and kept, as one is dear.
  public let keepsValues: Bool
  /// About how many seconds a core takes for a value of the kernel, beyond what its coordinates ask
  /// for.
  public let secondsPerEntry: Double
  /// The bytes this will allocate, beside the data.
  public let expectedBytes: Int
  /// One sentence for the user.
  public let reason: String

  private init(
    method: Method, rank: Int = 0, centreCount: Int, centreMethod: CentreRidge.Method = .automatic,
    keepsValues: Bool = false, secondsPerEntry: Double = 0, expectedBytes: Int, reason: String
  ) {
    self.method = method
    self.keepsValues = keepsValues
    self.secondsPerEntry = secondsPerEntry
    self.rank = rank
    self.centreCount = centreCount
    self.centreMethod = centreMethod
    self.expectedBytes = expectedBytes
    self.reason = reason
  }

  /// Up to how many rows a factorisation is preferred: its time grows as n³, and passes that of the
  /// iteration about here.
  public static let exactLimit = 20_000
  /// Up to how many rows the function is a sum over all of them: an iteration grows as n², and passes
  /// that on centres about here.
  public static let allRowsLimit = 50_000
  /// The seconds of one fit that centres are chosen for, when nothing else is said.
  public static let defaultSeconds = 300.0

  /// The plan for n rows and k columns of targets.
  ///
  /// - Parameters:
  ///   - n: the number of rows.
  ///   - k: the number of targets.
  ///   - d: the number of coordinates.
  ///   - seconds: how long a fit with centres may take.
  ///   - solver: the solver that was asked for.
  ///   - rowBytes: the bytes of the rows in Float, where they are not counted already.
  ///   - centreBytes: the bytes that a centre takes in copies for the threads.
  ///   - needsCentres: whether rows are too many to be all in the sum, however few they seem; the limit is
  ///     what they leave.
  ///   - context: threads and memory limit.
  /// - Throws: `.memoryLimit` when what was asked for, or not even the smallest method, fits.
  public static func plan(
    rowCount n: Int, targetCount k: Int, featureCount d: Int, seconds: Double = defaultSeconds,
    solver: RidgeSolver = .automatic, rowBytes: Int? = nil, centreBytes: Int = 0,
    needsCentres: Bool = false, context: ExecutionContext
  ) throws(MercerError) -> RidgePlan {
    let centres = CentreBudget(
      rowCount: n, targetCount: k, featureCount: d, rowBytes: rowBytes ?? 4 * n * d,
      centreBytes: centreBytes,
      memoryShare: needsCentres ? 0.85 : 2.0 / 3, seconds: seconds)
    guard solver == .automatic else { return try forced(solver, centres, context) }
    if needsCentres, let plan = centrePlan(centres, context: context) { return plan }
    let exact = ExactRidge().byteCount(rowCount: n)
    let limit = context.memoryLimit
    if n <= exactLimit, exact <= limit {
      return RidgePlan(
        method: .exact, centreCount: n, expectedBytes: exact,
        reason: "\(n) rows: a factorisation takes \(ByteCount(exact)) of \(ByteCount(limit))")
    }
    let tiled = bytes(
      rank: Self.rank(rowCount: n, targetCount: k, limit: limit), rowCount: n, targetCount: k)
    if n > allRowsLimit || tiled > limit,
      let plan = centrePlan(centres, context: context)
    {
      return plan
    }
    let why =
      n > exactLimit
      ? "\(n) rows: an iteration is faster than a factorisation"
      : "a factorisation would take \(ByteCount(exact)), more than \(ByteCount(limit))"
    return try iterative(n, k, because: why, limit: limit)
  }

  /// Conjugate gradients, on a stored K where it fits.
  private static func iterative(
    _ n: Int, _ k: Int, because why: String, limit: Int
  ) throws(MercerError) -> RidgePlan {
    let rank = Self.rank(rowCount: n, targetCount: k, limit: limit)
    let tiled = bytes(rank: rank, rowCount: n, targetCount: k)
    let stored = tiled + 4 * n * n
    if stored <= limit {
      return RidgePlan(
        method: .iterativeStored, rank: rank, centreCount: n, expectedBytes: stored,
        reason: "\(why); K is stored, as it is used many times (\(ByteCount(stored)))")
    }
    try checkFits(tiled, n, limit)
    return RidgePlan(
      method: .iterativeTiled, rank: rank, centreCount: n, expectedBytes: tiled,
      reason: "\(why); K is computed anew for each product, as \(ByteCount(stored)) would not fit")
  }

  private static func checkFits(_ bytes: Int, _ n: Int, _ limit: Int) throws(MercerError) {
    guard bytes <= limit else {
      throw MercerError(
        .memoryLimit,
        "a fit of \(n) rows needs at least \(ByteCount(bytes)), more than the limit of "
          + "\(ByteCount(limit))",
        remedy: "raise --memory, or use fewer rows")
    }
  }

  /// The plan with the solver that was asked for.
  private static func forced(
    _ solver: RidgeSolver, _ centres: CentreBudget, _ context: ExecutionContext
  ) throws(MercerError) -> RidgePlan {
    let (n, k, limit) = (centres.rowCount, centres.targetCount, context.memoryLimit)
    let why = "\(n) rows: --solver \(solver.rawValue)"
    func onAllRows(_ method: Method, _ bytes: Int) throws(MercerError) -> RidgePlan {
      try checkFits(bytes, n, limit)
      return RidgePlan(method: method, centreCount: n, expectedBytes: bytes, reason: why)
    }
    switch solver {
    case .automatic, .exact:
      return try onAllRows(.exact, ExactRidge().byteCount(rowCount: n))
    case .conjugateGradients:
      return try iterative(n, k, because: why, limit: limit)
    case .asketch:
      return try onAllRows(
        .sketchAndProject,
        ASkotch(ridge: 1).byteCount(rowCount: n, targetCount: k, as: Float.self) + centres.rowBytes)
    case .eigenpro:
      return try onAllRows(
        .eigenPro,
        EigenPro().byteCount(rowCount: n, targetCount: k, as: Float.self) + centres.rowBytes)
    case .centres, .falkon:
      let method = solver == .falkon ? CentreRidge.Method.falkon : .automatic
      guard let plan = centrePlan(centres, method: method, why: why, context: context) else {
        throw MercerError(
          .memoryLimit,
          "not even \(fewestCentres) centres for \(n) rows fit into \(ByteCount(limit))",
          remedy: "raise --memory, or use fewer rows")
      }
      return plan
    }
  }

  /// The least ridge that a search should try: below it an iteration with products in Float ends before
  /// its residual is small. Fits on centres go on in Double then.
  var leastRidge: Double { method == .exact ? 0 : 1e-3 }

  /// The plan of a sum over an eighth of the rows instead, where this is one over all of them that is
  /// iterated, and they are enough. Its residuals at the rows that it was fitted to are nearly those at
  /// others, so that they show what near rows have in common.
  func onFewCentres(rowCount n: Int) -> RidgePlan? {
    let isIterated = method == .iterativeStored || method == .iterativeTiled
    let m = n / Self.rowsOfFewCentre
    guard isIterated, m >= Self.leastFewCentres else { return nil }
    return RidgePlan(
      method: .centres, centreCount: m, secondsPerEntry: secondsPerEntry,
      expectedBytes: expectedBytes,
      reason:
        "\(n) rows: held-out rows are predicted better by a sum over \(m) of them, corrected by "
        + "what near rows have in common, than by one over all")
  }

  /// How many rows there are for each of few centres, and the fewest of those.
  private static let (rowsOfFewCentre, leastFewCentres) = (8, 1000)

  /// The same plan with what else must be in memory while it is carried out.
  func adding(bytes: Int) -> RidgePlan {
    RidgePlan(
      method: method, rank: rank, centreCount: centreCount, centreMethod: centreMethod,
      keepsValues: keepsValues, secondsPerEntry: secondsPerEntry,
      expectedBytes: expectedBytes + bytes, reason: reason)
  }

  /// The same plan for a kernel of which a value is dear: all are kept where memory allows. An exact fit
  /// in Float and an iteration would compute them several times.
  ///
  /// - Parameters:
  ///   - secondsPerEntry: what a value takes a core.
  ///   - n: the number of rows.
  ///   - k: the number of targets.
  ///   - mayChange: whether another method may be taken where K in Double does not fit.
  ///   - limit: the memory limit in bytes.
  package func pricing(
    secondsPerEntry: Double, rowCount n: Int, targetCount k: Int, mayChange: Bool, limit: Int
  ) -> RidgePlan {
    let text =
      secondsPerEntry < 1e-3
      ? "\((secondsPerEntry * 1e7).rounded(.up) / 10) µs"
      : "\((secondsPerEntry * 1e4).rounded(.up) / 10) ms"
    let (kept, anew) = (
      "; a value of the kernel takes about \(text), so each is computed once and kept",
      "; a value of the kernel takes about \(text), and is computed anew each time it is needed"
    )
    func changed(keeps: Bool, bytes: Int, _ why: String) -> RidgePlan {
      RidgePlan(
        method: method, rank: rank, centreCount: centreCount, centreMethod: centreMethod,
        keepsValues: keeps, secondsPerEntry: secondsPerEntry, expectedBytes: expectedBytes + bytes,
        reason: reason + why)
    }
    guard secondsPerEntry >= RememberedKernel.dearFrom else {
      return changed(keeps: false, bytes: 0, "")
    }
    switch method {
    case .exact where expectedBytes + 8 * n * n <= limit:
      return changed(keeps: true, bytes: 8 * n * n, kept)
    case .exact where mayChange:
      guard
        let plan = try? Self.iterative(n, k, because: "\(n) rows", limit: limit),
        plan.method == .iterativeStored
      else { return changed(keeps: false, bytes: 0, anew) }
      return plan.pricing(
        secondsPerEntry: secondsPerEntry, rowCount: n, targetCount: k, mayChange: false,
        limit: limit)
    case .iterativeStored: return changed(keeps: true, bytes: 0, kept)
    default: return changed(keeps: false, bytes: 0, anew)
    }
  }

  /// The least number of centres that is worth a fit.
  private static let fewestCentres = 100

  /// The passes over K that stochastic solvers take, more or less.
  private static let epochs = 60.0

  /// What the number of centres follows from.
  private struct CentreBudget {
    let rowCount: Int
    let targetCount: Int
    let featureCount: Int
    let rowBytes: Int
    let centreBytes: Int
    /// Of the memory limit, what sums over centres may take.
    let memoryShare: Double
    let seconds: Double
  }

  /// As many centres as time and memory allow; nil when not even a few fit.
  private static func centrePlan(
    _ budget: CentreBudget, method: CentreRidge.Method = .automatic, why: String? = nil,
    context: ExecutionContext
  ) -> RidgePlan? {
    let (n, k, limit) = (budget.rowCount, budget.targetCount, context.memoryLimit)
    func bytes(_ m: Int) -> Int {
      CentreRidge(ridge: 1, method: method).byteCount(
        rowCount: n, centreCount: m, targetCount: k, threadCount: context.threadCount,
        as: Float.self) + budget.rowBytes + m * budget.centreBytes
    }
    var m = max(n / 2, min(n, fewestCentres))
    while m > fewestCentres,
      Double(bytes(m)) > budget.memoryShare * Double(limit)
        || centreSeconds(n, m, k, budget.featureCount) > budget.seconds
    {
      m = m * 19 / 20
    }
    guard bytes(m) <= limit else { return nil }
    return RidgePlan(
      method: .centres, centreCount: m, centreMethod: method, expectedBytes: bytes(m),
      reason: "\(why ?? "\(n) rows"): the function is a sum over \(m) of them, fitted to all")
  }

  /// About how long a fit of n rows on m centres takes, on two cores of the machine of
  /// `docs/benchmarks.md`, with what a value of the kernel takes a core beyond its coordinates.
  private static func centreSeconds(
    _ n: Int, _ m: Int, _ k: Int, _ d: Int, secondsPerEntry: Double = 0
  ) -> Double {
    let sampled = CentreRidge.sampledRowCount(rowCount: n, centreCount: m)
    let passes = CentreRidge.passes(rowCount: n, centreCount: m, sampledRowCount: sampled)
    let (s, m, k, d) = (Double(sampled), Double(m), Double(k), Double(d))
    return s * m * (2 * m / 1.5e11 + (d + 20) / 7e10) + m * m * m / 1.5e11
      + passes * Double(n) * m * ((d + 20) / 7e10 + k / 1e10 + secondsPerEntry / 2)
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
  package func expectedSeconds(rowCount: Int, targetCount: Int, featureCount: Int) -> Double {
    let (n, k, d) = (Double(rowCount), Double(targetCount), Double(featureCount))
    let tiles = n * n / 2 * ((d + 20) / 3e10 + secondsPerEntry / 2)
    switch method {
    case .exact:
      // A factorisation and the diagonal of the inverse; the factor in Float is corrected by products.
      let corrections = keepsValues || rowCount < ExactRidge.mixedFrom ? 0 : 8 * tiles
      return tiles + corrections + 2.0 / 3 * n * n * n
        / (rowCount < ExactRidge.mixedFrom ? 1e11 : 2.2e11)
        + 40 * n * n * k / 4e10
    case .iterativeStored: return tiles + 60 * n * n * (1 + k / 8) / 2.5e9
    case .iterativeTiled: return 60 * (2 * tiles + n * n * k / 2e10)
    case .sketchAndProject, .eigenPro: return Self.epochs * (2 * tiles + n * n * k / 2e10)
    case .centres:
      return Self.centreSeconds(
        rowCount, centreCount, targetCount, featureCount, secondsPerEntry: secondsPerEntry)
    }
  }
}
