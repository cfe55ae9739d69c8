import MercerCore

/// The passes of a search: views, then courses on the best of them, then the best rounds of these.
extension BlendSearch {
  /// The view that plain kernels do best on.
  func bestView(
    _ data: SearchData, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> Int {
    let scores = try viewScores(
      data, rows: Array(searchOrder(data).prefix(plan.preview.rows)), deadline, context)
    return scores.indices.min { scores[$0] < scores[$1] } ?? 0
  }

  /// What the best of a few kernels with learned scales misses on a view: a first look at a table. Plain
  /// kernels see little of a table with many columns, and that little may be another transform's.
  ///
  /// - Returns: the rows that were validated on, and codes less predictions there.
  func firstLook(
    _ data: SearchData, view: Int, deadline: Deadline, context: ExecutionContext
  ) throws(MercerError) -> (rows: [Int], residuals: Matrix<Double>)? {
    let rows = Array(searchOrder(data).prefix(plan.screening.rows))
    let (found, validation) = try run(
      previewJobs(view: view, rounds: SearchPlan.firstLookRounds), data, rows: rows,
      stage: plan.firstLook, "comparing transforms", deadline, context)
    let best = found.joined().joined().min { $0.score < $1.score }
    return best?.residuals.map { (validation.map { rows[$0] }, $0) }
  }

  /// The views that plain kernels do best on, best first.
  func chooseViews(
    _ data: SearchData, rows: [Int], _ deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> [Int] {
    guard data.views.count > SearchPlan.viewCount else { return Array(data.views.indices) }
    let scores = try viewScores(data, rows: rows, deadline, context)
    return Array(Array(data.views.indices).stablySorted { scores[$0] }.prefix(SearchPlan.viewCount))
  }

  private func viewScores(
    _ data: SearchData, rows: [Int], _ deadline: Deadline, _ context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    let jobs = data.views.indices.flatMap { previewJobs(view: $0, rounds: 0) }
    let (found, _) = try run(
      jobs, data, rows: rows, stage: plan.preview, "comparing views", deadline, context)
    return data.views.indices.map { view in
      jobs.indices.filter { jobs[$0].course.view == view }.compactMap { job in
        found[job].first?.map(\.score).min()
      }.min() ?? .infinity
    }
  }

  /// A few kernels with a few settings, and so many rounds of learned scales.
  private func previewJobs(view: Int, rounds: Int) -> [Job] {
    let settings = SearchPlan.previewedFactors.flatMap { factor in
      SearchPlan.previewedRidges.map {
        CourseRun.Setting(factor: factor, ridge: ridge ?? max($0, leastRidge))
      }
    }
    return SearchPlan.previewedGeometries.map { geometry in
      Job(
        course: Course(view: view, geometry: geometry, shape: .scales, rounds: rounds),
        steps: Array(repeating: .init(settings: settings, teaching: nil), count: rounds + 1))
    }
  }

  func screen(
    _ courses: [Course], _ data: SearchData, rows: [Int], _ deadline: Deadline,
    _ context: ExecutionContext
  ) throws(MercerError) -> [Candidate] {
    let ridges = ridge.map { [$0] } ?? Self.ridges(from: leastRidge)
    let settings = SearchPlan.factors.flatMap { factor in
      ridges.map { CourseRun.Setting(factor: factor, ridge: $0) }
    }
    let jobs = courses.map { course in
      Job(
        course: course,
        steps: (0...course.rounds).map { round in
          let teaching = course.teaching(ofRound: round)
          return .init(
            settings: teaching == nil || course.offers(round: round) ? settings : [],
            teaching: teaching)
        })
    }
    let (found, _) = try run(
      jobs, data, rows: rows, stage: plan.screening, "comparing kernels", deadline, context)
    var candidates: [Candidate] = []
    for (place, rounds) in found.enumerated() {
      var chosen: [CourseRun.Setting] = []
      for (round, outcomes) in rounds.enumerated() {
        guard let best = outcomes.min(by: { $0.score < $1.score }) else {
          guard let teaching = courses[place].teaching(ofRound: round) else { break }
          chosen.append(teaching)
          continue
        }
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

  /// The ridges to try, none below the least.
  private static func ridges(from least: Double) -> [Double] {
    let allowed = SearchPlan.ridges.filter { $0 >= least }
    return allowed.isEmpty ? [least] : allowed
  }

  func refine(
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
}
