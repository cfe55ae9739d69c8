import Mercer
import MercerPlatform
import MercerReport

/// The three streams that a process is given, whatever state they are given in.
enum StandardStreams {
  /// Makes writing to a pipe that nobody reads an error and not the end of the process, and keeps the
  /// numbers 0 to 2 from files: where one was closed, the next file that is opened would get it, and
  /// results would be printed into a model.
  static func secure() {
    signal(SIGPIPE, SIG_IGN)
    // Likewise a file that grows beyond what the process may write.
    signal(SIGXFSZ, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The wrong way round, so that use fails as it does on a closed one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Ends the process before its work is done, without the farewells of libraries: OpenBLAS waits in
  /// them for ever for threads that it had no memory to start.
  static func end(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }
}

/// Writes a result to standard output at once, and ends the command when that fails. It stands before
/// the library's function of this name in all of this room: that one passes over a full disk in
/// silence.
///
/// Names from files may hold anything: what would steer a terminal is shown as a sign.
func print(_ text: String, terminator: String = "\n") {
  do throws(MercerError) {
    try AtomicFile.writeToStandardOutput { (writer) throws(MercerError) in
      try writer.write(withoutControls(text) + terminator)
    }
  } catch {
    Terminal.progressLine.clear()
    if error.code != .closedOutput { ErrorReport(error).tell(asJSON: false) }
    StandardStreams.end(error.exitStatus)
  }
}

/// A text in which control characters, but for line ends and tabs, are replaced by signs.
func withoutControls(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? sign($0) : $0 }))
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || (0x7f...0x9f).contains(scalar.value)
}

/// The picture of a control character, such as ␛.
private func sign(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar.value {
  case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "�"
  case 0x7f: "␡"
  default: "�"
  }
}
