import ArgumentParser
import Mercer

/// What went wrong, as a person or a program is told: what, where, and what to do.
struct ErrorReport: Encodable {
  let code: String
  let message: String
  var file: String?
  var line: Int?
  var column: String?
  var remedy: String?
  let exitStatus: Int32

  private static let verbs: Set = ["is", "has", "holds", "cannot"]

  enum CodingKeys: String, CodingKey {
    case code, message, file, line, column, remedy
    case exitStatus = "exit_status"
  }

  /// What a failure of the work tells.
  init(_ error: MercerError) {
    code = error.code.rawValue
    // A message that begins with its verb speaks of its file.
    let verb = error.message.prefix { $0 != " " }
    let subject = Self.verbs.contains(String(verb)) ? (error.place?.file ?? "it") + " " : ""
    // Where the text of a kernel is shown, the lines are the message's own; else they are a name's.
    message =
      error.code == .invalidExpression
      ? error.message : Self.onOneLine(subject + error.message)
    file = error.place?.file
    line = error.place?.line
    column = error.place?.column
    remedy = error.remedy
    exitStatus = error.exitStatus
  }

  /// A mistake in the arguments, and the command that explains them.
  init(usage message: String, help: String) {
    code = "usage"
    self.message = message
    remedy = "see \(help)"
    exitStatus = 2
  }

  /// A line each for what, where and what to do, as far as there is something to say.
  var text: String {
    var lines = ["mercer: \(message)"]
    let place = MercerError.Place(file: file, line: line, column: column).description
    if !place.isEmpty { lines.append("  where: \(Self.onOneLine(place))") }
    if let remedy { lines.append("  to do: \(Self.onOneLine(remedy))") }
    return lines.joined(separator: "\n")
  }

  /// A text with the line ends of names in it as signs.
  private static func onOneLine(_ text: String) -> String {
    text.contains(where: \.isNewline)
      ? String(text.map { $0.isNewline ? "␤" : $0 }) : text
  }

  /// Tells it: as JSON on standard output where that was asked for, else as text on standard error.
  func tell(asJSON: Bool) {
    if asJSON, let json = try? Terminal.json(["error": self]) {
      print(json, terminator: "")
    } else {
      Terminal.printError(text)
    }
  }
}
