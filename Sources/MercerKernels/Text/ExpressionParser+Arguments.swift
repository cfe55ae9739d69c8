import MercerCore

extension ExpressionParser {
  /// Whether the word at hand is the whole value.
  var isBareWord: Bool { isSymbol(",", ahead: 1) || isSymbol(")", ahead: 1) }

  /// Reads `(…)` if it is there, calling the closure at the value of each argument.
  mutating func arguments(
    _ value: (inout ExpressionParser, String?, Int) throws(MercerError) -> Void
  ) throws(MercerError) {
    let opening = token.start
    guard take("("), !take(")") else { return }
    try nested { (parser) throws(MercerError) in
      var labels: Set<String> = []
      repeat {
        let start = parser.token.start
        var label: String?
        if case .word(let word) = parser.token.kind, parser.isSymbol(":", ahead: 1) {
          guard labels.insert(word).inserted else {
            throw parser.text.error("\"\(word)\" is given twice", at: start)
          }
          label = word
          parser.advance()
          parser.advance()
        }
        try value(&parser, label, start)
      } while parser.take(",")
    }
    try close(")", openedAt: opening, or: "\",\" or ")
  }

  mutating func number() throws(MercerError) -> Double {
    let sign: Double = take("-") ? -1 : 1
    guard case .number(let value, _) = token.kind else {
      throw text.error("expected a number, found \(token.name)", at: token.start)
    }
    advance()
    return sign * value
  }

  mutating func list() throws(MercerError) -> [Double] {
    let opening = token.start
    guard take("[") else {
      throw text.error("expected \"[\", found \(token.name)", at: token.start)
    }
    if take("]") { return [] }
    var values = [try number()]
    while take(",") { values.append(try number()) }
    try close("]", openedAt: opening, or: "\",\" or ")
    return values
  }

  mutating func listOrMatrix() throws(MercerError) -> KernelExpression.Value {
    guard isSymbol("[", ahead: 1) else { return .list(try list()) }
    let opening = token.start
    advance()
    var rows: [[Double]] = []
    repeat {
      let start = token.start
      let row = try list()
      guard row.count == rows.first?.count ?? row.count else {
        throw text.error(
          "the rows of a matrix must be equally long: \(row.count) numbers after "
            + "\(rows.first?.count ?? 0)", at: start)
      }
      rows.append(row)
    } while take(",")
    try close("]", openedAt: opening, or: "\",\" or ")
    return .matrix(rows)
  }
}
