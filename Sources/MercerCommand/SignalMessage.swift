import Mercer
import MercerPlatform
import Synchronization

/// The last words of a process that a signal would end, where the reason is known. They are made
/// beforehand, since a signal handler can neither allocate nor wait.
struct SignalMessage {
  private struct Entry {
    var text: UnsafePointer<UInt8>?
    var count = 0
    var descriptor = STDERR_FILENO
    var exitStatus: Int32 = 1
    /// Whether what the message says is the reason.
    var applies: @Sendable () -> Bool = { false }
    /// What was done about the signal before.
    var earlier = sigaction()
  }

  /// By the number of the signal; never freed.
  nonisolated(unsafe) private static let entries: UnsafeMutablePointer<Entry> = {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: 32)
    entries.initialize(repeating: Entry(), count: 32)
    return entries
  }()

  /// Whether a thread is telling: several may meet the same trouble at once.
  private static let isTelling = Atomic(false)

  private let text: UnsafeBufferPointer<UInt8>
  private let exitStatus: Int32
  private let isJSON: Bool

  init(_ report: ErrorReport) {
    let json =
      Terminal.wantsJSON ? try? Terminal.json(["error": report]) : nil
    let words = json ?? report.text + "\n"
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: words.utf8.count)
    _ = bytes.initialize(from: words.utf8)
    text = UnsafeBufferPointer(bytes)
    isJSON = json != nil
    exitStatus = report.exitStatus
  }

  /// Tells it when this signal comes and the condition, which must be fit for a signal handler, holds.
  /// Otherwise the signal does what it did before.
  func tell(on number: Int32, when applies: @escaping @Sendable () -> Bool) {
    // Whatever is made at its first use is made now.
    _ = applies()
    _ = Self.isTelling.load(ordering: .relaxed)
    var entry = Entry()
    entry.text = text.baseAddress
    entry.count = text.count
    entry.descriptor = isJSON ? STDOUT_FILENO : STDERR_FILENO
    entry.exitStatus = exitStatus
    entry.applies = applies
    sigaction(number, nil, &entry.earlier)
    Self.entries[Int(number)] = entry
    signal(number) { number in
      let entry = SignalMessage.entries + Int(number)
      if entry.pointee.applies() {
        while SignalMessage.isTelling.exchange(true, ordering: .relaxed) { pause() }
        _ = write(entry.pointee.descriptor, entry.pointee.text, entry.pointee.count)
        _exit(entry.pointee.exitStatus)
      }
      // What raised it does so again; one that was sent comes again.
      sigaction(number, &entry.pointee.earlier, nil)
      if number == SIGABRT { raise(number) }
    }
  }
}
