import Dispatch
import Mercer
import MercerPlatform
import MercerReport
import Synchronization

/// What goes where: results to standard output, messages and progress to standard error.
enum Terminal {
  static let progressLine = ProgressLine()

  /// Whether JSON was asked for, also where the arguments could not be read.
  static var wantsJSON: Bool { CommandLine.arguments.contains("--json") }

  static func printError(_ text: String) {
    StandardError.write(withoutControls(text) + "\n")
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

  /// What a run that is interrupted says: what is kept, and how to go on.
  static var interrupted: ErrorReport {
    let kept = checkpoint.withLock { $0?.isKept == true ? $0?.directory : nil }
    if let kept {
      return ErrorReport(
        MercerError(
          .cancelled,
          "stopped at the user's request; what was finished is kept in \(kept)",
          remedy: "the same command with --resume goes on from there, and comes to the same result"
        ))
    }
    return ErrorReport(
      MercerError(
        .cancelled,
        "stopped at the user's request; nothing was written, and what was there is as it was",
        remedy: "the same command begins anew, and comes to the same result"))
  }

  /// Where the work under way keeps what it has finished, if anywhere.
  static let checkpoint = Mutex<Checkpoint?>(nil)

  /// How long the work may take to its next step after Ctrl-C.
  private static let patience = 0.8
  /// Whether files are being put in place, which takes a moment and should not stop half way.
  static let isWriting = Atomic(false)

  /// Set by Ctrl-C: the work stops at its next step, with exit status 130. Where that is more than a
  /// moment away, the process ends without it.
  static let interruption: CancellationFlag = {
    let flag = CancellationFlag()
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      // The second time, the user means it.
      if flag.isSet { exit(130) }
      flag.set()
      DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
        while isWriting.load(ordering: .acquiring) { usleep(10_000) }
        progressLine.clear()
        AtomicFile.discardTemporaries()
        interrupted.tell(asJSON: wantsJSON)
        // Other threads are at work still: nothing may be torn down below them.
        StandardStreams.end(130)
      }
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
