/// A value of the user's in a message: in quotes, on one line, and not longer than 40 characters.
package func quoted(_ text: String) -> String {
  var short = ""
  for (place, scalar) in text.unicodeScalars.enumerated() {
    if place == 40 {
      short += "…"
      break
    }
    // A line break or an escape sequence in a cell must not reach the terminal.
    let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    short.unicodeScalars.append(isControl ? " " : scalar)
  }
  return "\"\(short)\""
}

/// At most five values of the user's, and how many more there are.
package func listed(_ names: [String]) -> String {
  let shown = names.prefix(5).map(quoted).joined(separator: ", ")
  return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
}
