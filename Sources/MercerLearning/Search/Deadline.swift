import MercerCore

/// When work that takes longer than its budget has to come to an end.
struct Deadline: Sendable {
  private let start = ContinuousClock.now
  /// The seconds after which no further candidate is begun.
  let seconds: Double

  /// A budget may be overshot by half; nil is no end.
  init(budget: Double?) { seconds = budget.map { 1.5 * $0 } ?? .infinity }

  /// Whether it is over.
  var isPast: Bool {
    (ContinuousClock.now - start).seconds > seconds
  }
}
