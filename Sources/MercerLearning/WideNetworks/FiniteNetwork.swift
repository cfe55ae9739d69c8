public import MercerCore
public import MercerKernels

/// A fully connected network of finite width with random weights: a draw of what `NetworkKernel` is the
/// limit of.
///
/// In the NTK parametrisation: weights and biases are standard normal numbers, and a layer is
/// z = σw/√(fan-in) W a + σb b.
/// - Source: Jacot, Gabriel and Hongler 2018 (1806.07572), sec. 2.
public struct FiniteNetwork: Sendable {
  /// A dense layer and the activation after it.
  public struct Layer: Sendable {
    /// W, units × fan-in.
    public var weights: Matrix<Double>
    /// b, one a unit; nothing is added where σb is zero.
    public var biases: [Double]
    /// σw, σb and the learning rate of the layer.
    public let dense: DenseLayer
    /// φ; nil for none.
    public let activation: (any PointwiseActivation)?

    /// σw/√(fan-in).
    var scale: Double { (dense.weightVariance / Double(max(weights.columnCount, 1))).squareRoot() }
    /// σb.
    var biasScale: Double { dense.biasVariance.squareRoot() }
  }

  /// The layers, from input to readout.
  public var layers: [Layer]
  /// What it is a draw of.
  public let network: Network

  /// The number of coordinates of an input.
  public var inputDimension: Int { layers[0].weights.columnCount }
  /// The number of outputs, k.
  public var outputCount: Int { layers[layers.count - 1].weights.rowCount }
  /// The number of weights and biases.
  public var parameterCount: Int {
    layers.reduce(0) {
      $0 + $1.weights.count + ($1.dense.biasVariance > 0 ? $1.biases.count : 0)
    }
  }

  /// A draw of random weights.
  ///
  /// - Parameters:
  ///   - network: dense layers in the NTK parametrisation, each with an activation or none after it,
  ///     ending with a dense readout.
  ///   - inputDimension: d, the number of coordinates of an input, at least 1.
  ///   - width: the number of units of hidden layers; those of a dense layer with a `width` of its own
  ///     have so many times as many.
  ///   - outputCount: k, at least 1.
  ///   - seed: of the weights.
  ///   - draw: which of several draws of one seed.
  /// - Throws: `.invalidParameter` for a size out of range, and for a network with other layers, naming
  ///   the first.
  public init(
    _ network: Network, inputDimension: Int, width: Int, outputCount: Int = 1, seed: UInt64,
    draw: Int = 0
  ) throws(MercerError) {
    guard inputDimension > 0, width > 0, outputCount > 0, draw >= 0 else {
      throw MercerError(
        .invalidParameter,
        "a network needs at least one input, unit and output, not \(inputDimension), \(width) and "
          + "\(outputCount)")
    }
    let parts = try Self.parts(of: network)
    var fanIn = inputDimension
    var layers: [Layer] = []
    for (i, part) in parts.enumerated() {
      let units =
        i == parts.count - 1
        ? outputCount : max(1, Int((Double(width) * part.dense.width).rounded()))
      var stream = RandomStream(
        seed: seed, purpose: "finite network, layer \(i)", index: UInt64(draw))
      let weights = Matrix<Double>(rowCount: units, columnCount: fanIn) { buffer in
        for j in 0..<buffer.count { buffer.initializeElement(at: j, to: stream.normal()) }
      }
      layers.append(
        Layer(
          weights: weights, biases: (0..<units).map { _ in stream.normal() }, dense: part.dense,
          activation: part.activation))
      fanIn = units
    }
    self.layers = layers
    self.network = network
  }

