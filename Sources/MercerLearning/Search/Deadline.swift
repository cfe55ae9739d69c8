import MercerCore

/// When work that takes longer than its budget has to come to an end.
struct Deadline: Sendable {
  private let start: ContinuousClock.Instant
  /// The seconds after which no further candidate is begun.
  let seconds: Double

  /// How long a fit may take, however little it should, when nobody asked for a budget: what was planned
  /// for a small table is done on a slow or busy machine, too, and finds the same.
  private static let leastPatience = 60.0

  /// The seconds after which a fit begins nothing new: half as long again as was asked for, or planned.
  static func latestSeconds(asked: Double?, planned: Double) -> Double {
    asked.map { 1.5 * $0 } ?? max(1.5 * planned, leastPatience)
  }

  /// An end so many seconds from now. Work that goes on has taken some of them before.
  init(seconds: Double, secondsBefore: Double = 0) {
    self.seconds = seconds
    start = .now - .seconds(secondsBefore)
  }

  /// Whether it is over.
  var isPast: Bool {
    (ContinuousClock.now - start).seconds > seconds
  }
}
