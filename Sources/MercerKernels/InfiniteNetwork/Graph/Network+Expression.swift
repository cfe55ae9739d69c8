public import MercerCore

extension Network {
  /// The network that an expression means.
  ///
  /// - Throws: `.invalidExpression` for an unknown layer, wrong arguments, or a repetition below 1
  ///   or beyond `layerLimit`; `.invalidParameter` for a value outside its range.
  public init(_ expression: NetworkExpression) throws(MercerError) {
    guard expression.layerCount <= Self.layerLimit else {
      throw MercerError(
        .invalidExpression,
        "the network has more than \(Self.layerLimit) layers, those of branches counted")
    }
    try self.init(Self.layers(of: expression))
  }

  private static func layers(
    of expression: NetworkExpression
  ) throws(MercerError) -> [any NetworkLayer] {
    switch expression {
    case .layer(let name, let arguments):
      guard let syntax = NetworkLayerSyntax.all.first(where: { $0.name == name }) else {
        let names = NetworkLayerSyntax.all.map(\.name)
        throw MercerError(
          .invalidExpression,
          "there is no layer '\(name)'\(Suggestion.text(for: name, among: names))",
          remedy: "layers are " + names.joined(separator: ", "))
      }
      return [try syntax.make(arguments)]
    case .chain(let parts):
      var layers: [any NetworkLayer] = []
      for part in parts { layers += try Self.layers(of: part) }
      return layers
    case .repeated(let part, let count):
      let layers = try Self.layers(of: part)
      guard count >= 1, count <= layerLimit, layers.count * count <= layerLimit else {
        throw MercerError(
          .invalidExpression,
          "a network cannot be repeated \(count) times",
          remedy: "1 is the least, and \(layerLimit) layers the most")
      }
      return Array(repeatElement(layers, count: count).joined())
    }
  }

  /// The network in text form, with repeated layers gathered; it parses back to an equal network.
  public var expression: NetworkExpression {
    let layers = layers.map(\.expression)
    var parts: [NetworkExpression] = []
    var start = 0
    while start < layers.count {
      let (period, count) = Self.longestRepetition(in: layers[start...])
      let block = Array(layers[start..<(start + period)])
      let part = period == 1 ? block[0] : .chain(block)
      parts.append(count == 1 ? part : .repeated(part, count))
      start += period * count
    }
    return parts.count == 1 ? parts[0] : .chain(parts)
  }

  /// The block of a few layers at the front whose repetitions cover the most; one layer once if
  /// nothing repeats. Blocks are at most 16 layers, which keeps this linear.
  private static func longestRepetition(
    in layers: ArraySlice<NetworkExpression>
  ) -> (period: Int, count: Int) {
    var best = (period: 1, count: 1)
    for period in 1...max(1, min(16, layers.count / 2)) {
      let run = zip(layers, layers.dropFirst(period)).prefix(while: ==).count
      let count = run / period + 1
      if count > 1, count * period > best.count * best.period { best = (period, count) }
    }
    return best
  }
}
