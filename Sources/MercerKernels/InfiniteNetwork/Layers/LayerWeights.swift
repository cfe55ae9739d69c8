public import MercerCore

/// How a layer's weights are scaled and trained.
public enum Parametrisation: String, Sendable, CaseIterable {
  /// Weights of unit variance, scaled by σw/√(fan-in) in the layer: the tangent kernel gains
  /// σw² k + σb².
  case ntk
  /// Weights of variance σw²/fan-in, trained as they are: it gains (fan-in) k + 1 (without the 1
  /// when there is no bias), fan-in being the width of what is before the layer.
  case standard
  /// As `ntk`, with outputs divided by √(fan-in width), and a learning rate as much larger: k is
  /// divided by the width, Θ is not. In the limit of large widths the network starts at zero.
  case meanField
}

/// The weights of a layer of infinite width, dense or convolutional: their variances, how they are
/// scaled and trained, and how many units they lead to.
/// - Source: the standard parametrisation: Sohl-Dickstein et al. 2020 (2001.07301); mean-field scaling:
///   Mei, Misiakiewicz and Montanari 2019 (1902.06015).
public struct LayerWeights: Sendable, Equatable {
  /// σw², finite and greater than zero.
  public let weightVariance: Double
  /// σb², finite and at least zero; zero is a layer without bias.
  public let biasVariance: Double
  /// η, at least zero; a layer of rate zero is not trained.
  public let learningRate: Double
  /// How its weights are scaled and trained.
  public let parametrisation: Parametrisation
  /// The number of its units (channels), relative to a layer of width 1: their share in a
  /// concatenation, and the fan-in of a next layer in another parametrisation than `ntk`.
  public let width: Double

  /// Weights of a layer of this name.
  ///
  /// - Throws: `.invalidParameter` when a number is out of range.
  public init(
    of name: String, weightVariance: Double = 1, biasVariance: Double = 0,
    learningRate: Double = 1, parametrisation: Parametrisation = .ntk, width: Double = 1
  ) throws(MercerError) {
    guard weightVariance.isFinite, weightVariance > 0 else {
      throw MercerError(
        .invalidParameter, "weightVariance of \(name) must be above zero, not \(weightVariance)")
    }
    try Self.checkBias(biasVariance, of: name)
    guard learningRate.isFinite, learningRate >= 0 else {
      throw MercerError(
        .invalidParameter, "learningRate of \(name) must be zero or above, not \(learningRate)")
    }
    try checkPositive(width, "width of \(name)")
    self.weightVariance = weightVariance
    self.biasVariance = biasVariance
    self.learningRate = learningRate
    self.parametrisation = parametrisation
    self.width = width
  }

  /// Throws `.invalidParameter` unless a variance of biases is in range.
  static func checkBias(_ variance: Double, of name: String) throws(MercerError) {
    guard variance.isFinite, variance >= 0 else {
      throw MercerError(
        .invalidParameter, "biasVariance of \(name) must be zero or above, not \(variance)")
    }
  }

  // MARK: - Text

  /// The arguments of a layer that are of its weights.
  static let parameters: [KernelParameterSyntax] = [
    .init("weightVariance", .number, ifAbsent: .value(.number(1)), summary: "σw², greater than 0"),
    .init("biasVariance", .number, ifAbsent: .value(.number(0)), summary: "σb², at least 0"),
    .init(
      "learningRate", .number, ifAbsent: .value(.number(1)),
      summary: "relative to that of the network, at least 0"),
    .init(
      "parametrisation", .word, ifAbsent: .value(.word("ntk")),
      summary: "ntk, standard or meanField"),
    .init(
      "width", .number, ifAbsent: .value(.number(1)),
      summary: "relative number of units, or of channels"),
  ]

  /// The weights that arguments mean.
  ///
  /// - Throws: as the initialiser; `.invalidExpression` for an unknown word.
  init(_ arguments: KernelArguments, of name: String) throws(MercerError) {
    try self.init(
      of: name, weightVariance: arguments.number("weightVariance"),
      biasVariance: arguments.number("biasVariance"),
      learningRate: arguments.number("learningRate"),
      parametrisation: arguments.word("parametrisation", of: Parametrisation.self),
      width: arguments.number("width"))
  }

  /// The weights as arguments, without those that have their default.
  var arguments: [NetworkExpression.Argument] {
    var arguments: [NetworkExpression.Argument] = []
    if weightVariance != 1 { arguments.append(.init("weightVariance", .number(weightVariance))) }
    if biasVariance != 0 { arguments.append(.init("biasVariance", .number(biasVariance))) }
    if learningRate != 1 { arguments.append(.init("learningRate", .number(learningRate))) }
    if parametrisation != .ntk {
      arguments.append(.init("parametrisation", .word(parametrisation.rawValue)))
    }
    if width != 1 { arguments.append(.init("width", .number(width))) }
    return arguments
  }

  // MARK: - In a graph

  /// What Σk over a window of so many positions (k itself, for a dense layer) and 1 are multiplied by
  /// where they are added to the tangent kernel.
  func rates(fanIn: Double, windowSize: Double = 1) -> (weight: Double, bias: Double) {
    parametrisation == .standard
      ? (learningRate * fanIn, biasVariance > 0 ? learningRate : 0)
      : (learningRate * weightVariance / windowSize, learningRate * biasVariance)
  }

  /// The node after the division by the width that the mean-field scaling has; the same node for
  /// others.
  func rescaled(_ node: Int, fanIn: Double, in graph: inout NetworkGraph) -> Int {
    guard parametrisation == .meanField else { return node }
    return graph.append(
      .elementwise(Rescaling(covarianceFactor: 1 / fanIn, tangentFactor: 1)), after: node)
  }
}
