import MercerCore

/// When work that takes longer than its budget has to come to an end.
struct Deadline: Sendable {
  private let start: ContinuousClock.Instant
  /// The seconds after which no further candidate is begun.
  let seconds: Double

  /// A budget may be overshot by half; nil is no end. Work that goes on has taken some of it before.
  init(budget: Double?, secondsBefore: Double = 0) {
    seconds = budget.map { 1.5 * $0 } ?? .infinity
    start = .now - .seconds(secondsBefore)
  }

  /// Whether it is over.
  var isPast: Bool {
    (ContinuousClock.now - start).seconds > seconds
  }
}
