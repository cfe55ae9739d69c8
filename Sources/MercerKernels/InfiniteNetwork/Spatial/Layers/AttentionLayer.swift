public import MercerCore

/// Attention of infinitely many heads over all positions.
///
/// With `softmax`, `relu`, `abs` and `linear`, queries and keys share their weights and scores are divided by
/// the number of key channels, so that they become the constants s = σqσk k(p, q) of an input by
/// itself; with A = ζ(s),
/// ```
/// k ← σv²σo² A(x) k A(z)ᵀ + σb²        Θ ← σv²σo² (A(x) Θ A(z)ᵀ + 2 A(x) k A(z)ᵀ) + σb²
/// ```
/// With `gaussianScores` they are divided by its square root, stay random, and are the weights:
/// ```
/// k ← c k Σk² + σb²        Θ ← c (Θ Σk² + 2 k ΣkΘ + 4 k Σk²) + σb²,   c = σq²σk²σv²σo²
/// ```
/// with sums over all pairs of positions. Terms of positions take k̂ and Θ̂ (`PositionTerms`) in the place
/// of k and Θ: in s, and, where values see them, everywhere. With `gaussianScores` and values that do
/// not,
/// ```
/// k ← c k̂ Σk̂k + σb²        Θ ← c (Θ̂ Σk̂k + k̂ Σ(k̂Θ + kΘ̂) + 4 k̂ Σk̂k) + σb²
/// ```
/// - Complexity: O(P³) for P positions and each pair of inputs, O(P²) with `gaussianScores`.
/// - Source: Hron, Bahri, Sohl-Dickstein and Novak 2020, Infinite attention (arXiv 2006.10540).
public struct AttentionLayer: PositionLayer, Equatable {
  /// What makes weights of scores.
  public let mechanism: AttentionMechanism
  /// σq², σk², σv², σo²: variances of the weights of queries, keys, values and the output; > 0.
  public let queryVariance: Double, keyVariance: Double, valueVariance: Double,
    outputVariance: Double
  /// σb² of the output, at least zero.
  public let biasVariance: Double
  /// What it sees of positions; nil for nothing, so that their order does not count.
  public let positions: PositionTerms?

  /// An attention.
  ///
  /// - Throws: `.invalidParameter` when a number is out of range.
  public init(
    _ mechanism: AttentionMechanism = .softmax, queryVariance: Double = 1, keyVariance: Double = 1,
    valueVariance: Double = 1, outputVariance: Double = 1, biasVariance: Double = 0,
    positions: PositionTerms? = nil
  ) throws(MercerError) {
    try checkPositive(queryVariance, "queryVariance of attention")
    try checkPositive(keyVariance, "keyVariance of attention")
    try checkPositive(valueVariance, "valueVariance of attention")
    try checkPositive(outputVariance, "outputVariance of attention")
    try LayerWeights.checkBias(biasVariance, of: "attention")
    self.mechanism = mechanism
    self.queryVariance = queryVariance
    self.keyVariance = keyVariance
    self.valueVariance = valueVariance
    self.outputVariance = outputVariance
    self.biasVariance = biasVariance
    self.positions = positions
  }

  private static let variances = [
    "queryVariance", "keyVariance", "valueVariance", "outputVariance",
  ]

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "attention", summary: "attention of infinitely many heads",
    parameters: [
      .init(
        "mechanism", .word, ifAbsent: .value(.word("softmax")),
        summary: "softmax, relu, abs, linear or gaussianScores")
    ]
      + variances.map {
        .init($0, .number, ifAbsent: .value(.number(1)), summary: "greater than 0")
      } + [.init("biasVariance", .number, ifAbsent: .value(.number(0)), summary: "at least 0")]
      + PositionTerms.parameters
  ) { (arguments) throws(MercerError) in
    try AttentionLayer(
      arguments.word("mechanism", of: AttentionMechanism.self),
      queryVariance: arguments.number("queryVariance"),
      keyVariance: arguments.number("keyVariance"),
      valueVariance: arguments.number("valueVariance"),
      outputVariance: arguments.number("outputVariance"),
      biasVariance: arguments.number("biasVariance"), positions: PositionTerms.read(arguments))
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    var arguments: [NetworkExpression.Argument] = []
    if mechanism != .softmax { arguments.append(.init("mechanism", .word(mechanism.rawValue))) }
    let values = [queryVariance, keyVariance, valueVariance, outputVariance]
    for (name, value) in zip(Self.variances, values) where value != 1 {
      arguments.append(.init(name, .number(value)))
    }
    if biasVariance != 0 { arguments.append(.init("biasVariance", .number(biasVariance))) }
    return .layer("attention", arguments + (positions?.arguments ?? []))
  }

  /// Adds one node.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var shape = graph.nodes[input].shape
    try shape.checkPositions()
    let weights = positions?.weights(channels: shape.channels.width)
    shape.channels = .infinite(width: 1)
    let form = AttentionForm(
      mechanism: mechanism, queryVariance: queryVariance, keyVariance: keyVariance,
      valueVariance: valueVariance, outputVariance: outputVariance, biasVariance: biasVariance,
      unitWeight: weights?.units ?? 1, positionWeight: weights?.positions ?? 0,
      valuesSeePositions: positions?.extent != .scores)
    return graph.append(
      .spatial(AttentionSlices(form: form, decay: positions?.decay)), after: [input], shape: shape,
      isGaussian: true,
      isFresh: true)
  }
}

/// What attention does to slices.
private struct AttentionSlices: SliceLayer {
  var form: AttentionForm
  let decay: PositionDecay?

  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation {
    guard let decay else { return .attention(form) }
    var form = form
    form.columns = input.columns
    form.decayTable = decay.table(rows: input.rows, columns: input.columns)
    if case .function = decay { try check(form, place) }
    return .attention(form)
  }

  /// Throws unless the covariances of all positions are finite and positive semi-definite.
  private func check(_ form: AttentionForm, _ place: NetworkPlace) throws(MercerError) {
    let count = form.decayTable.count
    var matrix = Matrix<Double>(rowCount: count, columnCount: count)
    for p in 0..<count { for q in 0..<count { matrix[p, q] = form.decay(p, q) } }
    if matrix.isFinite {
      let values = try SymmetricEigen.values(of: matrix)
      if let least = values.first, let most = values.last, least >= -1e-8 * max(most, 0) { return }
    }
    throw MercerError(
      .invalidParameter,
      "\(place): the covariances of positions that the decay makes are not positive semi-definite",
      remedy: "take another function of the distance, such as an exponential")
  }
}
