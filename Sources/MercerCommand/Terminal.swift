import Dispatch
import Foundation
import Mercer
import MercerReport

/// What goes where: results to standard output, messages and progress to standard error.
enum Terminal {
  static let progressLine = ProgressLine()

  static func printError(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// One JSON object on standard output, with its keys in order.
  static func printJSON(_ value: some Encodable) throws(MercerError) {
    print(try json(value), terminator: "")
  }

  /// The JSON text of a value: keys sorted, so that equal values give equal bytes.
  static func json(
    _ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
  ) throws(MercerError) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = keys
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    } catch {
      throw MercerError(.internalFailure, "a result has no JSON form: \(error)")
    }
  }

  /// Set by Ctrl-C: the work stops at its next step, with exit status 130.
  static let interruption: CancellationFlag = {
    let flag = CancellationFlag()
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      // The second time, the user means it.
      if flag.isSet { exit(130) }
      flag.set()
    }
    source.resume()
    interruptionSource = source
    return flag
  }()
  // Kept alive as long as the process; written once, by the initialiser above.
  nonisolated(unsafe) private static var interruptionSource: (any DispatchSourceSignal)?
}

/// Wall-clock seconds of a step.
func timed<R>(_ body: () throws(MercerError) -> R) throws(MercerError) -> (R, Double) {
  let start = ContinuousClock.now
  let result = try body()
  return (result, (ContinuousClock.now - start).seconds)
}
