import MercerCore

/// The combinators that are written as calls of one kernel.
enum KernelCombinator: String, CaseIterable {
  /// Centred in feature space, against the columns of each binding.
  case centred
  /// Scaled to a diagonal of ones.
  case normalised
  /// The kernel on some columns: `select(linear + overlap, on: [0, 2])`.
  case select
}

/// Makes kernels from a tree that was just parsed, knowing where each call stands in the text.
struct KernelBuilder<Element: Scalar> {
  /// What other libraries call some kernels.
  private let aliases = [
    "rbf": "gaussian", "squaredexponential": "gaussian", "se": "gaussian", "exponential": "laplace",
    "dotproduct": "linear", "poly": "polynomial", "normalized": "normalised",
    "centered": "centred", "expsinesquared": "periodic", "laplacian": "laplace",
  ]

  private let registry: KernelRegistry<Element>
  private let text: ExpressionText
  private let tokens: [Token]
  private let places: [CallPlace]
  /// The number of calls met so far: the walk meets them in the order of the text.
  private var nextCall = 0
  /// How many `centred` are around the call at hand, and how many may be: each binds the kernel
  /// inside it twice, so that hostile text could ask for exponential time. One is all that helps.
  private var centredDepth = 0
  private let centredDepthLimit = 4

  init(registry: KernelRegistry<Element>, parser: ExpressionParser) {
    self.registry = registry
    text = parser.text
    tokens = parser.tokens
    places = parser.callPlaces
  }

  mutating func kernel(
    _ expression: KernelExpression
  ) throws(MercerError) -> any PointKernel<Element> {
    switch expression {
    case .call(let name, let arguments): return try call(name, arguments)
    case .scaled(let factor, let base): return try ScaledKernel(factor, try kernel(base))
    case .sum(let terms): return try SumKernel(kernels(terms))
    case .product(let factors): return try ProductKernel(kernels(factors))
    case .power(let base, let exponent):
      return try PowerKernel(try kernel(base), exponent: exponent)
    }
  }

  private mutating func kernels(
    _ expressions: [KernelExpression]
  ) throws(MercerError) -> [any PointKernel<Element>] {
    var result: [any PointKernel<Element>] = []
    for expression in expressions { result.append(try kernel(expression)) }
    return result
  }

  private mutating func call(
    _ name: String, _ arguments: [KernelExpression.Argument]
  ) throws(MercerError) -> any PointKernel<Element> {
    let place = places[nextCall]
    nextCall += 1
    let selection = arguments.firstIndex { $0.label == "on" }
    let columns = try selection.map { (index) throws(MercerError) in
      try self.columns(arguments[index].value, at: place.arguments[index].value)
    }
    var (others, otherPlaces) = (arguments, place.arguments)
    if let selection {
      others.remove(at: selection)
      otherPlaces.remove(at: selection)
    }
    let base: any PointKernel<Element>
    if let combinator = KernelCombinator(rawValue: name) {
      if combinator == .select, columns == nil {
        throw text.error(
          "select needs 'on', the columns to select, as in on: [0, 2]", at: place.name)
      }
      base = try combined(combinator, others, otherPlaces, at: place)
    } else {
      base = try leaf(name, others, otherPlaces, at: place)
    }
    guard let columns else { return base }
    return try ColumnsKernel(base, on: columns)
  }

  private func columns(
    _ value: KernelExpression.Value, at position: Int
  ) throws(MercerError) -> [Int] {
    guard case .list(let numbers) = value, !numbers.isEmpty else {
      throw text.error("'on' must be a list of columns, as in on: [0, 2]", at: position)
    }
    let columns = numbers.compactMap { Int(exactly: $0) }
    guard columns.count == numbers.count, columns.allSatisfy({ $0 >= 0 }),
      Set(columns).count == columns.count
    else {
      throw text.error(
        "the columns of 'on' must be whole numbers from 0, each once", at: position)
    }
    return columns
  }

  private mutating func combined(
    _ combinator: KernelCombinator, _ arguments: [KernelExpression.Argument],
    _ argumentPlaces: [(label: Int, value: Int)], at place: CallPlace
  ) throws(MercerError) -> any PointKernel<Element> {
    let name = combinator.rawValue
    guard let first = arguments.first else {
      throw text.error("\(name) needs a kernel, as in \(name)(linear)", at: place.name)
    }
    guard first.label == nil, case .kernel(let inner) = first.value else {
      throw text.error(
        "\(name) takes a kernel without a label, as in \(name)(linear)", at: argumentPlaces[0].label
      )
    }
    guard arguments.count == 1 else {
      throw text.error(
        "\(name) takes one kernel and 'on', nothing else", at: argumentPlaces[1].label)
    }
    if combinator == .centred {
      guard centredDepth < centredDepthLimit else {
        throw text.error("centred nests deeper than \(centredDepthLimit) levels", at: place.name)
      }
      centredDepth += 1
    }
    defer { if combinator == .centred { centredDepth -= 1 } }
    let base = try kernel(inner)
    switch combinator {
    case .centred: return CentredKernel(base)
    case .normalised: return NormalisedKernel(base)
    case .select: return base
    }
  }

