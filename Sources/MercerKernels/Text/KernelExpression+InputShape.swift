public import MercerCore

extension KernelExpression {
  /// The shape that inputs must have, as the first layer of a network says; nil when none does.
  public var inputShape: NetworkShape? { inputLayer?.shape }

  /// Which numbers of the input stand for nothing, as the first layer of a network says.
  public var inputMask: InputMask? { inputLayer?.mask }

  private var inputLayer: InputShapeLayer? {
    for network in networks {
      guard case .layer(let name, let arguments) = network.firstLayer,
        let syntax = InputShapeLayer.syntaxes.first(where: { $0.name == name }),
        let layer = try? syntax.make(arguments) as? InputShapeLayer
      else { continue }
      return layer
    }
    return nil
  }

  /// The same kernel for inputs of a shape: it becomes the first layer of every network with positions
  /// that does not say a shape itself.
  ///
  /// - Throws: what making these networks throws.
  public func withInput(_ shape: NetworkShape) throws(MercerError) -> KernelExpression {
    try mappingNetworks { (network) throws(MercerError) in
      network.hasPositions ? try network.withInput(shape) : network
    }
  }

  /// The same kernel with another mask in every network that has one.
  ///
  /// - Throws: what making these networks throws.
  public func withMask(_ mask: InputMask) throws(MercerError) -> KernelExpression {
    try mappingNetworks { (network) throws(MercerError) in
      guard let input = network.layers.first as? InputShapeLayer, input.mask != nil else {
        return network
      }
      return try Network([InputShapeLayer(input.shape, mask: mask)] + network.layers.dropFirst())
    }
  }

  private func mappingNetworks(
    _ change: (Network) throws(MercerError) -> Network
  ) throws(MercerError) -> KernelExpression {
    func all(_ kernels: [KernelExpression]) throws(MercerError) -> [KernelExpression] {
      var changed: [KernelExpression] = []
      for kernel in kernels { changed.append(try kernel.mappingNetworks(change)) }
      return changed
    }
    switch self {
    case .scaled(let factor, let kernel):
      return .scaled(factor, try kernel.mappingNetworks(change))
    case .power(let kernel, let exponent):
      return .power(try kernel.mappingNetworks(change), exponent)
    case .sum(let kernels): return .sum(try all(kernels))
    case .product(let kernels): return .product(try all(kernels))
    case .call(let name, let arguments):
      var changed: [Argument] = []
      for argument in arguments {
        switch argument.value {
        case .kernel(let kernel):
          changed.append(Argument(argument.label, .kernel(try kernel.mappingNetworks(change))))
        case .network(let expression):
          let network = try change(Network(expression))
          changed.append(Argument(argument.label, .network(network.expression)))
        default: changed.append(argument)
        }
      }
      return .call(name, changed)
    }
  }

  /// The networks in it.
  private var networks: [NetworkExpression] {
    switch self {
    case .scaled(_, let kernel), .power(let kernel, _): return kernel.networks
    case .sum(let kernels), .product(let kernels): return kernels.flatMap(\.networks)
    case .call(_, let arguments):
      return arguments.flatMap { argument -> [NetworkExpression] in
        switch argument.value {
        case .kernel(let kernel): kernel.networks
        case .network(let network): [network]
        default: []
        }
      }
    }
  }
}

extension NetworkExpression {
  /// The first layer of the first part.
  fileprivate var firstLayer: NetworkExpression {
    switch self {
    case .layer: self
    case .chain(let parts): parts.first?.firstLayer ?? self
    case .repeated(let part, _): part.firstLayer
    }
  }
}
