public import MercerCore

extension NetworkGraph {
  /// Adds the node of an activation: its units are no longer Gaussian.
  ///
  /// - Throws: `.invalidParameter` unless the input is Gaussian.
  public mutating func appendActivation(
    _ layer: some ElementwiseLayer, after input: Int
  ) throws(MercerError) -> Int {
    try checkGaussian(input)
    return append(
      .elementwise(layer), after: [input], isGaussian: false,
      parameterCount: layer.parameters.count)
  }

  /// Throws `.invalidParameter` unless the units of a node are Gaussian with mean zero and independent.
  public func checkGaussian(_ input: Int) throws(MercerError) {
    guard nodes[input].isGaussian else {
      throw MercerError(
        .invalidParameter,
        "an activation needs Gaussian units before it, and \(nodes[input].place) has others",
        remedy: "put a dense layer (or a convolution) in front of the activation")
    }
  }
}
