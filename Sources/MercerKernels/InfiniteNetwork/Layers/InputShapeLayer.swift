public import MercerCore

/// What the numbers of an input are, as the first layer of a network: `image(28, 28, channels: 1)`,
/// `sequence(12, channels: 4)`.
///
/// Coordinates are in the order of an array with the channels last: row by row, column by column, the
/// channels of one position together. With a mask some positions of an input can be absent.
public struct InputShapeLayer: NetworkLayer, Equatable {
  /// The shape of the input, with finitely many channels.
  public let shape: NetworkShape
  /// Which numbers stand for nothing, if any.
  public let mask: InputMask?

  /// A layer that gives the input this shape.
  ///
  /// - Throws: `.invalidParameter` when it is of no positions, or of infinitely many or no numbers.
  public init(_ shape: NetworkShape, mask: InputMask? = nil) throws(MercerError) {
    guard !shape.isVector, let count = shape.inputDimension, count > 0, shape.positionCount > 0
    else {
      throw MercerError(
        .invalidParameter, "the sizes of an input must be whole numbers greater than zero")
    }
    self.shape = shape
    self.mask = mask
  }

  /// How the text form writes and reads the two kinds.
  public static let syntaxes = [
    NetworkLayerSyntax(
      "image", summary: "says that inputs are images; first layer",
      parameters: [
        .init(nil, .wholeNumber, summary: "rows"), .init(nil, .wholeNumber, summary: "columns"),
        channels, mask,
      ]
    ) { (arguments) throws(MercerError) in
      try InputShapeLayer(
        .image(
          height: size(arguments.unlabelled(0)), width: size(arguments.unlabelled(1)),
          channels: arguments.wholeNumber("channels")), mask: InputMask(arguments["mask"]))
    },
    NetworkLayerSyntax(
      "sequence", summary: "says that inputs are sequences; first layer",
      parameters: [.init(nil, .wholeNumber, summary: "length"), channels, mask]
    ) { (arguments) throws(MercerError) in
      try InputShapeLayer(
        .sequence(
          length: size(arguments.unlabelled(0)), channels: arguments.wholeNumber("channels")),
        mask: InputMask(arguments["mask"]))
    },
  ]

  private static let channels = KernelParameterSyntax(
    "channels", .wholeNumber, ifAbsent: .value(.number(1)), summary: "numbers at each position")

  private static let mask = KernelParameterSyntax(
    "mask", .numberOrWord, ifAbsent: .optional,
    summary: "a number that stands for nothing, or the word missing")

  /// A size up to a billion, 0 for any other.
  private static func size(_ value: KernelExpression.Value?) -> Int {
    guard case .number(let number)? = value, number > 0, number <= 1e9 else { return 0 }
    return Int(number)
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    var sizes: [Int] = []
    switch shape.positions {
    case .none: break
    case .line(let length): sizes = [length]
    case .grid(let height, let width): sizes = [height, width]
    }
    var arguments = sizes.map { NetworkExpression.Argument(nil, .number(Double($0))) }
    if case .finite(let channels) = shape.channels, channels != 1 {
      arguments.append(.init("channels", .number(Double(channels))))
    }
    if let mask { arguments.append(.init("mask", mask.value)) }
    return .layer(sizes.count == 1 ? "sequence" : "image", arguments)
  }

  /// Gives the input its shape, and adds nothing.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    try graph.setInputShape(shape, mask: mask, after: input)
    return input
  }
}

extension Network {
  /// The same network for inputs of a shape, which becomes its first layer unless it has one.
  ///
  /// - Throws: `.invalidParameter` for a shape without positions, or of no numbers.
  public func withInput(_ shape: NetworkShape) throws(MercerError) -> Network {
    if layers.first is InputShapeLayer { return self }
    return try Network([InputShapeLayer(shape)] + layers)
  }
}
