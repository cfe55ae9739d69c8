import MercerCore
import MercerKernels

/// Finds the kernels of a blend: courses over views of the table, kernels and learned metrics, each
/// scored on rows that its metric has not seen, in two passes, the second of the best on more rows
/// and other folds; then how much each counts.
///
/// What is tried follows from the plan and the seed alone, so that the result does not depend on the
/// number of threads.
/// - Complexity: that of the plan; for each course, round, fold, length scale and ridge m³/3
///   operations, m the training rows of a fold.
struct BlendSearch: Sendable {
  /// A kernel whose score is worse than the best one's by this factor is not blended.
  static let scoreTolerance = 1.3
  /// How many settings of a round get the score proper; the others are behind by their squares.
  static let scoredSettings = 6

  var plan: SearchPlan
  /// The ridges tried, if not to be chosen.
  var ridge: Double?
  /// The smallest ridge that the fit to all rows can solve for.
  var leastRidge = 0.0
  var seed: UInt64 = 0
  /// The only courses that are tried, for checks of one kind at a time; nil for all.
  var onlyKind: Course.Kind?

  /// What one course holds at once on m rows, in bytes: K, a copy that is factorised, the matrix
  /// between training and validation rows, and tiles.
  static func courseBytes(rows m: Int) -> Int { 16 * m * m }

  /// The most rows with which a few courses fit side by side in the memory.
  static func rowLimit(context: ExecutionContext) -> Int {
    max(20, Int((Double(context.memoryLimit) / Double(4 * courseBytes(rows: 1))).squareRoot()))
  }

  /// A kernel that was found.
  struct Member: Sendable {
    let kernel: any PointKernel<Double>
    let ridge: Double
    let weight: Double
  }

  struct Result: Sendable {
    /// The kernels of the blend, best first; their weights sum to 1.
    let members: [Member]
    /// All rounds of all courses that were refined, by score, then those that were not.
    let leaderboard: [KernelSearch.Candidate]
    /// The rows that metrics were learned from.
    let rows: [Int]
    /// Rows that were validated on, and codes less predictions of the blend there.
    let validation: (rows: [Int], residuals: Matrix<Double>)
    /// The rounds whose kernels the members are, in their order.
    let leaders: [Candidate]
    /// Whether the time was over before the plan was done.
    let stoppedEarly: Bool
  }

  /// Searches.
  ///
  /// - Throws: `.invalidData` when rows cannot be split as the resampling asks; `.cancelled`.
  func run(
    _ data: SearchData, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> Result {
    let order = searchOrder(data)
    let views = try chooseViews(
      data, rows: Array(order.prefix(plan.preview.rows)), deadline, context)
    let courses = courses(on: views, of: data.views)
    let screened = try screen(
      courses, data, rows: Array(order.prefix(plan.screening.rows)), deadline, context)
    // Other folds: what was best by chance on the first ones is not so again.
    let chosen = Array(order.prefix(plan.refinement.rows))
    let rows = RandomStream(seed: seed, purpose: "refinement rows").shuffled(chosen)
    let finalists = Array(screened.prefix(plan.finalistCount))
    let (refined, validated) = try refine(finalists, data, rows: rows, deadline, context)
    let validation = validated.map { rows[$0] }
    let weights = BlendWeights.choose(
      refined.map(\.residuals), limit: plan.memberLimit, repeats: plan.refinement.repeats
    ) { places, residuals in
      data.score(places.map { validation[$0] }, residuals)
    }
    var members: [Member] = []
    var leaders: [Candidate] = []
    for (candidate, weight) in zip(refined, weights) where weight > 0 {
      let base = try kernel(of: candidate, data, rows: rows, context)
      let features = data.views[candidate.course.view].features
      leaders.append(candidate)
      members.append(
        Member(
          kernel: features.count == data.inputs.dimension
            ? base : try ColumnsKernel(base, on: features),
          ridge: candidate.settings[candidate.round].ridge, weight: weight))
    }
    let passed = Set(refined.map { [$0.place, $0.round] })
    let board =
      refined.map { $0.entry(data, rows: rows.count) }
      + screened.filter { !passed.contains([$0.place, $0.round]) }
      .map { $0.entry(data, rows: plan.screening.rows) }
    // Of folds that were cut several times the first, so that each row is there once.
    let once = validation.count / plan.refinement.repeats
    let residuals = BlendWeights.blended(refined.map(\.residuals), weights)
    return Result(
      members: members, leaderboard: board, rows: rows,
      validation: (Array(validation.prefix(once)), residuals.rows(0..<once)),
      leaders: leaders,
      stoppedEarly: context.decided("stopped early") { deadline.isPast })
  }

  /// The rows in random order: a table may be sorted, and folds are cut from the first of these as they
  /// stand.
  func searchOrder(_ data: SearchData) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: "search rows")
    return stream.permutation(data.inputs.count)
  }

  /// A round of a course and what is known of it.
  struct Candidate: Sendable {
    let course: Course
    /// The course's place in the list.
    let place: Int
    let round: Int
    /// The best setting of each round up to this one.
    var settings: [CourseRun.Setting]
    var score: Double
    /// On all validation rows of the refinement; empty before.
    var residuals = Matrix<Double>(rowCount: 0, columnCount: 0)

    func entry(_ data: SearchData, rows: Int) -> KernelSearch.Candidate {
      KernelSearch.Candidate(
        kernel: course.name(round: round, view: data.views[course.view].name),
        ridge: settings[round].ridge, score: score, rows: rows)
    }
  }
}

extension RandomStream {
  fileprivate consuming func shuffled(_ rows: [Int]) -> [Int] {
    var stream = self
    return stream.permutation(rows.count).map { rows[$0] }
  }
}
