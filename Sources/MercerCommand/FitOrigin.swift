import Mercer
import MercerPlatform

extension ModelOrigin {
  /// Arguments that the model does not depend on; those that take a value.
  private static let irrelevantOptions: Set = ["--threads", "--output", "-o"]
  private static let irrelevantFlags: Set = ["--json", "--quiet", "--resume"]

  /// Where a fit comes from: the clock, or `SOURCE_DATE_EPOCH` where that is set, so that a file can be
  /// made twice.
  ///
  /// - Throws: `.unreadableFile`.
  init(table: String, arguments: [String] = CommandLine.arguments) throws(MercerError) {
    self.init(
      time: Self.now, sourceHash: try Self.hash(ofInput: table), command: Self.command(arguments))
  }

  /// Seconds since 1970, by the clock or by `SOURCE_DATE_EPOCH`.
  static var now: Int {
    let fixed = getenv("SOURCE_DATE_EPOCH").flatMap { Int(String(cString: $0)) }
    return fixed ?? Int(Date().timeIntervalSince1970)
  }

  /// The SHA-256 of an input; nil for standard input and for what is no plain file.
  ///
  /// - Throws: `.unreadableFile`.
  static func hash(ofInput path: String) throws(MercerError) -> String? {
    let isFile = path != InputFile.standardInput && FileKind(path) == .plain
    return isFile ? try SHA256.hexadecimal(ofFile: path) : nil
  }

  /// The command as a shell reads it.
  static func command(_ arguments: [String]) -> String {
    var words = ["mercer"]
    var isSkipping = false
    for argument in arguments.dropFirst() {
      if isSkipping {
        isSkipping = false
      } else if irrelevantOptions.contains(argument) {
        isSkipping = true
      } else if !irrelevantFlags.contains(argument),
        !irrelevantOptions.contains(where: { argument.hasPrefix($0 + "=") })
      {
        words.append(quotedForShell(argument))
      }
    }
    return words.joined(separator: " ")
  }

  /// A word as a shell reads it.
  static func quotedForShell(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./,:=+@%".utf8.contains(byte)
      }
    }
    return plain && !word.isEmpty
      ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
