import Foundation
import Mercer

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
    let existing = Self.nearestExisting(path)
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: existing, isDirectory: &isDirectory)
    guard isDirectory.boolValue else {
      throw refused(
        existing == path ? "is a file, not a directory" : "cannot be made: \(existing) is a file")
    }
    guard access(existing, W_OK | X_OK) == 0 else {
      throw refused("there is no permission to write into \(existing)")
    }
    guard existing == path else { return }
    for file in files { try AtomicFile.check(self.path(of: file)) }
  }

  /// Makes the directory, if it is not there.
  ///
  /// - Throws: `.unwritableFile`.
  func make() throws(MercerError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw refused("the output directory cannot be made")
    }
  }

  /// The path of a file inside.
  func path(of file: String) -> String { path.hasSuffix("/") ? path + file : "\(path)/\(file)" }

  private func refused(_ message: String) -> MercerError {
    MercerError(
      .unwritableFile, message, at: .init(file: path), remedy: "name another one with --output")
  }

  /// The longest beginning of a path that exists.
  private static func nearestExisting(_ path: String) -> String {
    var current = path
    while !FileManager.default.fileExists(atPath: current) {
      // By hand: NSString's last component ends the process on a name of one letter.
      while current.count > 1, current.hasSuffix("/") { current.removeLast() }
      guard let slash = current.lastIndex(of: "/") else { return "." }
      if current == "/" { break }
      current = slash == current.startIndex ? "/" : String(current[..<slash])
    }
    return current
  }
}
