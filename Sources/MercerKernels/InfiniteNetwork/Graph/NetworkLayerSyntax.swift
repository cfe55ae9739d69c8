public import MercerCore

/// How a layer is written: its name, its arguments, and how it is made from them.
public struct NetworkLayerSyntax: Sendable {
  /// The name in the text form.
  public let name: String
  /// One line: what it does.
  public let summary: String
  /// The arguments it takes.
  public let parameters: [KernelParameterSyntax]
  private let body: @Sendable (KernelArguments) throws(MercerError) -> any NetworkLayer

  /// A syntax; `make` is called with arguments that were checked against `parameters`.
  public init(
    _ name: String, summary: String, parameters: [KernelParameterSyntax] = [],
    make: @escaping @Sendable (KernelArguments) throws(MercerError) -> any NetworkLayer
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    body = make
  }

  /// All layers there are, in the order in which help lists them.
  public static let all = layers + positionLayers + activations

  private static let layers =
    [DenseLayer.syntax] + BranchLayer.syntaxes
    + [IdentityLayer.syntax, LayerNormLayer.syntax, DropoutLayer.syntax] + InputShapeLayer.syntaxes

  private static let positionLayers =
    ConvolutionLayer.syntaxes + PoolingLayer.syntaxes + ReadoutLayer.syntaxes + [
      AttentionLayer.syntax
    ]

  private static let activations =
    RectifierLayer.syntaxes + ErfActivation.syntaxes + [GeluActivation.syntax]
    + SineActivation.syntaxes + [
      SineCosineActivation.syntax, RBFActivation.syntax, ExponentialActivation.syntax,
      GaussianActivation.syntax, MonomialActivation.syntax, HermiteActivation.syntax,
      RectifiedMonomialActivation.syntax,
    ] + StepActivation.syntaxes

  /// The layer that a call with these arguments means.
  ///
  /// - Throws: `.invalidExpression` for a label that is unknown, repeated or missing, or a value
  ///   of the wrong kind; `.invalidParameter` for a value outside its range.
  public func make(_ arguments: [NetworkExpression.Argument]) throws(MercerError)
    -> any NetworkLayer
  {
    try body(
      KernelArguments(
        of: name, arguments.map { .init($0.label, $0.value.asKernelValue) },
        parameters: parameters))
  }
}

extension NetworkExpression.Value {
  fileprivate var asKernelValue: KernelExpression.Value {
    switch self {
    case .number(let number): .number(number)
    case .word(let word): .word(word)
    case .network(let network): .network(network)
    }
  }
}
