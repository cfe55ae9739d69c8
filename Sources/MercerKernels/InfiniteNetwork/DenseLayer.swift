public import MercerCore

/// A fully connected layer of infinite width.
///
/// ```
/// k ← σw² k + σb²        Θ ← σw² Θ + σw² k + σb²   (k on the right before the layer)
/// ```
/// - Units: variances of standard normal weights and biases in the NTK parametrisation: sums over
///   inputs are divided by the fan-in, so that σw² = W_std² and σb² = b_std² of neural-tangents.
/// - Source: Lee et al. 2018, Deep Neural Networks as Gaussian Processes, eq. 5; Jacot, Gabriel and
///   Hongler 2018, Neural Tangent Kernel, theorem 1 (arXiv 1711.00165, 1806.07572).
public struct DenseLayer: NetworkLayer, Equatable {
  /// σw², finite and greater than zero.
  public let weightVariance: Double
  /// σb², finite and at least zero; zero is a layer without bias.
  public let biasVariance: Double

  /// A dense layer.
  ///
  /// - Throws: `.invalidParameter` when a variance is out of range.
  public init(weightVariance: Double = 1, biasVariance: Double = 0) throws(MercerError) {
    guard weightVariance.isFinite, weightVariance > 0 else {
      throw MercerError(
        .invalidParameter, "weightVariance of dense must be above zero, not \(weightVariance)")
    }
    guard biasVariance.isFinite, biasVariance >= 0 else {
      throw MercerError(
        .invalidParameter, "biasVariance of dense must be zero or above, not \(biasVariance)")
    }
    self.weightVariance = weightVariance
    self.biasVariance = biasVariance
  }

  /// How the text form writes and reads the layer.
  public static let syntax = NetworkLayerSyntax(
    "dense", summary: "fully connected, of infinite width",
    parameters: [
      .init(
        "weightVariance", .number, ifAbsent: .value(.number(1)), summary: "σw², greater than 0"),
      .init("biasVariance", .number, ifAbsent: .value(.number(0)), summary: "σb², at least 0"),
    ]
  ) { (arguments) throws(MercerError) in
    try DenseLayer(
      weightVariance: arguments.number("weightVariance"),
      biasVariance: arguments.number("biasVariance"))
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    var arguments: [NetworkExpression.Argument] = []
    if weightVariance != 1 { arguments.append(.init("weightVariance", .number(weightVariance))) }
    if biasVariance != 0 { arguments.append(.init("biasVariance", .number(biasVariance))) }
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
    guard biasVariance > 0 else { return try DenseLayer(weightVariance: values[0]) }
    guard values[1] > 0 else {
      throw MercerError(
        .invalidParameter, "biasVariance of a dense layer with bias must be above zero",
        remedy: "to search without bias, leave biasVariance out of the network")
    }
    return try DenseLayer(weightVariance: values[0], biasVariance: values[1])
  }

  /// The layer as the loops know it.
  public var packedLayer: PackedLayer? {
    .dense(weightVariance: weightVariance, biasVariance: biasVariance)
  }

  /// k(x, x) after the layer.
  public func variance(after variance: Double) -> Double {
    weightVariance * variance + biasVariance
  }

  /// Θ(x, x) after the layer.
  public func tangent(after tangent: Double, variance: Double) -> Double {
    weightVariance * (tangent + variance) + biasVariance
  }

  /// Takes pairs through the layer, in place.
  public func forward<Element: Scalar>(_ pairs: NetworkPairs<Element>) {
    Element.loops.networkDense(
      pairs.count, Element(weightVariance), Element(biasVariance), pairs.rootX, pairs.nextInverseX,
      pairs.rootZ, pairs.nextInverseZ, pairs.cosine, pairs.sine2, pairs.theta)
  }

  /// Takes adjoints back through the layer, in place.
  public func backward<Element: Scalar>(
    _ pairs: NetworkPairs<Element>, adjoints: NetworkAdjoints<Element>,
    gradient: UnsafeMutableBufferPointer<Double>
  ) {
    guard let theta = pairs.theta else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2) { total in
      total.initialize(repeating: 0)
      guard let base = total.baseAddress else { return }
      Element.loops.networkDenseBackward(
        pairs.count, Element(weightVariance), pairs.rootX, pairs.rootZ, pairs.cosine, theta,
        adjoints.covariance, adjoints.theta, adjoints.varianceX, adjoints.varianceZ, base)
      for i in 0..<gradient.count { gradient[i] += total[i] }
    }
  }
}
