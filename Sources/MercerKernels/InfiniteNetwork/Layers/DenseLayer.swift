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

/// A fully connected layer of infinite width.
///
/// ```
/// k ← σw² k + σb²        Θ ← σw² Θ + η (gw k + gb)   (k on the right before the layer)
/// ```
/// with gw = σw², gb = σb² in the NTK parametrisation; see `Parametrisation` for others. η is the
/// layer's learning rate relative to that of the network.
/// - Units: variances of standard normal weights and biases in the NTK parametrisation: sums over
///   inputs are divided by the fan-in, so that σw² = W_std² and σb² = b_std² of neural-tangents.
/// - Source: Lee et al. 2018, Deep Neural Networks as Gaussian Processes, eq. 5; Jacot, Gabriel and
///   Hongler 2018, Neural Tangent Kernel, theorem 1 (arXiv 1711.00165, 1806.07572); the standard
///   parametrisation: Sohl-Dickstein et al. 2020 (2001.07301); mean-field scaling: Mei, Misiakiewicz
///   and Montanari 2019 (1902.06015).
public struct DenseLayer: ElementwiseLayer, Equatable {
  /// σw², finite and greater than zero.
  public let weightVariance: Double
  /// σb², finite and at least zero; zero is a layer without bias.
  public let biasVariance: Double
  /// η, at least zero; a layer of rate zero is not trained.
  public let learningRate: Double
  /// How its weights are scaled and trained.
  public let parametrisation: Parametrisation
  /// The number of its units, relative to a layer of width 1: their share in a concatenation, and
  /// the fan-in of a next layer in another parametrisation than `ntk`.
  public let width: Double
  /// The width of what is before the layer, where the parametrisation needs it.
  private var fanIn = 1.0

