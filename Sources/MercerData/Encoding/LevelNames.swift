/// What the names of levels say of their order.
enum LevelNames {
  /// Whether a name says that there is no answer, or one outside of any order.
  static func standForNoPlace(_ name: String) -> Bool {
    let words = LevelNameToken.tokens(of: name).map(\.text).joined(separator: " ")
    return [
      "unknown", "other", "others", "missing", "na", "n a", "not available", "not applicable",
      "not known", "not specified", "unspecified", "undefined", "not stated", "refused", "?",
    ].contains(words)
  }

  /// Numbers by which the levels are ordered, or nil where one of them fits no order that the others
  /// are in.
  static func keys(of names: [String]) -> [Double]? {
    guard names.count >= LevelOrder.minimumPlaceCount else { return nil }
    let tokens = names.map(LevelNameToken.tokens)
    return boundKeys(tokens) ?? leadingNumbers(tokens) ?? wordKeys(withoutCommonWords(tokens))
  }

  // MARK: - Numbers

  /// Numbers, ranges and bounds, all of one unit: `10-20 km`, `< 10 km`, `20 km or more`, `none`.
  private static func boundKeys(_ names: [[LevelNameToken]]) -> [Double]? {
    var units: [String]?
    var keys: [Double] = []
    for tokens in names {
      guard let (key, unit) = bound(tokens) else { return nil }
      if !unit.isEmpty {
        if let units, units != unit { return nil }
        units = unit
      }
      keys.append(key)
    }
    return Set(keys).count == keys.count ? keys : nil
  }

  private static let connectors: Set<String> = [
    "to", "and", "or", "than", "at", "of", "between", "from", "the", "-", "–", "—", "(", ")", "[",
    "]", ",", "/", ":", "=", "~", ".", "_", "up",
  ]
  private static let upperBounds: Set<String> = [
    "<", "≤", "under", "below", "less", "fewer", "most", "until", "younger", "before", "up to",
    "maximum", "max",
  ]
  private static let lowerBounds: Set<String> = [
    ">", "≥", "+", "over", "above", "more", "least", "plus", "older", "after", "beyond", "up",
    "minimum", "min", "greater",
  ]

  private static func bound(_ tokens: [LevelNameToken]) -> (key: Double, unit: [String])? {
    let numbers = tokens.compactMap(\.number)
    var words = tokens.filter { $0.number == nil }.map(\.text)
    if numbers.isEmpty {
      return ["none", "zero", "nothing", "nil"].contains(words.joined(separator: " "))
        ? (0, []) : nil
    }
    if let place = words.firstIndex(of: "up"), words.dropFirst(place + 1).first == "to" {
      words[place] = "up to"
    }
    let isBelow = words.contains { upperBounds.contains($0) }
    let isAbove = words.contains { lowerBounds.contains($0) }
    let unit = words.filter {
      !connectors.contains($0) && !upperBounds.contains($0) && !lowerBounds.contains($0)
    }.map { $0.count > 2 && $0.hasSuffix("s") ? String($0.dropLast()) : $0 }
    switch numbers.count {
    case 1 where isBelow != isAbove || !isBelow:
      // Just beyond the number, so that `< 5` comes before `5` and `over 50` after `40-50`.
      let step = 1e-9 * max(1, numbers[0].magnitude)
      return (numbers[0] + (isBelow ? -step : isAbove ? step : 0), unit)
    case 2 where numbers[0] <= numbers[1]:
      // A repeated unit stands for one: `10 km - 20 km`.
      let half = unit.count / 2
      let isRepeated = unit.count % 2 == 0 && unit.prefix(half) == unit.suffix(half)
      return (numbers[0] / 2 + numbers[1] / 2, isRepeated ? Array(unit.prefix(half)) : unit)
    default: return nil
    }
  }

  /// Each begins with a number that no other has: `1 - low`, `2nd`.
  private static func leadingNumbers(_ names: [[LevelNameToken]]) -> [Double]? {
    let keys = names.compactMap { $0.first?.number }
    return keys.count == names.count && Set(keys).count == keys.count ? keys : nil
  }

