import Foundation
import Testing

/// A directory of its own in which the command is run; removed with the last user.
final class Sandbox: Sendable {
  let directory: URL

  /// Where all of them lie. Sandboxes that suites share live until the end of the process, which
  /// runs no `deinit`.
  private static let root: URL = {
    atexit { try? FileManager.default.removeItem(at: Sandbox.root) }
    return FileManager.default.temporaryDirectory
      .appendingPathComponent("mercer-command-\(UUID().uuidString)")
  }()

  init() throws {
    directory = Self.root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

  func write(_ bytes: Data, to name: String) throws {
    try bytes.write(to: directory.appendingPathComponent(name))
  }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: directory.appendingPathComponent(name))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// Copies a file of `Resources`.
  func copyResource(_ name: String) throws {
    let url = try #require(
      Bundle.module.url(forResource: "Resources/\(name)", withExtension: nil))
    try FileManager.default.copyItem(at: url, to: directory.appendingPathComponent(name))
  }

  /// Every file and directory below, with its bytes: what a failed run must leave as it was.
  func contents() throws -> [String: Data] {
    var result: [String: Data] = [:]
    let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    for name in names {
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path(name), isDirectory: &isDirectory)
      result[name] = isDirectory.boolValue ? Data() : try bytes(name)
    }
    return result
  }
}

/// What a run of the command gave.
struct Run: Sendable {
  /// The exit status, or −1 when a signal ended it.
  let status: Int32
  let output: String
  let errors: String

  /// The lines on standard error.
  var errorLines: [String] {
    var lines = errors.components(separatedBy: "\n")
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Standard output as one JSON object; a test failure when it is anything else.
  func json() throws -> [String: Any] { try jsonObject(output) }
}

/// A text that is one JSON object and nothing else.
func jsonObject(_ text: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

extension Sandbox {
  /// The binary under test, which lies beside the test bundle.
  static let binary = Bundle.module.bundleURL.deletingLastPathComponent()
    .appendingPathComponent("mercer")

  /// Runs `mercer` in the directory; ends it after a minute, which no run here needs.
  ///
  /// - Parameters:
  ///   - input: what it reads from standard input; nothing when nil.
  ///   - interruptedAfter: seconds until it gets SIGINT, as by Ctrl-C.
  ///   - environment: variables beside those of the tests.
  func run(
    _ arguments: [String], input: String? = nil, interruptedAfter seconds: Double? = nil,
    environment: [String: String] = [:]
  ) throws -> Run {
    // Files, not pipes: nothing has to be read while the process runs. They lie outside the
    // directory, so that it holds only what the command makes.
    let streams = try Sandbox.streams()
    defer { try? FileManager.default.removeItem(at: streams) }
    func file(_ name: String) throws -> FileHandle {
      let url = streams.appendingPathComponent(name)
      _ = FileManager.default.createFile(atPath: url.path, contents: nil)
      return try FileHandle(forUpdating: url)
    }
    let (output, errors) = (try file("output"), try file("errors"))
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = directory
    process.standardOutput = output
    process.standardError = errors
    if let input {
      let url = streams.appendingPathComponent("input")
      try Data(input.utf8).write(to: url)
      process.standardInput = try FileHandle(forReadingFrom: url)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    if let seconds, ended.wait(timeout: .now() + seconds) == .timedOut { process.interrupt() }
    if process.isRunning, ended.wait(timeout: .now() + 60) == .timedOut {
      process.terminate()
      Issue.record("mercer \(arguments.joined(separator: " ")) did not end in a minute")
    }
    process.waitUntilExit()
    return Run(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: String(
        decoding: try Data(contentsOf: streams.appendingPathComponent("output")), as: UTF8.self),
      errors: String(
        decoding: try Data(contentsOf: streams.appendingPathComponent("errors")), as: UTF8.self))
  }

  private static func streams() throws -> URL {
    let url = root.appendingPathComponent("streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  /// A run that must succeed. A fit gets time without end, as a build without optimisation would else
  /// stop it early.
  @discardableResult
  func runSuccessfully(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Run {
    var arguments = arguments
    if arguments.first == "fit", !arguments.contains("--budget") {
      arguments += ["--budget", "600"]
    }
    let run = try run(arguments, input: input, environment: environment)
    try #require(run.status == 0, "mercer \(arguments.joined(separator: " ")): \(run.errors)")
    return run
  }
}
