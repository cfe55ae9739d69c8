/// Finds what a mistyped name was probably meant to be.
package enum Suggestion {
  /// `; did you mean "gaussian"?`, or nothing when no name is near.
  package static func text(for word: String, among names: [String]) -> String {
    guard let best = nearest(to: word, among: names) else { return "" }
    return "; did you mean \(quoted(best))?"
  }

  /// The name at the least edit distance, if that is at most a third of the word's length (and at
  /// least one edit); the first in the list where several are as near.
  package static func nearest(to word: String, among names: [String]) -> String? {
    let limit = max(1, (word.count + 1) / 3)
    var best: (name: String, distance: Int)?
    for name in names {
      let distance = editDistance(Array(word.lowercased()), Array(name.lowercased()))
      if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
    }
    if let best { return best.name }
    // A beginning ("rational") says what was meant even where many letters are missing.
    return word.count >= 3 ? names.first { $0.lowercased().hasPrefix(word.lowercased()) } : nil
  }

  /// The least number of insertions, deletions, substitutions and exchanges of neighbours that turn
  /// one word into the other (Damerau 1964, in its restricted form), in O(|a| |b|).
  package static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var twoBack: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      current.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        var least = min(previous[j + 1] + 1, current[j] + 1)
        least = min(least, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, twoBack[j - 1] + 1)
        }
        current.append(least)
      }
      twoBack = previous
      previous = current
    }
    return previous[b.count]
  }
}
