package import Foundation

/// A directory of its own in which the command is run; removed with the last user.
package final class Sandbox: Sendable {
  package let directory: URL

  /// Where all of them lie. Sandboxes that suites share live until the end of the process, which
  /// runs no `deinit`.
  private static let root: URL = {
    atexit { try? FileManager.default.removeItem(at: Sandbox.root) }
    return FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-command-\(UUID().uuidString)")
  }()

  package init() throws {
    directory = Self.root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  package func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  package func write(_ text: String, to name: String) throws {
    try write(Data(text.utf8), to: name)
  }

  package func write(_ bytes: Data, to name: String) throws {
    try bytes.write(to: directory.appendingPathComponent(name))
  }

  package func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: directory.appendingPathComponent(name))
  }

  package func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// Whether there is something of this name.
  package func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// Every file and directory below, with its bytes: what a failed run must leave as it was.
  package func contents() throws -> [String: Data] {
    var result: [String: Data] = [:]
    let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    for name in names {
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path(name), isDirectory: &isDirectory)
      result[name] = isDirectory.boolValue ? Data() : try bytes(name)
    }
    return result
  }

  /// A directory beside that of the sandbox for what a run reads and writes as its streams.
  static func streams() throws -> URL {
    let url = root.appendingPathComponent("streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }
}

/// What a sandbox could not do for a test.
package struct SandboxFailure: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
