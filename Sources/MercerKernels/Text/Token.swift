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
  private static let symbols = Set("()[],:+*^>-".utf8)

  /// The expression cut into tokens, ending with `.end`.
  func tokens() throws(MercerError) -> [Token] {
    var tokens: [Token] = []
    var position = 0
    while position < codes.count {
      let code = codes[position]
      if code.isSpace {
        position += 1
      } else if code.isWordStart {
        let end = codes[position...].firstIndex { !$0.isWordPart } ?? codes.count
        tokens.append(Token(kind: .word(text(position..<end)), start: position))
        position = end
      } else if code.isDigit || code == UInt8(ascii: ".") {
        let end = endOfNumber(from: position)
        tokens.append(Token(kind: try number(from: position, to: end), start: position))
        position = end
      } else if Self.symbols.contains(code) {
        tokens.append(Token(kind: .symbol(Character(Unicode.Scalar(code))), start: position))
        position += 1
      } else {
        throw error("unexpected character \"\(characters[position])\"", at: position)
      }
    }
    tokens.append(Token(kind: .end, start: codes.count))
    return tokens
  }

  /// Takes in all that could be meant as one number, so that a bad one is shown whole.
  private func endOfNumber(from start: Int) -> Int {
    var end = start
    while end < codes.count {
      let isExponentSign = codes[end].isSign && end > start && codes[end - 1].isExponent
      guard codes[end].isWordPart || codes[end] == UInt8(ascii: ".") || isExponentSign else {
        break
      }
      end += 1
    }
    return end
  }

  private func number(from start: Int, to end: Int) throws(MercerError) -> Token.Kind {
    let text = text(start..<end)
    // Only plain decimal notation: Double also reads "0x1p3" and such.
    let isDecimal = codes[start..<end].allSatisfy {
      $0.isDigit || $0 == UInt8(ascii: ".") || $0.isExponent || $0.isSign
    }
    guard isDecimal, let value = Double(text), value.isFinite else {
      throw error("\"\(text)\" is not a number that can be used", at: start)
    }
    return .number(value, text: text)
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == UInt8(ascii: " ") || (0x09...0x0d).contains(self) }
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  fileprivate var isSign: Bool { self == UInt8(ascii: "+") || self == UInt8(ascii: "-") }
  fileprivate var isExponent: Bool { self | 0x20 == UInt8(ascii: "e") }
  fileprivate var isWordStart: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
  }
  fileprivate var isWordPart: Bool { isWordStart || isDigit }
}
