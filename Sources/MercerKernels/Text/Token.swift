import MercerCore

/// A word, number or symbol of an expression, and where it begins (in characters, from 0).
struct Token: Equatable {
  enum Kind: Equatable {
    case word(String)
    case number(Double, text: String)
    case symbol(Character)
    case end
  }

  let kind: Kind
  let start: Int

  /// How a message names the token.
  var name: String {
    switch kind {
    case .word(let word): "\"\(word)\""
    case .number(_, let text): "\"\(text)\""
    case .symbol(let symbol): "\"\(symbol)\""
    case .end: "the end"
    }
  }
}

extension ExpressionText {
  private static let symbols: Set<Character> = [
    "(", ")", "[", "]", ",", ":", "+", "*", "^", ">", "-",
  ]

  /// The expression cut into tokens, ending with `.end`.
  func tokens() throws(MercerError) -> [Token] {
    var tokens: [Token] = []
    var position = 0
    while position < characters.count {
      let character = characters[position]
      if character.isWhitespace {
        position += 1
      } else if character.isWordStart {
        let end = position + characters[position...].prefix { $0.isWordPart }.count
        tokens.append(Token(kind: .word(String(characters[position..<end])), start: position))
        position = end
      } else if character.isDigit || character == "." {
        let end = endOfNumber(from: position)
        tokens.append(Token(kind: try number(from: position, to: end), start: position))
        position = end
      } else if Self.symbols.contains(character) {
        tokens.append(Token(kind: .symbol(character), start: position))
        position += 1
      } else {
        throw error("unexpected character \"\(character)\"", at: position)
      }
    }
    tokens.append(Token(kind: .end, start: characters.count))
    return tokens
  }

  /// Takes in all that could be meant as one number, so that a bad one is shown whole.
  private func endOfNumber(from start: Int) -> Int {
    var end = start
    while end < characters.count {
      let isSign = characters[end] == "+" || characters[end] == "-"
      let isExponentSign = isSign && end > start && characters[end - 1].lowercased() == "e"
      guard characters[end].isWordPart || characters[end] == "." || isExponentSign else { break }
      end += 1
    }
    return end
  }

  private func number(from start: Int, to end: Int) throws(MercerError) -> Token.Kind {
    let text = String(characters[start..<end])
    // Only plain decimal notation: Double also reads "0x1p3" and such.
    let isDecimal = text.allSatisfy { $0.isDigit || ".eE+-".contains($0) }
    guard isDecimal, let value = Double(text), value.isFinite else {
      throw error("\"\(text)\" is not a number that can be used", at: start)
    }
    return .number(value, text: text)
  }
}

extension Character {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
  fileprivate var isWordStart: Bool { isASCII && isLetter || self == "_" }
  fileprivate var isWordPart: Bool { isWordStart || isDigit }
}