  /// A dense layer.
  ///
  /// - Throws: `.invalidParameter` when a number is out of range.
  public init(
    weightVariance: Double = 1, biasVariance: Double = 0, learningRate: Double = 1,
    parametrisation: Parametrisation = .ntk, width: Double = 1
  ) throws(MercerError) {
    try checkVariances(of: "dense", weightVariance, biasVariance)
    guard learningRate.isFinite, learningRate >= 0 else {
      throw MercerError(
        .invalidParameter, "learningRate of dense must be zero or above, not \(learningRate)")
    }
    try checkPositive(width, "width of dense")
    self.weightVariance = weightVariance
    self.biasVariance = biasVariance
    self.learningRate = learningRate
    self.parametrisation = parametrisation
    self.width = width
  }

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "dense", summary: "fully connected, of infinite width",
    parameters: [
      .init(
        "weightVariance", .number, ifAbsent: .value(.number(1)), summary: "σw², greater than 0"),
      .init("biasVariance", .number, ifAbsent: .value(.number(0)), summary: "σb², at least 0"),
      .init(
        "learningRate", .number, ifAbsent: .value(.number(1)),
        summary: "relative to that of the network, at least 0"),
      .init(
        "parametrisation", .word, ifAbsent: .value(.word("ntk")),
        summary: "ntk, standard or meanField"),
      .init("width", .number, ifAbsent: .value(.number(1)), summary: "relative number of units"),
    ]
  ) { (arguments) throws(MercerError) in
    try DenseLayer(
      weightVariance: arguments.number("weightVariance"),
      biasVariance: arguments.number("biasVariance"),
      learningRate: arguments.number("learningRate"),
      parametrisation: arguments.word("parametrisation", of: Parametrisation.self),
      width: arguments.number("width"))
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    var arguments: [NetworkExpression.Argument] = []
    if weightVariance != 1 { arguments.append(.init("weightVariance", .number(weightVariance))) }
    if biasVariance != 0 { arguments.append(.init("biasVariance", .number(biasVariance))) }
    if learningRate != 1 { arguments.append(.init("learningRate", .number(learningRate))) }
    if parametrisation != .ntk {
      arguments.append(.init("parametrisation", .word(parametrisation.rawValue)))
    }
    if width != 1 { arguments.append(.init("width", .number(width))) }
    return .layer("dense", arguments)
  }

  /// A bias of zero is no parameter: the kernel's derivative by σb² can be infinite there.
  public var parameters: [KernelParameter] {
    let weight = KernelParameter("weightVariance", weightVariance)
    return biasVariance == 0 ? [weight] : [weight, KernelParameter("biasVariance", biasVariance)]
  }

  /// The same layer with these values of its parameters.
  public func withParameters(_ values: [Double]) throws(MercerError) -> any NetworkLayer {
    precondition(values.count == parameters.count)
    if biasVariance > 0, !(values[1] > 0) {
      throw MercerError(
        .invalidParameter, "biasVariance of a dense layer with bias must be above zero",
        remedy: "to search without bias, leave biasVariance out of the network")
    }
    return try DenseLayer(
      weightVariance: values[0], biasVariance: biasVariance > 0 ? values[1] : 0,
      learningRate: learningRate, parametrisation: parametrisation, width: width)
  }

  /// Adds the layer, and a division by the width before it for the mean-field scaling.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var (layer, shape) = (self, graph.nodes[input].shape)
    switch shape.channels {
    case .finite(let count): layer.fanIn = Double(count)
    case .infinite(let width): layer.fanIn = width
    }
    shape.channels = .infinite(width: width)
    let node = graph.append(
      .elementwise(layer), after: [input], shape: shape, isGaussian: true, isFresh: true,
      parameterCount: parameters.count)
    guard parametrisation == .meanField else { return node }
    return graph.append(
      .elementwise(Rescaling(covarianceFactor: 1 / layer.fanIn, tangentFactor: 1)), after: node)
  }

  /// gw and gb, times the learning rate.
  private var rates: (weight: Double, bias: Double) {
    parametrisation == .standard
      ? (learningRate * fanIn, biasVariance > 0 ? learningRate : 0)
      : (learningRate * weightVariance, learningRate * biasVariance)
  }

  /// The layer as the loops know it.
  public var packedLayer: PackedLayer? {
    guard parametrisation != .standard, learningRate == 1 else { return nil }
    return .dense(weightVariance: weightVariance, biasVariance: biasVariance)
  }

  /// The moments after the layer.
  public func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(variance: weightVariance * moments.variance + biasVariance)
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    Element.loops.networkDense(
      pairs.count, Element(weightVariance), Element(biasVariance), Element(rates.weight),
      Element(rates.bias), pairs.scales.rootX, scales.inverseX, pairs.scales.rootZ,
      scales.inverseZ, pairs.cosine, pairs.sine2, pairs.theta)
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    guard let theta = pairs.theta else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4) { total in
      total.initialize(repeating: 0)
      guard let base = total.baseAddress else { return }
      Element.loops.networkDenseBackward(
        pairs.count, Element(weightVariance), Element(rates.weight), pairs.scales.rootX,
        pairs.scales.rootZ, pairs.cosine, theta, adjoints.covariance, adjoints.theta,
        adjoints.varianceX, adjoints.varianceZ, base)
      // The rates of the standard parametrisation do not depend on the variances.
      let rate = parametrisation == .standard ? 0 : learningRate
      for i in 0..<gradient.count { gradient[i] += total[i] + rate * total[i + 2] }
    }
    // Weights of mean zero forget the means of their inputs.
    adjoints.meanX.fill(0, count: pairs.count)
    adjoints.meanZ.fill(0, count: pairs.count)
  }
}

/// Throws `.invalidParameter` unless the variances of a layer's weights and biases are in range.
func checkVariances(
  of name: String, _ weight: Double, _ bias: Double
) throws(MercerError) {
  guard weight.isFinite, weight > 0 else {
    throw MercerError(
      .invalidParameter, "weightVariance of \(name) must be above zero, not \(weight)")
  }
  guard bias.isFinite, bias >= 0 else {
    throw MercerError(
      .invalidParameter, "biasVariance of \(name) must be zero or above, not \(bias)")
  }
}