  /// The dense layers of a network, with their activations.
  private static func parts(
    of network: Network
  ) throws(MercerError) -> [(dense: DenseLayer, activation: (any PointwiseActivation)?)] {
    var parts: [(dense: DenseLayer, activation: (any PointwiseActivation)?)] = []
    for (i, layer) in network.layers.enumerated() {
      let place = "layer \(i + 1), \(layer.expression)"
      switch layer {
      case is IdentityLayer: continue
      case let dense as DenseLayer:
        guard dense.parametrisation == .ntk else {
          throw MercerError(
            .invalidParameter, "\(place): networks of finite width have the ntk parametrisation")
        }
        parts.append((dense, nil))
      case let activation as any PointwiseActivation:
        guard let last = parts.last, last.activation == nil else {
          throw MercerError(
            .invalidParameter, "\(place): an activation must follow a dense layer",
            remedy: "put a dense layer in front")
        }
        parts[parts.count - 1].activation = activation
      default:
        throw MercerError(
          .invalidParameter, "\(place): networks of finite width have dense layers and activations",
          remedy: "take this layer out, or compare with kernels alone")
      }
    }
    guard let last = parts.last, last.activation == nil else {
      throw MercerError(
        .invalidParameter, "a network of finite width must end with a dense layer, its readout")
    }
    return parts
  }

  // MARK: - Outputs

  /// What passes through one layer for n inputs.
  struct Pass {
    /// Its input, n × fan-in.
    let input: Matrix<Double>
    /// φ′ of its units, n × units; nil where there is no activation.
    let slopes: Matrix<Double>?
  }

  /// The outputs, n × k.
  ///
  /// - Complexity: 2 n operations a weight.
  /// - Throws: `.shapeMismatch` for inputs of another dimension, `.invalidData` when an output
  ///   overflows, `.cancelled`.
  public func outputs(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    try forward(inputs, keepsPasses: false, context).outputs
  }

  func forward(
    _ inputs: Points<Double>, keepsPasses: Bool = true, _ context: ExecutionContext
  ) throws(MercerError) -> (outputs: Matrix<Double>, passes: [Pass]) {
    guard inputs.dimension == inputDimension else {
      throw MercerError(
        .shapeMismatch,
        "the network takes inputs of \(inputDimension) coordinates, not \(inputs.dimension)")
    }
    var state = inputs.coordinates
    var passes: [Pass] = []
    for layer in layers {
      let input = state
      state = try layer.units(of: input, context)
      var slopes = keepsPasses && layer.activation != nil ? state : nil
      if let activation = layer.activation {
        state.withUnsafeMutableBufferPointer { units in
          for i in units.indices { units[i] = activation.value(at: units[i]) }
        }
        slopes?.withUnsafeMutableBufferPointer { units in
          for i in units.indices { units[i] = activation.slope(at: units[i]) }
        }
      }
      if keepsPasses { passes.append(Pass(input: input, slopes: slopes)) }
    }
    guard state.isFinite else {
      throw MercerError(
        .invalidData, "an output of the network is beyond the range of numbers",
        remedy: "lower the learning rate, or the weight variances")
    }
    return (state, passes)
  }

  /// The derivatives by the units of every layer (before its activation), n × units each, of a function
  /// whose derivative by the outputs is given, n × k.
  func backward(
    _ byOutputs: Matrix<Double>, _ passes: [Pass], _ context: ExecutionContext
  ) throws(MercerError) -> [Matrix<Double>] {
    var derivatives = [byOutputs]
    for i in stride(from: layers.count - 1, to: 0, by: -1) {
      let layer = layers[i]
      let last = derivatives[derivatives.count - 1]
      var byInput = try last.multiplied(by: layer.weights, context: context)
        .scaled(by: layer.scale)
      if let slopes = passes[i - 1].slopes {
        byInput.withUnsafeMutableBufferPointer { target in
          slopes.withUnsafeBufferPointer { slopes in
            for j in target.indices { target[j] *= slopes[j] }
          }
        }
      }
      derivatives.append(byInput)
    }
    return derivatives.reversed()
  }
}

extension FiniteNetwork.Layer {
  /// σw/√(fan-in) W a + σb b for n inputs, n × units.
  func units(
    of input: Matrix<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    var units = try input.multiplied(by: weights, transposingOther: true, context: context)
      .scaled(by: scale)
    guard biasScale > 0 else { return units }
    let (width, added) = (biases.count, biases.map { $0 * biasScale })
    units.withUnsafeMutableBufferPointer { units in
      for start in stride(from: 0, to: units.count, by: max(width, 1)) {
        for j in 0..<width { units[start + j] += added[j] }
      }
    }
    return units
  }
}
