import Foundation
import Mercer

/// Compares regressions on leaves with one regression on centres, and with one on all rows:
/// `local-models MODEL TRAIN TEST TARGET ROWS METHOD…`.
///
/// MODEL is the file that `mercer fit` wrote for some rows of the table TRAIN: its encoder and its first
/// kernel and ridge are what every method takes, fitted to ROWS rows of TRAIN and measured on TEST. A
/// METHOD is `leaves:ROWS:OVERLAP:ROUNDS`, `centres:COUNT` or `exact`. Seconds are those of the
/// processors, as others may be using the machine.
@main
enum LocalModels {
  static func main() {
    do {
      let arguments = Array(CommandLine.arguments.dropFirst())
      guard arguments.count > 5, let rows = Int(arguments[4]) else {
        throw MercerError(
          .invalidParameter, "usage: local-models MODEL TRAIN TEST TARGET ROWS METHOD…")
      }
      let comparison = try Comparison(
        model: arguments[0], train: arguments[1], test: arguments[2], target: arguments[3],
        rowCount: rows)
      for method in arguments[5...] { try comparison.run(method) }
    } catch {
      FileHandle.standardError.write(Data("local-models: \(error)\n".utf8))
      exit(2)
    }
  }
}

/// Seconds of the processors that this process has used.
func processorSeconds() -> Double {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #endif
  return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) * 1e-6
}
