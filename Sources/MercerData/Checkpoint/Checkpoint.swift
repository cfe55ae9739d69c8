public import MercerCore
import MercerPlatform
import Synchronization

/// A directory in which a run keeps what it has finished, so that the same run goes on from there after
/// it was ended.
///
/// `manifest.json` says of which run, `journal` has the finished parts, and files `state.*` how far
/// unfinished ones have come. The directory is made when the first seconds are over: what takes no
/// longer is begun anew as fast. What cannot be written is not kept, and the run goes on.
public final class Checkpoint: WorkStore, Sendable {
  private static let manifestName = "manifest.json"
  private static let journalName = "journal"
  private static let statePrefix = "state."

  /// Where it is.
  public let directory: String
  /// Seconds between two states of an iteration.
  public let stateInterval: Double
  /// Seconds of work in the runs before.
  public let secondsBefore: Double
  private let manifest: CheckpointManifest?
  private let makeManifest: @Sendable () -> CheckpointManifest?
  private let delay: Double
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var journal: CheckpointJournal?
    /// Parts of the first seconds, which are not written yet.
    var waiting: [(name: String, bytes: [UInt8])] = []
    /// Nothing can be written, or the run is over.
    var isClosed = false
    var flushed = ContinuousClock.now
  }

  /// A checkpoint of a run that begins.
  ///
  /// - Parameters:
  ///   - directory: where; made when it is needed, with the directories around it.
  ///   - delay: seconds before anything is written.
  ///   - stateInterval: seconds between two states of an iteration.
  ///   - manifest: says what the run is; asked for when the checkpoint is made, which it is not for
  ///     nil.
  public init(
    directory: String, delay: Double = 5, stateInterval: Double = 20,
    manifest: @escaping @Sendable () -> CheckpointManifest?
  ) {
    self.directory = directory
    self.delay = delay
    self.stateInterval = stateInterval
    self.manifest = nil
    makeManifest = manifest
    secondsBefore = 0
    state = Mutex(State())
  }

  /// A checkpoint to go on from, or a new one where there is none.
  ///
  /// - Parameters:
  ///   - directory: where.
  ///   - manifest: what the run is.
  ///   - stateInterval: seconds between two states of an iteration.
  /// - Throws: `.invalidParameter` and `.invalidData` when the checkpoint is of another run, or of
  ///   another content of its files; `.unwritableFile` when it cannot be written, or a process is at
  ///   work on it.
  public init(
    resuming directory: String, manifest: CheckpointManifest, stateInterval: Double = 20
  ) throws(MercerError) {
    self.directory = directory
    delay = 0
    self.stateInterval = stateInterval
    self.manifest = manifest
    makeManifest = { manifest }
    let old = CheckpointManifest(readingFrom: "\(directory)/\(Self.manifestName)")
    if let old { try old.check(manifest, in: directory) }
    var made = State()
    made.journal = Self.journal(in: directory, of: manifest, isNew: old == nil)
    guard let journal = made.journal else {
      throw MercerError(
        .unwritableFile,
        "the checkpoint cannot be used: another run is at work on it, or the "
          + "directory may not be written", at: .init(file: directory),
        remedy: "wait for that run, or leave out --resume")
    }
    var seconds = journal.seconds
    for file in Self.stateFiles(in: directory) {
      seconds = max(seconds, Self.secondsOfState(file))
    }
    secondsBefore = old == nil ? 0 : seconds
    state = Mutex(made)
  }

  deinit { state.withLock { $0.journal?.close() } }

  /// Whether there is a checkpoint in a directory.
  public static func exists(in directory: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(directory)/\(manifestName)")
  }

  /// Whether something is kept that a run could go on from.
  public var isKept: Bool { state.withLock { $0.journal != nil } }

  /// What was kept of a part; nil for nothing.
  public func bytes(ofPart name: String) -> [UInt8]? {
    state.withLock { state -> [UInt8]? in
      guard let journal = state.journal else { return nil }
      if let bytes = journal.bytes(ofPart: name) { return bytes }
      guard let file = FileManager.default.contents(atPath: stateFile(name)) else { return nil }
      return CheckpointJournal.part(name, inFile: Array(file))?.bytes
    }
  }

  /// Appends a part that is finished; a state of the same name is no longer needed.
  public func keep(_ bytes: [UInt8], ofPart name: String) {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.waiting.append((name, bytes))
      guard seconds >= delay, begin(&state) else { return }
      let waiting = state.waiting
      state.waiting = []
      for (name, bytes) in waiting {
        guard state.journal?.append(bytes, ofPart: name, seconds: secondsSoFar) == true else {
          return close(&state)
        }
        // What came before it is no longer needed.
        unlink(stateFile(name))
      }
      if (ContinuousClock.now - state.flushed).seconds > 30 {
        state.journal?.flush()
        state.flushed = .now
      }
    }
  }

  /// Keeps the state of a part in place of the one before.
  public func replace(_ bytes: [UInt8], ofPart name: String) {
    let isReady = state.withLock { !$0.isClosed && seconds >= delay && begin(&$0) }
    guard isReady else { return }
    let file = CheckpointJournal.file(bytes, ofPart: name, seconds: secondsSoFar)
    do throws(MercerError) {
      try AtomicFile.write(file, to: stateFile(name))
    } catch {
      state.withLock { close(&$0) }
    }
  }

  /// Ends the checkpoint, and removes it: the work is done, or begins anew.
  public func discard() {
    state.withLock { close(&$0) }
    Self.remove(directory)
  }

  /// Removes a checkpoint that an earlier run has left, if there is one.
  public static func remove(_ directory: String) {
    guard exists(in: directory) else { return }
    for file in stateFiles(in: directory) { unlink(file) }
    AtomicFile.removeAbandoned(in: directory)
    unlink("\(directory)/\(journalName)")
    unlink("\(directory)/\(manifestName)")
    rmdir(directory)
  }

  // MARK: Steps

  /// Seconds of this sitting.
  private var seconds: Double { (ContinuousClock.now - start).seconds }
  private var secondsSoFar: Double { secondsBefore + seconds }

  /// Makes the directory where that was not done.
  private func begin(_ state: inout State) -> Bool {
    if state.journal != nil { return true }
    if let manifest = makeManifest() {
      Self.remove(directory)
      state.journal = Self.journal(in: directory, of: manifest, isNew: true)
    }
    if state.journal == nil { close(&state) }
    return state.journal != nil
  }

  private func close(_ state: inout State) {
    state.isClosed = true
    state.waiting = []
    state.journal?.close()
    state.journal = nil
  }

  private static func journal(
    in directory: String, of manifest: CheckpointManifest, isNew: Bool
  ) -> CheckpointJournal? {
    if isNew {
      let manager = FileManager.default
      // What is there and not ours is left alone.
      let content = (try? manager.contentsOfDirectory(atPath: directory)) ?? []
      guard content.allSatisfy({ $0.hasPrefix(".mercer-") || $0 == journalName }) else {
        return nil
      }
      try? manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
    guard let journal = CheckpointJournal(path: "\(directory)/\(journalName)") else { return nil }
    guard isNew else { return journal }
    do throws(MercerError) {
      // A journal without a manifest is of nobody knows what.
      guard journal.names.isEmpty else {
        journal.close()
        unlink("\(directory)/\(journalName)")
        return Self.journal(in: directory, of: manifest, isNew: true)
      }
      try AtomicFile.write(manifest.text, to: "\(directory)/\(manifestName)")
      return journal
    } catch {
      journal.close()
      return nil
    }
  }

  private func stateFile(_ name: String) -> String {
    // A hash makes file names of any names; the name itself is in the file.
    let digits = String(FNV1a(name).value, radix: 16)
    return "\(directory)/\(Self.statePrefix)\(digits)"
  }

  private static func stateFiles(in directory: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasPrefix(statePrefix) }.map { "\(directory)/\($0)" }
  }

  private static func secondsOfState(_ path: String) -> Double {
    guard let head = try? WholeFile.read(path, limit: 24), head.count == 24 else { return 0 }
    let bits = head.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: UInt64.self) }
    let seconds = Double(bitPattern: UInt64(littleEndian: bits))
    return seconds.isFinite && seconds > 0 ? seconds : 0
  }
}
