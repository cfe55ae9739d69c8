import Mercer

/// Measures how fast all threads together do something that is repeated in small pieces.
struct RateMeter {
  let context: ExecutionContext
  /// The least wall-clock seconds of one run.
  let seconds: Double
  /// How many runs there are; the best one counts, as anything else only slows a bound.
  let runs: Int

  /// Units of work a second, of all threads together.
  ///
  /// - Parameters:
  ///   - units: what one repetition of one piece does, in any unit.
  ///   - work: does a piece, one for each thread, this many times over.
  func best(
    units: Double, _ work: @Sendable (_ piece: Int, _ repetitions: Int) -> Void
  ) throws(MercerError) -> Double {
    let pieces = context.threadCount
    func run(_ repetitions: Int) throws(MercerError) -> Double {
      let (_, spent) = try timed { () throws(MercerError) in
        try context.forEach(pieces) { piece in work(piece, repetitions) }
      }
      return spent
    }
    // Doubled until a run is long enough; which warms caches and clocks up, too.
    var repetitions = 1
    var least = try run(repetitions)
    while least < seconds {
      repetitions *= least < seconds / 16 ? 8 : 2
      least = try run(repetitions)
    }
    for _ in 1..<max(runs, 2) { least = min(least, try run(repetitions)) }
    return units * Double(pieces) * Double(repetitions) / least
  }
}

/// The median of wall-clock seconds, of more runs the shorter they are, 15 at most.
///
/// - Parameters:
///   - runs: the least number of runs.
///   - budget: seconds after which no run beyond those begins.
func medianSeconds(
  runs: Int, budget: Double, _ body: () throws(MercerError) -> Void
) throws(MercerError) -> Double {
  var all: [Double] = []
  var total = 0.0
  while all.count < runs || (total < budget && all.count < 15) {
    let (_, seconds) = try timed(body)
    all.append(seconds)
    total += seconds
  }
  all.sort()
  let middle = all.count / 2
  return all.count.isMultiple(of: 2) ? (all[middle - 1] + all[middle]) / 2 : all[middle]
}
