public import MercerCore

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
///   Hongler 2018, Neural Tangent Kernel, theorem 1 (arXiv 1711.00165, 1806.07572).
@dynamicMemberLookup
public struct DenseLayer: ElementwiseLayer, Equatable {
  /// σw², σb², η, how weights are scaled, and the width.
  public let weights: LayerWeights
  /// The width of what is before the layer, where the parametrisation needs it.
  private var fanIn = 1.0

  /// A dense layer.
  public init(_ weights: LayerWeights) { self.weights = weights }

  /// A dense layer.
  ///
  /// - Throws: `.invalidParameter` when a number is out of range.
  public init(
    weightVariance: Double = 1, biasVariance: Double = 0, learningRate: Double = 1,
    parametrisation: Parametrisation = .ntk, width: Double = 1
  ) throws(MercerError) {
    weights = try LayerWeights(
      of: "dense", weightVariance: weightVariance, biasVariance: biasVariance,
      learningRate: learningRate, parametrisation: parametrisation, width: width)
  }

  /// What the weights say of themselves: `weightVariance` and others.
  public subscript<Value>(dynamicMember member: KeyPath<LayerWeights, Value>) -> Value {
    weights[keyPath: member]
  }

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "dense", summary: "fully connected, of infinite width", parameters: LayerWeights.parameters
  ) { (arguments) throws(MercerError) in
    DenseLayer(try LayerWeights(arguments, of: "dense"))
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression { .layer("dense", weights.arguments) }

  /// A bias of zero is no parameter: the kernel's derivative by σb² can be infinite there.
  public var parameters: [KernelParameter] {
    let weight = KernelParameter("weightVariance", weights.weightVariance)
    guard weights.biasVariance > 0 else { return [weight] }
    return [weight, KernelParameter("biasVariance", weights.biasVariance)]
  }

  /// The same layer with these values of its parameters.
  public func withParameters(_ values: [Double]) throws(MercerError) -> any NetworkLayer {
    precondition(values.count == parameters.count)
    let hasBias = weights.biasVariance > 0
    if hasBias, !(values[1] > 0) {
      throw MercerError(
        .invalidParameter, "biasVariance of a dense layer with bias must be above zero",
        remedy: "to search without bias, leave biasVariance out of the network")
    }
    return try DenseLayer(
      weightVariance: values[0], biasVariance: hasBias ? values[1] : 0,
      learningRate: weights.learningRate, parametrisation: weights.parametrisation,
      width: weights.width)
  }

  /// Adds the layer, and a division by the width before it for the mean-field scaling.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var (layer, shape) = (self, graph.nodes[input].shape)
    layer.fanIn = shape.channels.width
    shape.channels = .infinite(width: weights.width)
    let node = graph.append(
      .elementwise(layer), after: [input], shape: shape, isGaussian: true, isFresh: true,
      parameterCount: parameters.count)
    return weights.rescaled(node, fanIn: layer.fanIn, in: &graph)
  }

  /// The layer as the loops know it.
  public var packedLayer: PackedLayer? {
    guard weights.parametrisation != .standard, weights.learningRate == 1 else { return nil }
    return .dense(weightVariance: weights.weightVariance, biasVariance: weights.biasVariance)
  }

  /// The moments after the layer.
  public func moments(after moments: UnitMoments) -> UnitMoments {
    UnitMoments(variance: weights.weightVariance * moments.variance + weights.biasVariance)
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>
  ) {
    let rates = weights.rates(fanIn: fanIn)
    Element.loops.networkDense(
      pairs.count, Element(weights.weightVariance), Element(weights.biasVariance),
      Element(rates.weight),
      Element(rates.bias), pairs.scales.rootX, scales.inverseX, pairs.scales.rootZ,
      scales.inverseZ, pairs.cosine, pairs.sine2, pairs.theta)
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, to scales: NetworkScales<Element>,
    adjoints: NetworkAdjoints<Element>, gradient: UnsafeMutableBufferPointer<Double>
  ) {
    guard let theta = pairs.theta else { return }
    let byWeight = weights.rates(fanIn: fanIn).weight
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4) { total in
      total.initialize(repeating: 0)
      guard let base = total.baseAddress else { return }
      Element.loops.networkDenseBackward(
        pairs.count, Element(weights.weightVariance), Element(byWeight), pairs.scales.rootX,
        pairs.scales.rootZ, pairs.cosine, theta, adjoints.covariance, adjoints.theta,
        adjoints.varianceX, adjoints.varianceZ, base)
      // The rates of the standard parametrisation do not depend on the variances.
      let rate = weights.parametrisation == .standard ? 0 : weights.learningRate
      for i in 0..<gradient.count { gradient[i] += total[i] + rate * total[i + 2] }
    }
    // Weights of mean zero forget the means of their inputs.
    adjoints.meanX.fill(0, count: pairs.count)
    adjoints.meanZ.fill(0, count: pairs.count)
  }
}
