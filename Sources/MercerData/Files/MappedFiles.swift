import MercerPlatform
import Synchronization

/// The files that are mapped now, and how they were when they were opened.
///
/// A mapping shows what other programs write to the file, and ends the process (SIGBUS) where the file
/// became shorter. The alternative, to read the file into memory, needs as much memory again.
enum MappedFiles {
  /// The place of a file in the list; nil when the list is full.
  typealias Watch = Int?

  private struct File {
    /// −1 where nothing is watched.
    var descriptor: Int32
    var stamp: FileStamp
  }

  /// No more than this are open at once: a table and one to measure the model on.
  private static let capacity = 16
  private static let lock = Mutex(())
  /// Plain memory that is never freed, so that a signal handler can look at it.
  nonisolated(unsafe) private static let files: UnsafeMutablePointer<File> = {
    let files = UnsafeMutablePointer<File>.allocate(capacity: capacity)
    files.initialize(
      repeating: File(descriptor: -1, stamp: FileStamp(stat())), count: capacity)
    return files
  }()

  /// Watches a file that is open.
  static func add(_ descriptor: Int32, _ status: stat) -> Watch {
    lock.withLock { _ in
      guard let place = (0..<capacity).first(where: { files[$0].descriptor < 0 }) else {
        return nil
      }
      files[place] = File(descriptor: descriptor, stamp: FileStamp(status))
      return place
    }
  }

  /// Ends watching.
  static func remove(_ watch: Watch) {
    guard let watch else { return }
    lock.withLock { _ in files[watch].descriptor = -1 }
  }

  /// Whether a file has another size or time of writing than when it was opened. Neither waits nor
  /// allocates, so that a signal handler can ask.
  static func hasChanged(_ watch: Watch) -> Bool {
    guard let watch else { return false }
    let old = files[watch]
    return old.descriptor >= 0 && FileStamp(descriptor: old.descriptor) != old.stamp
  }

  /// Whether any has.
  static func haveChanged() -> Bool {
    for place in 0..<capacity where hasChanged(place) { return true }
    return false
  }
}

extension InputFile {
  /// Whether a file that is being read was written to since it was opened.
  ///
  /// Files are mapped, not read, so reading one that becomes shorter ends the process by SIGBUS, and
  /// one that is written to can be inconsistent in itself. A command can catch that and ask here
  /// whether this was the cause: the function neither waits nor allocates, so a signal handler may
  /// call it.
  public static func hasChangedFile() -> Bool { MappedFiles.haveChanged() }
}
