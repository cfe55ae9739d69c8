import ArgumentParser
import Foundation
import Mercer
import MercerReport

/// The command line: parses, calls, prints. Mathematics lives in the rooms below.
@main
struct MercerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mercer",
    abstract: "Kernel methods for tables and arrays: fit, predict, evaluate, look at kernels.",
    discussion: """
      Begin with a table and the column to predict:

        mercer fit houses.csv --target price
        mercer predict mercer-out/model.safetensors new-houses.csv
      """,
    version: MercerVersion.current,
    subcommands: [FitCommand.self, PredictCommand.self, EvaluateCommand.self, KernelCommand.self])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Terminal.progressLine.clear()
      if let error = error as? MercerError {
        Terminal.printError("mercer: \(error)")
        Foundation.exit(error.exitStatus)
      }
      // What is asked for (help, version) goes to standard output; what is wrong to standard error.
      if exitCode(for: error) == .success {
        print(fullMessage(for: error))
        Foundation.exit(0)
      }
      Terminal.printError(fullMessage(for: error))
      Foundation.exit(2)
    }
  }
}
