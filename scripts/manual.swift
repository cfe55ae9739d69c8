// Writes the manual page of a command from what it says of itself.
//
// Usage: mercer --experimental-dump-help | swift manual.swift > mercer.1

import Foundation

struct Help: Decodable {
  struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let arguments: [Argument]?
    let subcommands: [Command]?
  }
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
      var text: String { (kind == "long" ? "\\-\\-" : "\\-") + name.escaped }
    }
    let kind: String
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let isOptional: Bool
    let shouldDisplay: Bool

    var synopsis: String {
      let value = "\\fI\((valueName ?? "value").escaped)\\fR"
      let name = (names?.first { $0.kind == "long" } ?? names?.last)?.text ?? ""
      switch kind {
      case "positional": return isOptional ? "[\(value)]" : value
      case "flag": return "[\(name)]"
      default: return isOptional ? "[\(name) \(value)]" : "\(name) \(value)"
      }
    }

    var term: String {
      let value = "\\fI\((valueName ?? "value").escaped)\\fR"
      let shown = (names ?? []).map(\.text).joined(separator: ", ")
      return kind == "positional" ? value : kind == "flag" ? shown : "\(shown) \(value)"
    }
  }
  let command: Command
}

extension String {
  /// As roff reads it: a backslash, a leading dot or quote, and a hyphen mean something there.
  var escaped: String {
    let text = replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(
      of: "-", with: "\\-")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }
}

func write(_ command: Help.Command, name: String) {
  let arguments = (command.arguments ?? []).filter(\.shouldDisplay)
  print(".SS \(name.escaped)")
  if let abstract = command.abstract { print(abstract.escaped) }
  print(".PP\n\\fB\(name.escaped)\\fR " + arguments.map(\.synopsis).joined(separator: " "))
  for paragraph in (command.discussion ?? "").components(separatedBy: "\n\n")
  where !paragraph.isEmpty {
    // Examples stand in lines of their own.
    let isLines = paragraph.contains("\n")
    print(isLines ? ".PP\n.nf" : ".PP")
    for line in paragraph.components(separatedBy: "\n") { print(line.escaped) }
    if isLines { print(".fi") }
  }
  for argument in arguments {
    print(".TP\n\(argument.term)")
    print((argument.abstract ?? "").escaped)
  }
}

let help = try JSONDecoder().decode(
  Help.self, from: FileHandle.standardInput.readDataToEndOfFile())
let root = help.command
print(".TH \(root.commandName.uppercased()) 1")
print(".SH NAME\n\(root.commandName) \\- \((root.abstract ?? "").escaped)")
print(".SH SYNOPSIS\n\\fB\(root.commandName)\\fR \\fIcommand\\fR [\\fIoptions\\fR]")
print(".SH DESCRIPTION")
for line in (root.discussion ?? "").components(separatedBy: "\n") {
  print(line.isEmpty ? ".PP" : line.hasPrefix("  ") ? ".br\n" + line.escaped : line.escaped)
}
print(".SH COMMANDS")
for command in root.subcommands ?? [] where command.commandName != "help" {
  write(command, name: "\(root.commandName) \(command.commandName)")
}
