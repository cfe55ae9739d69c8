import MercerCore
import MercerKernels

// What a search keeps as it goes, so that it can go on after it was ended.

extension CourseRun.Trial {
  /// Appends the trials of all rounds of a course on one fold.
  static func append(_ rounds: [[CourseRun.Trial]], to writer: inout WorkWriter) {
    writer.append(rounds.count)
    for trials in rounds {
      writer.append(trials.count)
      for trial in trials {
        writer.append(trial.setting.factor)
        writer.append(trial.setting.ridge)
        writer.append(trial.size)
        writer.append(trial.residuals == nil ? 0 : 1)
        if let residuals = trial.residuals { writer.append(residuals) }
      }
    }
  }

  /// Reads what `append` wrote.
  static func rounds(
    _ reader: inout WorkReader
  ) throws(WorkReader.Mismatch) -> [[CourseRun.Trial]] {
    var rounds: [[CourseRun.Trial]] = []
    for _ in 0..<(try reader.count()) {
      var trials: [CourseRun.Trial] = []
      for _ in 0..<(try reader.count()) {
        let setting = CourseRun.Setting(factor: try reader.number(), ridge: try reader.number())
        let size = try reader.number()
        let hasResiduals = try reader.integer() == 1
        trials.append(
          CourseRun.Trial(
            setting: setting, residuals: hasResiduals ? try reader.matrix(of: Float.self) : nil,
            size: size))
      }
      rounds.append(trials)
    }
    return rounds
  }
}

extension BlendSearch {
  /// The kernel of a round, its metric learned from all rows of the refinement; kept as its text, which
  /// gives an equal kernel.
  func kernel(
    of candidate: Candidate, _ data: SearchData, rows: [Int], _ context: ExecutionContext
  ) throws(MercerError) -> any PointKernel<Double> {
    let part = "kernel \(candidate.place).\(candidate.round)"
    if let text = context.keeper?.restored(
      part,
      { reader throws(WorkReader.Mismatch) in
        try reader.text()
      })
    {
      return try makeKernel(parsing: text, of: Double.self)
    }
    let found = try CourseRun(candidate.course, on: data, rows: rows)
      .kernel(
        round: candidate.round, settings: candidate.settings,
        context: context.keepingNothing)
    context.keeper?.keep(part) { $0.append(found.description) }
    return found
  }
}