  private mutating func leaf(
    _ name: String, _ arguments: [KernelExpression.Argument],
    _ argumentPlaces: [(label: Int, value: Int)], at place: CallPlace
  ) throws(MercerError) -> any PointKernel<Element> {
    guard let syntax = registry.syntaxes.first(where: { $0.name == name }) else {
      throw text.error("unknown kernel \"\(name)\"\(suggestion(for: name))", at: place.name)
    }
    try check(arguments, argumentPlaces, against: syntax, at: place)
    do {
      return try syntax.make(arguments)
    } catch {
      let problem = error.remedy.map { "\(error.message) (\($0))" } ?? error.message
      throw text.error(
        problem, at: text.position(of: problem, among: tokens, from: place.name, to: place.end))
    }
  }

  private func suggestion(for name: String) -> String {
    let known = registry.syntaxes.map(\.name) + KernelCombinator.allCases.map(\.rawValue)
    if let alias = aliases[name.lowercased()], known.contains(alias) {
      return "; did you mean \"\(alias)\"?"
    }
    let near = Suggestion.text(for: name, among: known)
    return near.isEmpty ? "; known are \(known.joined(separator: ", "))" : near
  }

  /// Finds mistakes in labels and kinds, here where their places are known.
  private func check(
    _ arguments: [KernelExpression.Argument], _ argumentPlaces: [(label: Int, value: Int)],
    against syntax: KernelSyntax<Element>, at place: CallPlace
  ) throws(MercerError) {
    let labels = syntax.parameters.compactMap(\.label)
    var positional = syntax.parameters.filter { $0.label == nil }[...]
    for (argument, place) in zip(arguments, argumentPlaces) {
      let parameter: KernelParameterSyntax?
      if let label = argument.label {
        parameter = syntax.parameters.first { $0.label == label }
        guard parameter != nil else {
          let near = Suggestion.text(for: label, among: labels + ["on"])
          let known = "; it takes \((labels + ["on"]).joined(separator: ", "))"
          throw text.error(
            "\(syntax.name) has no argument \"\(label)\"\(near.isEmpty ? known : near)",
            at: place.label)
        }
      } else {
        parameter = positional.popFirst()
        guard parameter != nil else {
          let example = labels.first.map { ", as in \($0): …" } ?? ""
          throw text.error(
            "\(syntax.name) needs a label before this argument\(example)", at: place.label)
        }
      }
      if let parameter, !parameter.kind.fits(argument.value) {
        let what =
          parameter.label.map { "\"\($0)\" of \(syntax.name)" } ?? "this argument of \(syntax.name)"
        throw text.error("\(what) must be \(parameter.kind.rawValue)", at: place.value)
      }
    }
    for case .network(let network) in arguments.map(\.value) {
      try checkLayers(of: network, in: place)
    }
    for parameter in syntax.parameters {
      guard let label = parameter.label, case .required = parameter.absence else { continue }
      guard arguments.contains(where: { $0.label == label }) else {
        throw text.error(
          "\(syntax.name) needs \"\(label)\": \(parameter.kind.rawValue)", at: place.name)
      }
    }
  }

  /// Finds layers that do not exist, to suggest one that does.
  private func checkLayers(
    of network: NetworkExpression, in place: CallPlace
  ) throws(MercerError) {
    let known = NetworkLayerSyntax.all.map(\.name)
    for name in network.layerNames where !known.contains(name) {
      let near = Suggestion.text(for: name, among: known)
      let problem =
        "unknown layer \"\(name)\""
        + (near.isEmpty ? "; known are \(known.joined(separator: ", "))" : near)
      throw text.error(
        problem, at: text.position(of: problem, among: tokens, from: place.name, to: place.end))
    }
  }
}

extension NetworkExpression {
  /// The names of all layers in the order of the text.
  fileprivate var layerNames: [String] {
    switch self {
    case .layer(let name, let arguments):
      [name]
        + arguments.flatMap { argument in
          if case .network(let network) = argument.value { network.layerNames } else { [String]() }
        }
    case .chain(let steps): steps.flatMap(\.layerNames)
    case .repeated(let network, _): network.layerNames
    }
  }
}
