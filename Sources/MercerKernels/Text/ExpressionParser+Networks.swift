import MercerCore

extension ExpressionParser {
  mutating func network() throws(MercerError) -> NetworkExpression {
    let start = token.start
    var steps = [try step()]
    while take(">") { steps.append(try step()) }
    let network = steps.count == 1 ? steps[0] : .chain(steps)
    guard network.layerCount <= Self.layerLimit else {
      throw text.error("the network has more than \(Self.layerLimit) layers", at: start)
    }
    return network
  }

  mutating func step() throws(MercerError) -> NetworkExpression {
    let base = try layer()
    guard take("^") else { return base }
    return .repeated(base, try exponent(of: "the number of repetitions"))
  }

  mutating func layer() throws(MercerError) -> NetworkExpression {
    let start = token.start
    switch token.kind {
    case .word(let name):
      advance()
      var result: [NetworkExpression.Argument] = []
      try arguments { (parser, label, _) throws(MercerError) in
        result.append(.init(label, try parser.layerValue(isLabelled: label != nil)))
      }
      return .layer(name, result)
    case .symbol("("):
      advance()
      let inner = try nested { (parser) throws(MercerError) in try parser.network() }
      try close(")", openedAt: start, or: "\">\", \"^\" or ")
      return inner
    default:
      throw text.error("expected a layer, found \(token.name)", at: start)
    }
  }

  mutating func layerValue(isLabelled: Bool) throws(MercerError) -> NetworkExpression.Value {
    switch token.kind {
    case .number, .symbol("-"):
      return .number(try number())
    case .word(let word) where isLabelled && isBareWord:
      advance()
      return .word(word)
    default:
      return .network(try network())
    }
  }
}
