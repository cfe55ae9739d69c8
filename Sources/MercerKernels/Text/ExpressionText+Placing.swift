import MercerCore

extension ExpressionText {
  /// Where the mistake is that the message of a kernel's maker tells of, in the call from `start` to
  /// `end`: at the first word that the message quotes, else at one that it names (at the value, where
  /// that is a label), and failing that at the name of the kernel.
  func position(
    of message: String, among tokens: [Token], from start: Int, to end: Int
  ) -> Int {
    func words(_ text: Substring) -> [String] {
      text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }
    // What stands between quotation marks comes first: it is the culprit, the rest its surroundings.
    let quoted = message.split(omittingEmptySubsequences: false) { $0 == "'" || $0 == "\"" }
      .enumerated().filter { $0.offset % 2 == 1 }.flatMap { words($0.element) }
    let inside = tokens.indices.filter { tokens[$0].start > start && tokens[$0].start < end }
    for word in quoted {
      if let index = inside.first(where: { tokens[$0].kind == .word(word) }) {
        return tokens[index].start
      }
    }
    var found: Int?
    for word in words(message[...]) {
      for index in inside where tokens[index].kind == .word(word) {
        guard tokens[index + 1].kind == .symbol(":") else { return tokens[index].start }
        let value = index + 2
        found = found ?? tokens[value].start
        // Among several arguments of one label, the one whose number the message holds.
        if message.contains(numberText(of: tokens, at: value)) { return tokens[value].start }
      }
      if let found { return found }
    }
    return start
  }

  /// The number that begins at a token, or a text that no message holds.
  private func numberText(of tokens: [Token], at index: Int) -> String {
    if tokens[index].kind == .symbol("-") { return "-" + numberText(of: tokens, at: index + 1) }
    if case .number(let value, _) = tokens[index].kind { return value.shortestText }
    return "\u{0}"
  }
}
