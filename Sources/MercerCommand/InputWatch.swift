import Mercer
import MercerPlatform

/// Says why, where a table that another program changes or shortens ends the process.
///
/// A file that is mapped and becomes shorter raises SIGBUS where it is read, and one whose bytes change
/// between two looks can break what the first look found, which the checks of the language end by
/// SIGILL (SIGTRAP on other processors). When no file has changed, the signal takes its course.
enum InputWatch {
  #if arch(x86_64) || arch(i386)
    private static let signals = [SIGBUS, SIGILL]
  #else
    private static let signals = [SIGBUS, SIGILL, SIGTRAP]
  #endif

  static func start() {
    let report = ErrorReport(
      MercerError(
        .unreadableFile, "the table changed while it was read",
        remedy: "wait until it is written, and run this again"))
    let message = SignalMessage(report)
    for number in signals {
      message.tell(on: number) { InputFile.hasChangedFile() }
    }
  }
}
