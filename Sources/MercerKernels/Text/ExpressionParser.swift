import MercerCore

/// Reads an expression by recursive descent; one method a rule of the grammar.
///
/// ```
/// kernel   := term ('+' term)*
/// term     := factor ('*' factor)*           at least one factor is not a number
/// factor   := number | primary ('^' whole)?
/// primary  := word arguments? | '(' kernel ')'
/// network  := step ('>' step)*
/// step     := layer ('^' whole)?
/// layer    := word arguments? | '(' network ')'
/// arguments := '(' (argument (',' argument)*)? ')'
/// argument := (word ':')? value
/// value    := '-'? number | list | matrix | word | kernel | network
/// ```
///
/// A bare word is a `word` after a label and a kernel (or layer) without one. The arguments of the
/// calls in `networkCalls` are networks, those of all other calls kernels.
struct ExpressionParser {
  /// The kernels that are made from a network.
  static let networkCalls: Set<String> = ["ntk", "nngp"]
  /// The largest exponent, and the most layers that a network may unroll to.
  static let exponentLimit = 1000
  static let layerLimit = 10_000

  let text: ExpressionText
  let tokens: [Token]
  private var next = 0
  private var depth = 0
  /// Where each kernel call and its arguments are, in the order of the text, which is the order in
  /// which a walk of the tree meets the calls.
  private(set) var callPlaces: [CallPlace] = []

  init(_ string: String) throws(MercerError) {
    text = try ExpressionText(string)
    tokens = try text.tokens()
  }

  /// The whole text as one kernel.
  mutating func parseAll() throws(MercerError) -> KernelExpression {
    if token.kind == .end { throw text.error("the kernel expression is empty", at: 0) }
    let result = try kernel()
    guard token.kind == .end else {
      switch token.kind {
      case .symbol(")"):
        throw text.error("this \")\" has no \"(\" before it", at: token.start)
      case .symbol("^"):
        throw text.error("a power of a power needs parentheses", at: token.start)
      case .symbol(">"):
        throw text.error(
          "layers are joined by \">\" only inside \(Self.networkCalls.sorted().joined(separator: "(…) or "))(…)",
          at: token.start)
      case .symbol("-"):
        throw text.error(
          "kernels cannot be subtracted: the result need not be a kernel", at: token.start)
      default:
        throw text.error(
          "expected \"+\", \"*\", \"^\" or the end, found \(token.name)", at: token.start)
      }
    }
    return result
  }
}

/// Where a call and its arguments stand in the text.
struct CallPlace {
  /// The first character of the name.
  let name: Int
  /// For each argument where its label (or the value, without a label) and its value begin.
  var arguments: [(label: Int, value: Int)] = []
  /// Just past the last character, bracket included.
  var end: Int
}

// MARK: - Tokens

extension ExpressionParser {
  var token: Token { tokens[next] }

  func isSymbol(_ symbol: Character, ahead: Int = 0) -> Bool {
    next + ahead < tokens.count && tokens[next + ahead].kind == .symbol(symbol)
  }

  mutating func advance() { if next < tokens.count - 1 { next += 1 } }

  mutating func take(_ symbol: Character) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  /// Reads the bracket that closes the one at `opening`.
  mutating func close(_ symbol: Character, openedAt opening: Int, or other: String)
    throws(MercerError)
  {
    guard !take(symbol) else { return }
    if token.kind == .end {
      throw text.error("this \"\(text.characters[opening])\" is never closed", at: opening)
    }
    throw text.error("expected \(other)\"\(symbol)\", found \(token.name)", at: token.start)
  }

  /// Runs a rule one bracket deeper.
  mutating func nested<Result>(
    _ rule: (inout ExpressionParser) throws(MercerError) -> Result
  ) throws(MercerError) -> Result {
    guard depth < ExpressionText.depthLimit else {
      throw text.error(
        "brackets nest deeper than \(ExpressionText.depthLimit) levels", at: token.start)
    }
    depth += 1
    defer { depth -= 1 }
    return try rule(&self)
  }

  /// A whole number from 1 to `exponentLimit`, after `^`.
  mutating func exponent(of thing: String) throws(MercerError) -> Int {
    guard case .number(let value, _) = token.kind, let exponent = Int(exactly: value),
      exponent >= 1, exponent <= Self.exponentLimit
    else {
      throw text.error(
        "\(thing) must be a whole number from 1 to \(Self.exponentLimit), found \(token.name)",
        at: token.start)
    }
    advance()
    return exponent
  }
}

// MARK: - Kernels

extension ExpressionParser {
  mutating func kernel() throws(MercerError) -> KernelExpression {
    var terms = [try term()]
    while take("+") { terms.append(try term()) }
    return terms.count == 1 ? terms[0] : .sum(terms)
  }

  mutating func term() throws(MercerError) -> KernelExpression {
    let start = token.start
    var scale: Double?
    var factors: [KernelExpression] = []
    repeat {
      if case .number(let value, _) = token.kind {
        let product = (scale ?? 1) * value
        guard product > 0, product.isFinite else {
          throw text.error(
            "the factor of a kernel must be finite and greater than 0", at: token.start)
        }
        scale = product
        advance()
        if isSymbol("^") {
          throw text.error("only kernels can be raised to a power", at: token.start)
        }
      } else {
        factors.append(try factor())
      }
    } while take("*")
    guard let first = factors.first else {
      throw text.error("a number must multiply a kernel, as in 0.5 * linear", at: start)
    }
    let product = factors.count == 1 ? first : .product(factors)
    return scale.map { .scaled($0, product) } ?? product
  }

  mutating func factor() throws(MercerError) -> KernelExpression {
    let base = try primary()
    guard take("^") else { return base }
    return .power(base, try exponent(of: "the exponent"))
  }

  mutating func primary() throws(MercerError) -> KernelExpression {
    let start = token.start
    switch token.kind {
    case .word(let name):
      advance()
      let index = callPlaces.count
      callPlaces.append(CallPlace(name: start, end: start + name.count))
      let arguments = try kernelArguments(of: name, placeIndex: index)
      if !arguments.isEmpty { callPlaces[index].end = tokens[next - 1].start + 1 }
      return .call(name, arguments)
    case .symbol("("):
      advance()
      let inner = try nested { (parser) throws(MercerError) in try parser.kernel() }
      try close(")", openedAt: start, or: "\"+\", \"*\", \"^\" or ")
      return inner
    case .symbol("-"):
      throw text.error("the factor of a kernel must be finite and greater than 0", at: start)
    default:
      throw text.error("expected a kernel, found \(token.name)", at: start)
    }
  }

  mutating func kernelArguments(
    of name: String, placeIndex: Int
  ) throws(MercerError) -> [KernelExpression.Argument] {
    let takesNetworks = Self.networkCalls.contains(name)
    var result: [KernelExpression.Argument] = []
    try arguments { (parser, label, labelStart) throws(MercerError) in
      parser.callPlaces[placeIndex].arguments.append((labelStart, parser.token.start))
      result.append(
        .init(label, try parser.kernelValue(isLabelled: label != nil, takesNetworks: takesNetworks))
      )
    }
    return result
  }

  mutating func kernelValue(
    isLabelled: Bool, takesNetworks: Bool
  ) throws(MercerError) -> KernelExpression.Value {
    switch token.kind {
    case .symbol("["):
      return try listOrMatrix()
    case .number, .symbol("-"):
      if !isSymbol("*", ahead: 1) { return .number(try number()) }
    case .word(let word) where isLabelled && isBareWord:
      advance()
      return .word(word)
    default:
      break
    }
    return takesNetworks ? .network(try network()) : .kernel(try kernel())
  }
}
