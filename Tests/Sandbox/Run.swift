package import Foundation

/// What a run of the command gave.
package struct Run: Sendable {
  /// The exit status, or −1 when a signal ended it.
  package let status: Int32
  /// Standard output.
  package let output: String
  /// Standard error.
  package let errors: String

  /// The lines on standard error.
  package var errorLines: [String] {
    var lines = errors.components(separatedBy: "\n")
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Standard output as one JSON object; a test failure when it is anything else.
  package func json() throws -> [String: Any] { try jsonObject(output) }
}

/// A text that is one JSON object and nothing else.
package func jsonObject(_ text: String) throws -> [String: Any] {
  guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  else { throw SandboxFailure("this is no JSON object: \(text)") }
  return object
}

extension Sandbox {
  /// The binary under test, which lies beside the tests.
  package static let binary = Bundle.main.bundleURL.appendingPathComponent("mercer")

  /// Seconds after which a run is taken to hang: far more than any needs on a slow and busy machine.
  package static let patience = 600.0

  /// Runs `mercer` in the directory, and ends it where it hangs.
  ///
  /// - Parameters:
  ///   - input: what it reads from standard input; nothing when nil.
  ///   - interruptedWhen: whether it is time for SIGINT, as by Ctrl-C, from what it said on standard error; asked
  ///     again and again. Not after a number of seconds: a busy machine may need them to begin.
  ///   - killedAfter: seconds until it gets SIGKILL, as by a crash of the machine.
  ///   - environment: variables beside those of the tests.
  package func run(
    _ arguments: [String], input: String? = nil,
    interruptedWhen isTime: ((_ errors: String) -> Bool)? = nil,
    killedAfter lifetime: Double? = nil, environment: [String: String] = [:]
  ) throws -> Run {
    try run(
      Self.binary, arguments, input: input, interruptedWhen: isTime, killedAfter: lifetime,
      environment: environment)
  }

  /// Runs a script of the shell in the directory, in which `$MERCER` is the binary under test.
  ///
  /// - Parameters:
  ///   - limit: the seconds after which it is ended.
  package func shell(
    _ script: String, input: String? = nil, environment: [String: String] = [:],
    limit: Double = patience
  ) throws -> Run {
    // It ends all that the script began, not the shell alone.
    let run = try run(
      URL(fileURLWithPath: "/usr/bin/env"),
      ["timeout", "--signal=KILL", "\(limit)", "bash", "-c", script], input: input,
      environment: environment.merging(["MERCER": Self.binary.path]) { $1 }, limit: limit + 10)
    guard run.status != 137, run.status != -1 else {
      throw SandboxFailure("\(script) did not end in \(limit) seconds, or was killed")
    }
    return run
  }

  private func run(
    _ executable: URL, _ arguments: [String], input: String?,
    interruptedWhen isTime: ((_ errors: String) -> Bool)? = nil,
    killedAfter lifetime: Double? = nil, environment: [String: String], limit: Double = patience
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
    func read(_ name: String) throws -> String {
      String(
        decoding: try Data(contentsOf: streams.appendingPathComponent(name)), as: UTF8.self)
    }
    let (output, errors) = (try file("output"), try file("errors"))
    let process = Process()
    process.executableURL = executable
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
    let end = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in end.signal() }
    func hasEnded(within seconds: Double) -> Bool {
      guard end.wait(timeout: .now() + seconds) == .success else { return false }
      // For whoever asks next.
      end.signal()
      return true
    }
    try process.run()
    if let isTime {
      while try !isTime(read("errors")), !hasEnded(within: 0.01) {}
      process.interrupt()
    }
    if let lifetime, !hasEnded(within: lifetime) { kill(process.processIdentifier, SIGKILL) }
    if !hasEnded(within: limit) {
      process.terminate()
      throw SandboxFailure("\(arguments.joined(separator: " ")) did not end in \(limit) seconds")
    }
    process.waitUntilExit()
    return Run(
      status: process.terminationReason == .exit ? process.terminationStatus : -1,
      output: try read("output"), errors: try read("errors"))
  }

  /// A run that must succeed. A fit gets time without end, as a build without optimisation would else
  /// stop it early.
  @discardableResult
  package func runSuccessfully(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Run {
    var arguments = arguments
    if arguments.first == "fit", !arguments.contains("--budget") {
      arguments += ["--budget", "600"]
    }
    let run = try run(arguments, input: input, environment: environment)
    guard run.status == 0 else {
      throw SandboxFailure("mercer \(arguments.joined(separator: " ")): \(run.errors)")
    }
    return run
  }
}
