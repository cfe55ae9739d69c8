/// Keeps finished parts of long work outside the process, so that work that was ended, by whatever,
/// goes on where it was.
///
/// A part has a name, which the work gives it, and bytes. What a run decides follows from its input and
/// from the parts that are kept, so a run that goes on comes to the very result of one that was left
/// alone.
public protocol WorkStore: Sendable {
  /// The seconds that the work had taken when the last part was kept; 0 for work that begins.
  var secondsBefore: Double { get }
  /// Every how many seconds an iteration should keep its state.
  var stateInterval: Double { get }

  /// What was kept of a part; nil when nothing was.
  func bytes(ofPart name: String) -> [UInt8]?

  /// Keeps a finished part. Where that is not possible the part will be worked out again, no more.
  func keep(_ bytes: [UInt8], ofPart name: String)

  /// Keeps how far an unfinished part has come, in place of what was kept of it before.
  func replace(_ bytes: [UInt8], ofPart name: String)
}

/// A place in a store for one stage of work: names of parts are those within the stage.
public struct WorkKeeper: Sendable {
  private let store: any WorkStore
  private let prefix: String

  /// All of a store.
  public init(_ store: any WorkStore) { self.init(store: store, prefix: "") }

  private init(store: any WorkStore, prefix: String) {
    self.store = store
    self.prefix = prefix
  }

  /// The seconds that the work had taken when the last part was kept.
  public var secondsBefore: Double { store.secondsBefore }

  /// The place of a stage within this one.
  public func within(_ stage: String) -> WorkKeeper {
    WorkKeeper(store: store, prefix: "\(prefix)\(stage)/")
  }

  /// A part that was kept; nil when it was not, or is not what the closure reads.
  public func restored<Value>(
    _ part: String, _ read: (inout WorkReader) throws(WorkReader.Mismatch) -> Value
  ) -> Value? {
    guard let bytes = store.bytes(ofPart: prefix + part) else { return nil }
    var reader = WorkReader(bytes)
    do throws(WorkReader.Mismatch) {
      let value = try read(&reader)
      return reader.isAtEnd ? value : nil
    } catch { return nil }
  }

  /// Keeps a part that is finished.
  public func keep(_ part: String, _ write: (inout WorkWriter) -> Void) {
    var writer = WorkWriter()
    write(&writer)
    store.keep(writer.bytes, ofPart: prefix + part)
  }

  /// What tells when an iteration should keep its state next.
  public func stateClock() -> StateClock { StateClock(interval: store.stateInterval) }

  /// Keeps how far an iteration has come, when it is time to.
  public func keepState(
    of part: String, _ clock: inout StateClock?, _ write: (inout WorkWriter) -> Void
  ) {
    guard clock?.isDue == true else { return }
    var writer = WorkWriter()
    write(&writer)
    store.replace(writer.bytes, ofPart: prefix + part)
    clock?.last = .now
  }

  /// When the state of an iteration was kept last.
  public struct StateClock: Sendable {
    fileprivate let interval: Double
    fileprivate var last = ContinuousClock.now

    fileprivate init(interval: Double) { self.interval = interval }

    fileprivate var isDue: Bool { (ContinuousClock.now - last).seconds >= interval }
  }
}

extension ExecutionContext {
  /// The same context for a stage of the work, which keeps its parts under this name.
  public func within(_ stage: String) -> ExecutionContext {
    var copy = self
    copy.keeper = keeper?.within(stage)
    return copy
  }

  /// The same context for work of which nothing is kept.
  public var keepingNothing: ExecutionContext {
    var copy = self
    copy.keeper = nil
    return copy
  }

  /// What a clock, or anything else outside the input, has decided: asked once, and kept.
  public func decided(_ part: String, _ ask: () -> Bool) -> Bool {
    if let kept = keeper?.restored(
      part,
      { reader throws(WorkReader.Mismatch) in
        try reader.integer() == 1
      })
    {
      return kept
    }
    let answer = ask()
    keeper?.keep(part) { $0.append(answer ? 1 : 0) }
    return answer
  }
}
