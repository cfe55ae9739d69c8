import ArgumentParser
import Mercer
import MercerPlatform
import MercerReport

/// The command line: parses, calls, prints. Mathematics lives in the rooms below.
@main
struct MercerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mercer",
    abstract: "Kernel methods for tables and arrays.",
    discussion: """
      Begin with a table and the column to predict; everything else is found from the data:

        mercer fit houses.csv --target price
        mercer predict mercer-out/model.safetensors new-houses.csv > prices.csv

      Results go to standard output, messages to standard error. The exit status is 0 when the work \
      is done, 1 when it failed, 2 when the input or the arguments are wrong, and 130 when it was \
      interrupted.
      """,
    version: MercerVersion.current,
    subcommands: [
      FitCommand.self, PredictCommand.self, EvaluateCommand.self, ExplainCommand.self,
      ForecastCommand.self, CompareRunsCommand.self, ShowCommand.self, KernelCommand.self,
      BenchCommand.self,
    ])

  static func main() {
    StandardStreams.secure()
    ProcessLimits.heed()
    InputWatch.start()
    do {
      var command = try asked()
      try ProcessLimits.check()
      try command.run()
    } catch {
      Terminal.progressLine.clear()
      // What is asked for (help, version) goes to standard output; what is wrong to standard error.
      if !(error is MercerError), exitCode(for: error) == .success {
        print(fullMessage(for: error))
        MercerPlatform.exit(0)
      }
      if (error as? MercerError)?.code == .closedOutput { StandardStreams.end(0) }
      let report =
        switch error as? MercerError {
        case .some(let failure) where failure.code == .cancelled: Terminal.interrupted
        case .some(let failure): ErrorReport(failure)
        case .none: usageError(message(for: error))
        }
      report.tell(asJSON: Terminal.wantsJSON)
      StandardStreams.end(report.exitStatus)
    }
  }

  private static var verbs: [String] {
    configuration.subcommands.compactMap { $0.configuration.commandName }
  }

  /// The verb among the arguments.
  private static var verb: String? {
    let names = verbs
    return CommandLine.arguments.dropFirst().first { names.contains($0) }
  }

  /// A word that is no verb would be called an unexpected argument; this names the verbs.
  private static func refuseUnknownVerb() throws {
    let names = verbs
    guard let first = CommandLine.arguments.dropFirst().first, !first.hasPrefix("-"),
      !(names + ["help"]).contains(first)
    else { return }
    throw ValidationError(
      "there is no command \(quoted(first))\(Suggestion.text(for: first, among: names))")
  }

  /// The command that the arguments ask for.
  private static func asked() throws -> any ParsableCommand {
    if let command = PredictCommand.withoutOptions(CommandLine.arguments) { return command }
    try refuseUnknownVerb()
    do { return try parseAsRoot() } catch {
      // The names of all options take long to list, and are not needed for those that are right.
      if exitCode(for: error) != .success { try refuseUnknownOption() }
      throw error
    }
  }

  /// A misspelt option is named as such, also where another one that is needed is missing for it.
  private static func refuseUnknownOption() throws {
    guard
      let command = configuration.subcommands.first(where: {
        $0.configuration.commandName == verb
      })
    else { return }
    let known =
      helpMessage(for: command, columns: 1000).matches(of: #/--[a-z][a-z-]*/#)
      .map { String($0.output) } + ["--help", "--version"]
    for argument in CommandLine.arguments.dropFirst().prefix(while: { $0 != "--" })
    where argument.hasPrefix("--") {
      let name = String(argument.prefix { $0 != "=" })
      guard !known.contains(name) else { continue }
      let near = Suggestion.nearest(to: name, among: known)
      throw ValidationError(
        "unknown option '\(name)'" + (near.map { "; did you mean '\($0)'?" } ?? ""))
    }
  }

  /// A mistake in the arguments on one line, and where help is.
  private static func usageError(_ message: String) -> ErrorReport {
    let words = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let text = (words.prefix(1).lowercased() + words.dropFirst())
      .replacing("missing expected argument", with: "missing argument")
      .replacing(#/ <[a-z-]+>'/#, with: "'")
    return ErrorReport(
      usage: text.hasSuffix(".") ? String(text.dropLast()) : text,
      help: (["mercer", verb].compactMap { $0 } + ["--help"]).joined(separator: " "))
  }
}