  // MARK: - Words

  /// The words of each name without those that all begin or end with: `low risk`, `high risk`.
  private static func withoutCommonWords(_ names: [[LevelNameToken]]) -> [[String]] {
    var words = names.map { $0.map(\.text).filter { !["-", "_", ".", "(", ")"].contains($0) } }
    while words.allSatisfy({ $0.count > 1 && $0.first == words[0].first }) {
      words = words.map { Array($0.dropFirst()) }
    }
    while words.allSatisfy({ $0.count > 1 && $0.last == words[0].last }) {
      words = words.map { Array($0.dropLast()) }
    }
    return words
  }

  private static func wordKeys(_ words: [[String]]) -> [Double]? {
    let names = words.map { $0.joined(separator: " ") }
    for scale in LevelScales.all {
      let keys = names.compactMap { scale[$0] }
      if keys.count == names.count { return keys }
    }
    let numerals = names.compactMap(romanNumeral)
    if numerals.count == names.count, numerals.contains(1) { return numerals.map(Double.init) }
    // Letters that follow each other are marks; others are abbreviations.
    let letters = names.compactMap { name in
      name.utf8.count == 1 ? name.utf8.first.flatMap { (97...122).contains($0) ? $0 : nil } : nil
    }
    if letters.count == names.count, let first = letters.min(), let last = letters.max(),
      Int(last - first) == letters.count - 1
    {
      return letters.map(Double.init)
    }
    return nil
  }

  /// 1 to 20.
  private static func romanNumeral(_ text: String) -> Int? {
    let ones = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]
    let numerals =
      (ones + ones.map { "x" + $0 } + ["xx"])
    return numerals.firstIndex(of: text).flatMap { $0 == 0 ? nil : $0 }
  }
}

/// A number, a word or a sign in the name of a level.
struct LevelNameToken: Equatable {
  /// As written, in small letters.
  let text: String
  /// Its value if it is a number; `10k` is 10,000.
  let number: Double?

  /// The parts of a name. A minus is a sign at the beginning and a dash elsewhere; a comma between
  /// digits belongs to the number where three follow it.
  static func tokens(of name: String) -> [LevelNameToken] {
    let characters = Array(name.lowercased())
    var tokens: [LevelNameToken] = []
    var place = 0
    func isDigit(_ index: Int) -> Bool {
      index < characters.count && characters[index].isASCII && characters[index].isNumber
    }
    while place < characters.count {
      let start = place
      let character = characters[place]
      if isDigit(place) || (character == "-" && tokens.isEmpty && isDigit(place + 1)) {
        place += 1
        while isDigit(place)
          || (place < characters.count && characters[place] == "." && isDigit(place + 1))
          || isThousandsSeparator(characters, at: place)
        { place += 1 }
        let digits = String(characters[start..<place]).filter { $0 != "," }
        var value = Double(digits)
        // A factor, unless it begins a word.
        if place < characters.count, let factor = ["k": 1e3, "m": 1e6][characters[place]],
          place + 1 == characters.count || !characters[place + 1].isLetter
        {
          value = value.map { $0 * factor }
          place += 1
        }
        tokens.append(LevelNameToken(text: digits, number: value))
      } else if character.isLetter {
        while place < characters.count, characters[place].isLetter || characters[place] == "'" {
          place += 1
        }
        tokens.append(LevelNameToken(text: String(characters[start..<place]), number: nil))
      } else {
        place += 1
        if !character.isWhitespace {
          tokens.append(LevelNameToken(text: String(character), number: nil))
        }
      }
    }
    return tokens
  }

  private static func isThousandsSeparator(_ characters: [Character], at place: Int) -> Bool {
    guard place + 3 < characters.count, characters[place] == "," else { return false }
    let digits = characters[(place + 1)...(place + 3)].allSatisfy { $0.isASCII && $0.isNumber }
    let next = place + 4
    return digits && !(next < characters.count && characters[next].isNumber)
  }
}
