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
public struct ConvolutionLayer: PositionLayer, Equatable {
  /// The sizes of the filter and the steps: rows and columns, or one number for both and for sequences.
  public let filter: WindowSizes, stride: WindowSizes
  /// What is outside.
  public let padding: Padding
  /// Whether each position has weights of its own.
  public let isLocal: Bool
  /// σw², finite and greater than zero; σb², at least zero.
  public let weightVariance: Double, biasVariance: Double
  /// η relative to the network's learning rate, at least zero.
  public let learningRate: Double
  /// How weights are scaled and trained.
  public let parametrisation: Parametrisation
  /// The number of channels relative to a layer of width 1.
  public let width: Double

  /// A convolution.
  ///
  /// - Throws: `.invalidParameter` when a number is out of range.
  public init(
    _ filter: WindowSizes, stride: WindowSizes = WindowSizes(1), padding: Padding = .same,
    isLocal: Bool = false, weightVariance: Double = 1, biasVariance: Double = 0,
    learningRate: Double = 1, parametrisation: Parametrisation = .ntk, width: Double = 1
  ) throws(MercerError) {
    let name = isLocal ? "localConv" : "conv"
    try checkVariances(of: name, weightVariance, biasVariance)
    guard learningRate.isFinite, learningRate >= 0 else {
      throw MercerError(
        .invalidParameter, "learningRate of \(name) must be zero or above, not \(learningRate)")
    }
    try checkPositive(width, "width of \(name)")
    self.filter = filter
    self.stride = stride
    self.padding = padding
    self.isLocal = isLocal
    self.weightVariance = weightVariance
    self.biasVariance = biasVariance
    self.learningRate = learningRate
    self.parametrisation = parametrisation
    self.width = width
  }

  /// How the text form writes and reads both kinds.
  public static let syntaxes = [false, true].map { isLocal in
    NetworkLayerSyntax(
      isLocal ? "localConv" : "conv",
      summary: isLocal
        ? "convolution with weights of its own at each position"
        : "convolution of infinitely many channels",
      parameters: WindowSizes.parameters(ofStride: 1) + [
        .init(
          "padding", .word, ifAbsent: .value(.word("same")), summary: "same, valid or circular"),
        .init(
          "weightVariance", .number, ifAbsent: .value(.number(1)), summary: "σw², greater than 0"),
        .init("biasVariance", .number, ifAbsent: .value(.number(0)), summary: "σb², at least 0"),
        .init(
          "learningRate", .number, ifAbsent: .value(.number(1)),
          summary: "relative to that of the network, at least 0"),
        .init(
          "parametrisation", .word, ifAbsent: .value(.word("ntk")),
          summary: "ntk, standard or meanField"),
        .init(
          "width", .number, ifAbsent: .value(.number(1)), summary: "relative number of channels"),
      ]
    ) { (arguments) throws(MercerError) in
      let sizes = try WindowSizes.read(arguments, stride: 1)
      return try ConvolutionLayer(
        sizes.filter, stride: sizes.stride,
        padding: arguments.word("padding", of: Padding.self), isLocal: isLocal,
        weightVariance: arguments.number("weightVariance"),
        biasVariance: arguments.number("biasVariance"),
        learningRate: arguments.number("learningRate"),
        parametrisation: arguments.word("parametrisation", of: Parametrisation.self),
        width: arguments.number("width"))
    }
  }

  /// The layer in text form, without arguments that have their default.
  public var expression: NetworkExpression {
    var arguments = WindowSizes.arguments(filter, stride: stride, usualStride: WindowSizes(1))
    if padding != .same { arguments.append(.init("padding", .word(padding.rawValue))) }
    if weightVariance != 1 { arguments.append(.init("weightVariance", .number(weightVariance))) }
    if biasVariance != 0 { arguments.append(.init("biasVariance", .number(biasVariance))) }
    if learningRate != 1 { arguments.append(.init("learningRate", .number(learningRate))) }
    if parametrisation != .ntk {
      arguments.append(.init("parametrisation", .word(parametrisation.rawValue)))
    }
    if width != 1 { arguments.append(.init("width", .number(width))) }
    return .layer(isLocal ? "localConv" : "conv", arguments)
  }

  /// Adds the layer, and a division by the width before it for the mean-field scaling.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var shape = graph.nodes[input].shape
    let fanIn =
      switch shape.channels {
      case .finite(let count): Double(count)
      case .infinite(let width): width
      }
    let windows = try SliceWindows(shape, filter, stride, padding)
    shape.positions = windows.positions
    shape.channels = .infinite(width: width)
    let count = Double(windows.rows.filter * windows.columns.filter)
    let rates =
      parametrisation == .standard
      ? (weight: learningRate * fanIn, bias: biasVariance > 0 ? learningRate : 0)
      : (weight: learningRate * weightVariance / count, bias: learningRate * biasVariance)
    let node = graph.append(
      .spatial(
        ConvolutionSlices(
          windows: windows, isLocal: isLocal,
          factors: SliceFactors(
            scale: weightVariance / count, bias: biasVariance, weightRate: rates.weight,
            biasRate: rates.bias))),
      after: [input], shape: shape, isGaussian: true, isFresh: true)
    guard parametrisation == .meanField else { return node }
    return graph.append(
      .elementwise(Rescaling(covarianceFactor: 1 / fanIn, tangentFactor: 1)), after: node)
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
