import Foundation
public import MercerCore
import Synchronization

/// Shows progress as one line on a terminal, drawn anew in place; silent when standard error is not
/// a terminal.
public final class ProgressLine: Sendable {
  private struct State {
    var stage = ""
    var began = ContinuousClock.now
    var drawn = ContinuousClock.now - .seconds(1)
    var isVisible = false
  }
  private let state = Mutex(State())

  /// A line that nothing is drawn on yet.
  public init() {}

  /// Whether there is a terminal to draw on.
  public static var isUseful: Bool { isatty(2) == 1 }

  /// Draws the news, at most ten times a second.
  public func show(_ progress: WorkProgress) {
    state.withLock { state in
      let now = ContinuousClock.now
      if state.stage != progress.stage {
        state.stage = progress.stage
        state.began = now
      }
      guard now - state.drawn > .milliseconds(100) || progress.fraction >= 1 else { return }
      state.drawn = now
      state.isVisible = true
      let filled = Int((progress.fraction * 24).rounded())
      let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: 24 - filled)
      let spent = Double((now - state.began).components.seconds)
      let left =
        progress.fraction > 0.05 && spent >= 2
        ? ", \(NumberText.seconds(spent / progress.fraction - spent)) left" : ""
      let detail = progress.detail.isEmpty ? "" : ", \(progress.detail)"
      let percent = Int(progress.fraction * 100)
      write("\r\u{1b}[K\(progress.stage) \(bar) \(percent) %\(left)\(detail)")
    }
  }

  /// Removes the line.
  public func clear() {
    state.withLock { state in
      if state.isVisible { write("\r\u{1b}[K") }
      state.isVisible = false
    }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
