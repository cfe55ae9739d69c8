/// A value of the user's in a message: in quotes, on one line, and not longer than 40 characters.
func quoted(_ text: String) -> String {
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
func listed(_ names: [String]) -> String {
  let shown = names.prefix(5).map(quoted).joined(separator: ", ")
  return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
}

/// ` (did you mean "carat"?)` when one of the names is close, otherwise nothing.
func suggestion(for name: String, among names: [String]) -> String {
  nearestName(to: name, among: names).map { "; did you mean \(quoted($0))?" } ?? ""
}

/// The name that differs from `name` by the fewest edits (insert, delete, replace; case counts
/// half), if those are few enough for a slip of the hand: a third of the length, at least one, and
/// one change of case.
func nearestName(to name: String, among names: [String]) -> String? {
  let wanted = Array(name.prefix(64))
  // In halves of an edit.
  var best = (distance: 2 * max(1, wanted.count / 3) + 2, name: String?.none)
  for candidate in names {
    let distance = editDistance(wanted, Array(candidate.prefix(64)))
    if distance < best.distance { best = (distance, candidate) }
  }
  return best.name
}

/// Levenshtein's distance in half edits, where a change of case is one half.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var row = (0...b.count).map { 2 * $0 }
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = 2 * (i + 1)
    for (j, right) in b.enumerated() {
      let cost = left == right ? 0 : left.lowercased() == right.lowercased() ? 1 : 2
      let next = min(diagonal + cost, row[j] + 2, row[j + 1] + 2)
      diagonal = row[j + 1]
      row[j + 1] = next
    }
  }
  return row[b.count]
}
