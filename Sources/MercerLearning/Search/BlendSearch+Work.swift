import MercerCore
import Synchronization

/// One pass of a search: courses on the folds of some rows, side by side, and the folds joined.
extension BlendSearch {
  struct Job: Sendable {
    let course: Course
    let steps: [CourseRun.Step]
  }

  /// What a setting came to on all folds.
  struct Outcome: Sendable {
    let setting: CourseRun.Setting
    let score: Double
    let residuals: Matrix<Double>?
  }

  /// Runs jobs on the folds of some rows, and joins the folds.
  ///
  /// - Returns: for each job and round the outcomes of its settings, fewer jobs when the time is over;
  ///   and the places of the validation rows, in the order of the residuals.
  func run(
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
    var single = context.keepingNothing
    single.threadCount = 1
    single.progress = nil
    let inner = single
    var outer = context
    outer.threadCount = min(
      context.threadCount, max(1, context.memoryLimit / Self.courseBytes(rows: rows.count)))
    let taskCount = jobs.count * folds.count
    let best = Mutex(Double.infinity)
    let keeper = context.keeper?.within(name)
    try outer.forEach(taskCount) { (task) throws(MercerError) in
      let (job, fold) = (task / folds.count, task % folds.count)
      let part = "\(job).\(fold)"
      let kept = keeper?.restored(part, CourseRun.Trial.rounds)
      // The first few always run, so that there is something to choose from.
      let isSkipped = kept.map(\.isEmpty) ?? (deadline.isPast && job > 1)
      var trials = kept ?? []
      if kept == nil {
        if !isSkipped {
          trials = try runs[job].run(folds[fold], steps: jobs[job].steps, context: inner)
        }
        keeper?.keep(part) { CourseRun.Trial.append(trials, to: &$0) }
      }
      if isSkipped { return }
      let done = found.withLock {
        $0[task] = trials
        return $0.count
      }
      guard let progress = context.progress else { return }
      // Of one fold, which is enough to see where the search has come to.
      let least = trials.last?.min { $0.size < $1.size }?.residuals
      let score = least.map {
        data.score(folds[fold].validation.map { rows[$0] }, Matrix(converting: $0))
      }
      let leastScore = best.withLock { best in
        best = min(best, score ?? .infinity)
        return best
      }
      progress(
        WorkProgress(
          stage: name, fraction: Double(done) / Double(taskCount), total: taskCount,
          detail: leastScore.isFinite ? "best so far: " + data.scoreText(leastScore) : ""))
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

extension Array {
  /// In increasing order of a key; what has the same key stays in its order.
  func stablySorted(by key: (Element) -> Double) -> [Element] {
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
