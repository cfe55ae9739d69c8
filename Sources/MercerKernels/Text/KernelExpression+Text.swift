public import MercerCore

extension KernelExpression {
  /// Reads the text form.
  ///
  /// ```
  /// gaussian(lengthScale: 1.2) + 0.1 * linear ^ 2
  /// matern(smoothness: 2.5, on: [0, 1]) * overlap(on: [3, 4])
  /// ntk((dense(weightVariance: 2) > relu) ^ 3 > dense)
  /// ```
  /// Any call may take `on: […]`, the columns (from 0) that its kernel sees; `select(K, on: […])` is
  /// the same for a kernel that is not one call. A bare word is a word after a label, a kernel (or a
  /// layer, inside `ntk` and `nngp`) without one. `^` binds before `*`, and `*` before `+`. Numbers in a product are multiplied together and
  /// stand in front. Whether the names and arguments mean a kernel is the business of
  /// `KernelRegistry`.
  ///
  /// - Throws: `.invalidExpression` with a message of three lines: what is wrong, the expression, and
  ///   a caret under the character. Text longer than 20,000 bytes, brackets nested deeper than 200
  ///   and powers above 1000 are refused.
  /// - Complexity: O(length).
  public init(parsing text: String) throws(MercerError) {
    var parser = try ExpressionParser(text)
    self = try parser.parseAll()
  }
}

extension KernelExpression: CustomStringConvertible {
  /// The text form, which parses back to an equal tree.
  ///
  /// Numbers have the fewest digits that read back to the same value. A tree that no text parses to
  /// (a sum of fewer than two terms, an unlabelled `word`, a number that is not finite) still prints,
  /// but not to text that parses back to it.
  public var description: String {
    switch self {
    case .call(let name, let arguments):
      arguments.isEmpty ? name : "\(name)(\(arguments.map(\.text).joined(separator: ", ")))"
    case .scaled(let factor, let kernel):
      "\(factor.shortestText) * \(kernel.isProduct ? kernel.description : kernel.asFactor)"
    case .sum(let terms): terms.map(\.asTerm).joined(separator: " + ")
    case .product(let factors): factors.map(\.asFactor).joined(separator: " * ")
    case .power(let kernel, let exponent): "\(kernel.asBase) ^ \(exponent)"
    }
  }

  private var isProduct: Bool {
    if case .product = self { true } else { false }
  }

  private var asTerm: String {
    if case .sum = self { "(\(self))" } else { description }
  }

  private var asFactor: String {
    switch self {
    case .call, .power: description
    case .sum, .product, .scaled: "(\(self))"
    }
  }

  private var asBase: String {
    if case .call = self { description } else { "(\(self))" }
  }
}

extension KernelExpression.Argument {
  fileprivate var text: String {
    label.map { "\($0): \(value.text(isLabelled: true))" } ?? value.text(isLabelled: false)
  }
}

extension KernelExpression.Value {
  fileprivate func text(isLabelled: Bool) -> String {
    switch self {
    case .number(let value): return value.shortestText
    case .list(let values): return values.listText
    case .matrix(let rows): return "[\(rows.map(\.listText).joined(separator: ", "))]"
    case .word(let word): return word
    case .kernel(let kernel):
      // After a label a bare word would read as a word.
      if isLabelled, case .call(_, []) = kernel { return "(\(kernel))" }
      return kernel.description
    case .network(let network):
      if isLabelled, case .layer(_, []) = network { return "(\(network))" }
      return network.description
    }
  }
}

extension NetworkExpression: CustomStringConvertible {
  /// The text form, which parses back to an equal tree when it stands in `ntk(…)` or `nngp(…)`.
  public var description: String {
    switch self {
    case .layer(let name, let arguments):
      arguments.isEmpty ? name : "\(name)(\(arguments.map(\.text).joined(separator: ", ")))"
    case .chain(let steps):
      steps.map { if case .chain = $0 { "(\($0))" } else { $0.description } }
        .joined(separator: " > ")
    case .repeated(let network, let count):
      if case .layer = network { "\(network) ^ \(count)" } else { "(\(network)) ^ \(count)" }
    }
  }

  /// How many layers there are once repetitions are written out, those of nested networks included;
  /// `Int.max` when they cannot be counted.
  public var layerCount: Int {
    switch self {
    case .layer(_, let arguments):
      arguments.reduce(1) { total, argument in
        guard case .network(let network) = argument.value else { return total }
        return total.addingOrLargest(network.layerCount)
      }
    case .chain(let steps): steps.reduce(0) { $0.addingOrLargest($1.layerCount) }
    case .repeated(let network, let count):
      network.layerCount.multipliedReportingOverflow(by: count).overflow
        ? .max : network.layerCount * count
    }
  }
}

extension NetworkExpression.Argument {
  fileprivate var text: String {
    let text =
      switch value {
      case .number(let value): value.shortestText
      case .word(let word): word
      case .network(let network):
        if label != nil, case .layer(_, []) = network { "(\(network))" } else { "\(network)" }
      }
    return label.map { "\($0): \(text)" } ?? text
  }
}

extension Int {
  fileprivate func addingOrLargest(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension [Double] {
  fileprivate var listText: String { "[\(map(\.shortestText).joined(separator: ", "))]" }
}

extension Double {
  /// The fewest digits that read back to the same value: `2`, `0.1`, `1e-12`.
  var shortestText: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
