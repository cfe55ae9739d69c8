public import MercerCore

/// A layer that only makes sense where there are positions.
protocol PositionLayer: NetworkLayer {}

extension Network {
  /// Whether it is for images or sequences.
  var hasPositions: Bool {
    layers.contains { layer in
      switch layer {
      case is any PositionLayer, is InputShapeLayer: true
      case let branches as BranchLayer: branches.branches.contains(where: \.hasPositions)
      default: false
      }
    }
  }
}

extension NetworkShape {
  /// Throws `.invalidParameter` unless there are positions.
  func checkPositions() throws(MercerError) {
    guard isVector else { return }
    throw MercerError(
      .invalidParameter, "this layer needs positions, but what is before it is a vector",
      remedy:
        "start the network with image(height, width, channels: …) or sequence(length, …), and "
        + "put this layer before flatten and globalAveragePool")
  }
}

/// A convolution with infinitely many channels, along a sequence or on an image.
///
/// ```
/// k(p, q) ← σw²/f Σ k(p + t, q + t) + σb²        Θ(p, q) ← σw²/f Σ Θ(p + t, q + t) + η (that k)
/// ```
/// with sums over the f positions t of the filter, zeros outside (see `Padding`). A local convolution
/// has weights and biases of its own at each position: nothing is left for p ≠ q.
/// - Source: Novak et al. 2019, Bayesian deep convolutional networks with many channels are Gaussian
///   processes (1810.05148), eq. 6; Arora et al. 2019, On exact computation with an infinitely wide
///   neural net (1904.11955), section 4.
@dynamicMemberLookup
public struct ConvolutionLayer: PositionLayer, Equatable {
  /// The sizes of the filter and the steps: rows and columns, or one number for both and for sequences.
  public let filter: WindowSizes, stride: WindowSizes
  /// What is outside.
  public let padding: Padding
  /// Whether each position has weights of its own.
  public let isLocal: Bool
  /// σw², σb², η, how weights are scaled, and the width.
  public let weights: LayerWeights

  /// A convolution.
  public init(
    _ filter: WindowSizes, stride: WindowSizes = WindowSizes(1), padding: Padding = .same,
    isLocal: Bool = false, weights: LayerWeights
  ) {
    self.filter = filter
    self.stride = stride
    self.padding = padding
    self.isLocal = isLocal
    self.weights = weights
  }

  /// A convolution.
  ///
  /// - Throws: `.invalidParameter` when a number is out of range.
  public init(
    _ filter: WindowSizes, stride: WindowSizes = WindowSizes(1), padding: Padding = .same,
    isLocal: Bool = false, weightVariance: Double = 1, biasVariance: Double = 0,
    learningRate: Double = 1, parametrisation: Parametrisation = .ntk, width: Double = 1
  ) throws(MercerError) {
    self.init(
      filter, stride: stride, padding: padding, isLocal: isLocal,
      weights: try LayerWeights(
        of: Self.name(isLocal: isLocal), weightVariance: weightVariance,
        biasVariance: biasVariance, learningRate: learningRate, parametrisation: parametrisation,
        width: width))
  }

  /// What the weights say of themselves: `weightVariance` and others.
  public subscript<Value>(dynamicMember member: KeyPath<LayerWeights, Value>) -> Value {
    weights[keyPath: member]
  }

  private static func name(isLocal: Bool) -> String { isLocal ? "localConv" : "conv" }

  /// How the text form writes and reads both kinds.
  public static let syntaxes = [false, true].map { isLocal in
    NetworkLayerSyntax(
      name(isLocal: isLocal),
      summary: isLocal
        ? "convolution with weights of its own at each position"
        : "convolution of infinitely many channels",
      parameters: WindowSizes.parameters(ofStride: 1) + [
        .init(
          "padding", .word, ifAbsent: .value(.word("same")), summary: "same, valid or circular")
      ] + LayerWeights.parameters
    ) { (arguments) throws(MercerError) in
      let sizes = try WindowSizes.read(arguments, stride: 1)
      return try ConvolutionLayer(
        sizes.filter, stride: sizes.stride,
        padding: arguments.word("padding", of: Padding.self), isLocal: isLocal,
        weights: LayerWeights(arguments, of: name(isLocal: isLocal)))
    }
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    var arguments = WindowSizes.arguments(filter, stride: stride, usualStride: WindowSizes(1))
    if padding != .same { arguments.append(.init("padding", .word(padding.rawValue))) }
    return .layer(Self.name(isLocal: isLocal), arguments + weights.arguments)
  }

  /// Adds the layer, and a division by the width before it for the mean-field scaling.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var shape = graph.nodes[input].shape
    let fanIn = shape.channels.width
    let windows = try SliceWindows(shape, filter, stride, padding)
    shape.positions = windows.positions
    shape.channels = .infinite(width: weights.width)
    let count = Double(windows.rows.filter * windows.columns.filter)
    let rates = weights.rates(fanIn: fanIn, windowSize: count)
    let node = graph.append(
      .spatial(
        ConvolutionSlices(
          windows: windows, isLocal: isLocal,
          factors: SliceFactors(
            scale: weights.weightVariance / count, bias: weights.biasVariance,
            weightRate: rates.weight, biasRate: rates.bias))),
      after: [input], shape: shape, isGaussian: true, isFresh: true)
    return weights.rescaled(node, fanIn: fanIn, in: &graph)
  }
}

/// What a convolution does to slices.
private struct ConvolutionSlices: SliceLayer {
  let windows: SliceWindows
  let isLocal: Bool
  let factors: SliceFactors

  var strides: (row: Int, column: Int) { windows.strides }

  func operation(
    from input: SliceLayout, to output: SliceLayout, _ place: NetworkPlace
  ) throws(MercerError) -> SliceOperation {
    let windows = try windows.with(input, output, place)
    return .convolution(
      rows: windows.rows, columns: windows.columns, factors: factors, isLocal: isLocal)
  }
}
