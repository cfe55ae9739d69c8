public import MercerCore

/// An infinitely wide network: layers one after the other, from input to readout.
///
/// Its kernels are the limits of those of a finite network of this shape as all layers grow wide:
/// see `NetworkKernel`. A network is a small value; it holds no weights.
public struct Network: Sendable, Equatable, CustomStringConvertible {
  /// The layers, repetitions written out.
  public let layers: [any NetworkLayer]

  /// The most layers a network may have, repetitions written out.
  public static let layerLimit = 10_000

  /// A network of these layers.
  ///
  /// - Throws: `.invalidParameter` when there is none, or more than `layerLimit`.
  public init(_ layers: [any NetworkLayer]) throws(MercerError) {
    guard !layers.isEmpty, layers.count <= Self.layerLimit else {
      throw MercerError(
        .invalidParameter,
        "a network has from 1 to \(Self.layerLimit) layers, not \(layers.count)")
    }
    self.layers = layers
  }

  /// A ReLU network: `depth` times a dense layer and relu, then a dense readout.
  ///
  /// - Parameters:
  ///   - depth: The number of hidden layers, 0 or more; 0 is a linear model.
  ///   - weightVariance: σw² of all dense layers; 2 keeps variances as they are through relu.
  ///   - biasVariance: σb² of all dense layers.
  /// - Throws: `.invalidParameter` when a value is out of range.
  public static func relu(
    depth: Int, weightVariance: Double = 2, biasVariance: Double = 0
  ) throws(MercerError) -> Network {
    let dense = try DenseLayer(weightVariance: weightVariance, biasVariance: biasVariance)
    guard depth >= 0, depth < layerLimit / 2 else {
      throw MercerError(
        .invalidParameter, "depth must be from 0 to \(layerLimit / 2 - 1), not \(depth)")
    }
    var layers: [any NetworkLayer] = []
    for _ in 0..<depth { layers += [dense, RectifierLayer.relu] as [any NetworkLayer] }
    return try Network(layers + [dense])
  }

  /// Two networks are equal when they are written the same.
  public static func == (a: Network, b: Network) -> Bool {
    a.layers.map(\.expression) == b.layers.map(\.expression)
  }

  /// The text form.
  public var description: String { String(describing: expression) }
}

// MARK: - Parameters

extension Network {
  /// The continuous parameters of all layers, named by layer and the layer's number among those of
  /// its kind: `dense[0].weightVariance`.
  public var parameters: [KernelParameter] {
    var counts: [String: Int] = [:]
    return layers.flatMap { layer in
      guard case .layer(let name, _) = layer.expression else { return layer.parameters }
      let number = counts[name, default: 0]
      counts[name] = number + 1
      return layer.parameters.map {
        KernelParameter("\(name)[\(number)].\($0.name)", $0.value, isPositive: $0.isPositive)
      }
    }
  }

  /// The same network with other values of its parameters, in the order of `parameters`.
  ///
  /// - Throws: `.invalidParameter` when there are not as many values, or one is out of range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> Network {
    guard values.count == parameters.count else {
      throw MercerError(
        .invalidParameter,
        "the network has \(parameters.count) parameters, but \(values.count) values were given")
    }
    var rest = values[...]
    var changed: [any NetworkLayer] = []
    for layer in layers {
      let count = layer.parameters.count
      changed.append(try layer.withParameters(Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    return try Network(changed)
  }
}
