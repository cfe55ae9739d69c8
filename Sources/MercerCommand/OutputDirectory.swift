import Mercer
import MercerPlatform

/// The directory that a run writes into. It is looked at before the work begins, so that a fit does
/// not end with nowhere to go, and made only when there is something to write.
struct OutputDirectory {
  private let path: String

  /// Finds out whether the directory is there or can be made, and these files written into it.
  ///
  /// - Throws: `.unwritableFile`.
  init(path: String, for files: [String]) throws(MercerError) {
    self.path = path
    guard !path.isEmpty else {
      throw MercerError(
        .unwritableFile, "the name of the output directory is empty",
        remedy: "name one with --output")
    }
    let existing = try nearestExisting()
    guard FileKind(existing) == .directory else {
      throw refused(
        existing == path ? "is a file, not a directory" : "cannot be made: \(existing) is a file")
    }
    guard access(existing, W_OK | X_OK) == 0 else {
      throw refused("there is no permission to write into \(existing)")
    }
    guard existing == path else { return }
    for file in files { try AtomicFile.check(self.path(of: file)) }
  }

  /// Makes the directory, if it is not there, and removes what killed runs left in it.
  ///
  /// - Throws: `.unwritableFile`.
  func make() throws(MercerError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw refused("the output directory cannot be made")
    }
    AtomicFile.removeAbandoned(in: path)
  }

  /// The path of a file inside.
  func path(of file: String) -> String { Self.path(of: file, in: path) }

  /// The path of a file inside of a directory that was not looked at.
  static func path(of file: String, in directory: String) -> String {
    directory.hasSuffix("/") ? directory + file : "\(directory)/\(file)"
  }

  private func refused(_ message: String) -> MercerError {
    MercerError(
      .unwritableFile, message, at: .init(file: path), remedy: "name another one with --output")
  }

  /// The longest beginning of the path that exists.
  private func nearestExisting() throws(MercerError) -> String {
    var current = path
    while !FileManager.default.fileExists(atPath: current) {
      var status = stat()
      guard lstat(current, &status) != 0 else {
        throw refused("cannot be made: \(current) is a link that leads nowhere")
      }
      while current.hasSuffix("/") { current.removeLast() }
      guard let slash = current.lastIndex(of: "/") else { return "." }
      current = slash == current.startIndex ? "/" : String(current[..<slash])
      if current == "/" { break }
    }
    return current
  }
}
