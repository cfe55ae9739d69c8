public import MercerCore
import MercerPlatform
import Synchronization

/// Shows progress on standard error: on a terminal as one line, drawn anew in place; elsewhere, such as
/// in a log, as a line every ten seconds.
public final class ProgressLine: Sendable {
  private struct State {
    var stage = ""
    var began = ContinuousClock.now
    var drawn = ContinuousClock.now
    var isVisible = false
  }
  private let state = Mutex(State())
  private let isTerminal: Bool
  private let write: @Sendable (String) -> Void

  /// A line that nothing is drawn on yet.
  public convenience init() {
    self.init(isTerminal: isatty(2) == 1) { StandardError.write($0) }
  }

  /// A line that is drawn by a function.
  package init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
    self.isTerminal = isTerminal
    self.write = write
  }

  /// Tells the news: at most ten times a second on a terminal, every ten seconds elsewhere.
  public func show(_ progress: WorkProgress) { show(progress, at: .now) }

  package func show(_ progress: WorkProgress, at now: ContinuousClock.Instant) {
    state.withLock { state in
      if state.stage != progress.stage {
        state.stage = progress.stage
        state.began = now
      }
      let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
      guard now - state.drawn >= pause else { return }
      state.drawn = now
      state.isVisible = true
      let text = Self.text(of: progress, spent: (now - state.began).seconds)
      write(isTerminal ? "\r\u{1b}[K\(text)" : text + "\n")
    }
  }

  /// Removes the line.
  public func clear() {
    state.withLock { state in
      if state.isVisible, isTerminal { write("\r\u{1b}[K") }
      state.isVisible = false
    }
  }

  /// `comparing kernels ██████······ 52 %, 31 of 60, 4.1/s, 7 s left, best error 0.21`.
  package static func text(of progress: WorkProgress, spent: Double) -> String {
    let share = min(max(progress.fraction, 0), 1)
    let filled = Int((share * 24).rounded(.down))
    var parts = [
      "\(progress.stage) " + String(repeating: "█", count: filled)
        + String(repeating: "·", count: 24 - filled) + " \(Int(share * 100)) %"
    ]
    if let total = progress.total, total > 1 {
      let done = share * Double(total)
      parts.append("\(NumberText.count(Int(done.rounded()))) of \(NumberText.count(total))")
      if spent >= 1, done > 0 {
        parts.append("\(NumberText.significant(done / spent, digits: 2))/s")
      }
    }
    // Before that, the time left is a guess.
    if share > 0.05, share < 1, spent >= 2 {
      parts.append("\(NumberText.seconds(spent / share - spent)) left")
    }
    if !progress.detail.isEmpty { parts.append(progress.detail) }
    return parts.joined(separator: ", ")
  }
}
