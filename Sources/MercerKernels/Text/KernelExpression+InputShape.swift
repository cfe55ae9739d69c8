public import MercerCore

extension KernelExpression {
  /// The shape that inputs must have, as the first layer of a network says; nil when none does.
  public var inputShape: NetworkShape? {
    for network in networks {
      guard case .layer(let name, let arguments) = network.firstLayer,
        let syntax = InputShapeLayer.syntaxes.first(where: { $0.name == name }),
        let layer = try? syntax.make(arguments) as? InputShapeLayer
      else { continue }
      return layer.shape
    }
    return nil
  }

  /// The same kernel for inputs of a shape: it becomes the first layer of every network with positions
  /// that does not say a shape itself.
  ///
  /// - Throws: what making these networks throws.
  public func withInput(_ shape: NetworkShape) throws(MercerError) -> KernelExpression {
    switch self {
    case .scaled(let factor, let kernel): return .scaled(factor, try kernel.withInput(shape))
    case .power(let kernel, let exponent): return .power(try kernel.withInput(shape), exponent)
    case .sum(let kernels): return .sum(try Self.mapped(kernels, shape))
    case .product(let kernels): return .product(try Self.mapped(kernels, shape))
    case .call(let name, let arguments):
      var changed: [Argument] = []
      for argument in arguments {
        switch argument.value {
        case .kernel(let kernel):
          changed.append(Argument(argument.label, .kernel(try kernel.withInput(shape))))
        case .network(let expression):
          var network = try Network(expression)
          if network.hasPositions { network = try network.withInput(shape) }
          changed.append(Argument(argument.label, .network(network.expression)))
        default: changed.append(argument)
        }
      }
      return .call(name, changed)
    }
  }

  private static func mapped(
    _ kernels: [KernelExpression], _ shape: NetworkShape
  ) throws(MercerError) -> [KernelExpression] {
    var changed: [KernelExpression] = []
    for kernel in kernels { changed.append(try kernel.withInput(shape)) }
    return changed
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
