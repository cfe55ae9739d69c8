import MercerCore
import MercerKernels
import Synchronization

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
  private static let scoreTolerance = 1.3
  /// Above so many coordinates no full metric is learned.
  private static let transformLimit = 150
  /// How many settings of a round get the score proper; the others are behind by their squares.
  private static let scoredSettings = 6

  var plan: SearchPlan
  /// The ridges tried, if not to be chosen.
  var ridge: Double?
  /// The smallest ridge that the fit to all rows can solve for.
  var leastRidge = 0.0
  var seed: UInt64 = 0

  /// What one course holds at once on m rows, in bytes: K, a copy that is factorised, the matrix
  /// between training and validation rows, and tiles.
  private static func courseBytes(rows m: Int) -> Int { 16 * m * m }

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
    /// Whether the time was over before the plan was done.
    let stoppedEarly: Bool
  }

  /// What is tried, the most promising first.
  static func courses(on kept: [Int], of views: [SearchData.View]) -> [Course] {
    let first: [(Geometry, Course.Shape, Int)] = [
      (.productLaplace, .scales, 2), (.laplace, .scales, 2), (.laplace, .transform, 2),
      (.productLaplace, .transform, 1), (.matern, .scales, 1),
    ]
    let second: [(Geometry, Course.Shape, Int)] = [
      (.sharp, .scales, 1), (.gaussian, .scales, 1), (.twoScales, .scales, 1),
      (.network, .scales, 0), (.linearAndLaplace, .scales, 1),
      (.linearAndProductLaplace, .scales, 1), (.anova, .scales, 1), (.pairwise, .scales, 1),
    ]
    return [first, second].flatMap { group in
      kept.flatMap { view in
        group.compactMap { geometry, shape, rounds in
          let count = views[view].features.count
          guard shape == .scales || (2...transformLimit).contains(count) else { return nil }
          return Course(view: view, geometry: geometry, shape: shape, rounds: rounds)
        }
      }
    }
  }

  /// Searches.
  ///
  /// - Throws: `.invalidData` when rows cannot be split as the resampling asks; `.cancelled`.
  func run(
    _ data: SearchData, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> Result {
    var stream = RandomStream(seed: seed, purpose: "search rows")
    // In random order: a table may be sorted, and folds are cut from these rows as they stand.
    let order = stream.permutation(data.inputs.count)
    let views = try chooseViews(
      data, rows: Array(order.prefix(plan.preview.rows)), deadline, context)
    let courses = Array(
      Self.courses(on: views, of: data.views).prefix(plan.courseCount))
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
    for (candidate, weight) in zip(refined, weights) where weight > 0 {
      let base = try CourseRun(candidate.course, on: data, rows: rows)
        .kernel(round: candidate.round, settings: candidate.settings, context: context)
      let features = data.views[candidate.course.view].features
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
      stoppedEarly: deadline.isPast)
  }

  /// A round of a course and what is known of it.
  private struct Candidate: Sendable {
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

  // MARK: - The passes

  /// The score of the best plain kernel on any view: a first look at a table.
  func preview(
    _ data: SearchData, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> Double {
    var stream = RandomStream(seed: seed, purpose: "search rows")
    let rows = Array(stream.permutation(data.inputs.count).prefix(plan.preview.rows))
    return try viewScores(data, rows: rows, deadline, context).min() ?? .infinity
  }

  /// The views that plain kernels do best on, best first.
  private func chooseViews(
    _ data: SearchData, rows: [Int], _ deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    guard data.views.count > SearchPlan.viewCount else { return Array(data.views.indices) }
    let scores = try viewScores(data, rows: rows, deadline, context)
    return Array(Array(data.views.indices).stablySorted { scores[$0] }.prefix(SearchPlan.viewCount))
  }

  private func viewScores(
    _ data: SearchData, rows: [Int], _ deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    let settings = SearchPlan.previewedFactors.flatMap { factor in
      SearchPlan.previewedRidges.map {
        CourseRun.Setting(factor: factor, ridge: ridge ?? max($0, leastRidge))
      }
    }
    let jobs = data.views.indices.flatMap { view in
      SearchPlan.previewedGeometries.map { geometry in
        Job(
          course: Course(view: view, geometry: geometry, shape: .scales, rounds: 0),
          steps: [.init(settings: settings, teaching: nil)])
      }
    }
    let (found, _) = try run(
      jobs, data, rows: rows, stage: plan.preview, "comparing views", deadline, context)
    return data.views.indices.map { view in
      jobs.indices.filter { jobs[$0].course.view == view }.compactMap { job in
        found[job].first?.map(\.score).min()
      }.min() ?? .infinity
    }
  }

  private func screen(
    _ courses: [Course], _ data: SearchData, rows: [Int], _ deadline: Deadline,
    _ context: ExecutionContext
  ) throws(MercerError) -> [Candidate] {
    let ridges = ridge.map { [$0] } ?? SearchPlan.ridges.filter { $0 >= leastRidge }
    let settings = SearchPlan.factors.flatMap { factor in
      ridges.map { CourseRun.Setting(factor: factor, ridge: $0) }
    }
    let jobs = courses.map { course in
      Job(
        course: course,
        steps: (0...course.rounds).map { _ in .init(settings: settings, teaching: nil) })
    }
    let (found, _) = try run(
      jobs, data, rows: rows, stage: plan.screening, "comparing kernels", deadline, context)
    var candidates: [Candidate] = []
    for (place, rounds) in found.enumerated() {
      var chosen: [CourseRun.Setting] = []
      for (round, outcomes) in rounds.enumerated() {
        guard let best = outcomes.min(by: { $0.score < $1.score }) else { break }
        chosen.append(best.setting)
        guard courses[place].offers(round: round), best.score.isFinite else { continue }
        candidates.append(
          Candidate(
            course: courses[place], place: place, round: round, settings: chosen,
            score: best.score))
      }
    }
    return candidates.stablySorted { $0.score }
  }

  /// Settings about the best of the screening.
  private func neighbours(of setting: CourseRun.Setting) -> [CourseRun.Setting] {
    [0.75, 1.5].flatMap { factor in
      [0.3, 1, 3].compactMap { step in
        let candidate = ridge ?? max(setting.ridge * step, leastRidge)
        return .init(factor: setting.factor * factor, ridge: candidate)
      }
    }
  }

  private func refine(
    _ finalists: [Candidate], _ data: SearchData, rows: [Int], _ deadline: Deadline,
    _ context: ExecutionContext
  ) throws(MercerError) -> (candidates: [Candidate], validation: [Int]) {
    // Rounds of one course share their way.
    var groups: [[Candidate]] = []
    for finalist in finalists {
      if let group = groups.firstIndex(where: { $0[0].place == finalist.place }) {
        groups[group].append(finalist)
      } else {
        groups.append([finalist])
      }
    }
    let jobs = groups.map { group in
      let longest = group.max { $0.round < $1.round } ?? group[0]
      return Job(
        course: longest.course,
        steps: (0...longest.round).map { round in
          let isAsked = group.contains { $0.round == round }
          return .init(
            settings: isAsked ? neighbours(of: longest.settings[round]) : [],
            teaching: longest.settings[round])
        })
    }
    let (found, validation) = try run(
      jobs, data, rows: rows, stage: plan.refinement, "refining the best", deadline, context)
    var refined: [Candidate] = []
    for (group, rounds) in zip(groups, found) {
      for var candidate in group where candidate.round < rounds.count {
        guard let best = rounds[candidate.round].min(by: { $0.score < $1.score }),
          best.score.isFinite, let residuals = best.residuals
        else { continue }
        candidate.settings[candidate.round] = best.setting
        candidate.score = best.score
        candidate.residuals = residuals
        refined.append(candidate)
      }
    }
    guard !refined.isEmpty else {
      throw MercerError(
        .internalFailure, "no kernel could be fitted to any part of the table",
        remedy: "name one with --kernel")
    }
    let sorted = refined.stablySorted { $0.score }
    let bar = sorted[0].score * Self.scoreTolerance
    return (sorted.filter { $0.score <= bar }, validation)
  }

  // MARK: - The work

  private struct Job: Sendable {
    let course: Course
    let steps: [CourseRun.Step]
  }

  /// What a setting came to on all folds.
  private struct Outcome: Sendable {
    let setting: CourseRun.Setting
    let score: Double
    let residuals: Matrix<Double>?
  }

  /// Runs jobs on the folds of some rows, and joins the folds.
  ///
  /// - Returns: for each job and round the outcomes of its settings, fewer jobs when the time is over;
  ///   and the places of the validation rows, in the order of the residuals.
  private func run(
    _ jobs: [Job], _ data: SearchData, rows: [Int], stage: SearchPlan.Stage, _ name: String,
    _ deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> (outcomes: [[[Outcome]]], validation: [Int]) {
    let folds = data.resampling.folds(
      of: rows, count: stage.folds, repeats: stage.repeats, seed: seed)
    guard !folds.isEmpty else {
      throw MercerError(
        .invalidData, "the rows cannot be split into some to learn from and some to validate on",
        remedy: "there must be at least two groups, or two different times")
    }
    let validation = folds.flatMap(\.validation)
    let runs = jobs.map { CourseRun($0.course, on: data, rows: rows) }
    let found = Mutex([Int: [[CourseRun.Trial]]]())
    var single = context
    single.threadCount = 1
    single.progress = nil
    let inner = single
    var outer = context
    outer.threadCount = min(
      context.threadCount, max(1, context.memoryLimit / Self.courseBytes(rows: rows.count)))
    let taskCount = jobs.count * folds.count
    try outer.forEach(taskCount) { (task) throws(MercerError) in
      let (job, fold) = (task / folds.count, task % folds.count)
      // The first few always run, so that there is something to choose from.
      if deadline.isPast, job > 1 { return }
      let trials = try runs[job].run(folds[fold], steps: jobs[job].steps, context: inner)
      let done = found.withLock {
        $0[task] = trials
        return $0.count
      }
      context.progress?(WorkProgress(stage: name, fraction: Double(done) / Double(taskCount)))
    }
    let trials = found.withLock { $0 }
    let validated = validation.map { rows[$0] }
    let outcomes = Mutex([Int: [[Outcome]]]())
    try context.forEach(jobs.count) { (job) throws(MercerError) in
      let parts = folds.indices.compactMap { trials[job * folds.count + $0] }
      guard parts.count == folds.count else { return }
      let joined = jobs[job].steps.indices.map { round in
        Self.join(parts.map { $0[round] }, rows: validated, score: data.score)
      }
      outcomes.withLock { $0[job] = joined }
    }
    let joined = outcomes.withLock { $0 }
    return (jobs.indices.map { joined[$0] ?? [] }, validation)
  }

  /// The settings of a round over all folds: those with the least squares get the score proper.
  private static func join(
    _ folds: [[CourseRun.Trial]], rows: [Int], score: ([Int], Matrix<Double>) -> Double
  ) -> [Outcome] {
    let squares = folds[0].indices.map { setting in
      folds.reduce(0) { $0 + $1[setting].size * $1[setting].size }
    }
    let best = squares.indices.filter { squares[$0].isFinite }
      .stablySorted { squares[$0] }.prefix(scoredSettings)
    return best.map { setting in
      let parts = folds.compactMap { $0[setting].residuals }
      let residuals = Matrix<Double>(stacking: parts)
      return Outcome(
        setting: folds[0][setting].setting, score: score(rows, residuals), residuals: residuals)
    }
  }
}

extension RandomStream {
  fileprivate consuming func shuffled(_ rows: [Int]) -> [Int] {
    var stream = self
    return stream.permutation(rows.count).map { rows[$0] }
  }
}

extension Array {
  /// In increasing order of a key; what has the same key stays in its order.
  fileprivate func stablySorted(by key: (Element) -> Double) -> [Element] {
    enumerated().map { ($0.offset, $0.element, key($0.element)) }
      .sorted { $0.2 != $1.2 ? $0.2 < $1.2 : $0.0 < $1.0 }
      .map(\.1)
  }
}

extension Matrix<Double> {
  /// Matrices of one width below each other.
  fileprivate init(stacking parts: [Matrix<Float>]) {
    let rows = parts.reduce(0) { $0 + $1.rowCount }
    self.init(rowCount: rows, columnCount: parts.first?.columnCount ?? 0) { buffer in
      var next = 0
      for part in parts {
        part.withUnsafeBufferPointer { values in
          for value in values {
            buffer[next] = Double(value)
            next += 1
          }
        }
      }
    }
  }
}
