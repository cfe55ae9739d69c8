public import MercerCore

/// Two units a sin(b u) and a cos(b u) for each u: random Fourier features.
///
/// ```
/// E φ(u) · φ(w) / 2 = a² exp(−b² E(u − w)²/2) / 2
/// ```
/// The mean is over the units of both kinds, as for `concatenate(sin, cos)`.
/// - Source: Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines.
public struct SineCosineActivation: Activation, Equatable {
  /// The scale of the output.
  public let a: Double
  /// The scale of the input.
  public let b: Double

  /// Features.
  ///
  /// - Throws: `.invalidParameter` when a number is zero or not finite.
  public init(a: Double = 1, b: Double = 1) throws(MercerError) {
    try checkScales(of: "sinCos", a, b)
    self.a = a
    self.b = b
  }

  /// How the text form writes and reads it.
  public static let syntax = NetworkLayerSyntax(
    "sinCos", summary: "a sin(b u) and a cos(b u), side by side",
    parameters: .scales(["a": 1, "b": 1])
  ) { (arguments) throws(MercerError) in
    try SineCosineActivation(a: arguments.number("a"), b: arguments.number("b"))
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer("sinCos", .scales([("a", a, 1), ("b", b, 1)]))
  }

  /// What φ(−u) is.
  public var parity: ActivationParity { .none }

  /// Adds one node, of units of two kinds and twice as many.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    try graph.checkGaussian(input)
    var shape = graph.nodes[input].shape
    if case .infinite(let width) = shape.channels { shape.channels = .infinite(width: 2 * width) }
    return graph.append(
      .elementwise(self), after: [input], shape: shape, isGaussian: false, isMixed: true)
  }

  /// Both moments, by the formula above.
  @inline(__always)
  public func moments<N: MomentNumber>(of pair: NormalPair<N>) -> (value: N, slope: N) {
    let value = (a * a / 2) * N.exp((-0.5 * b * b) * pair.apart)
    return (value, (b * b) * value)
  }

  /// E φ(u).
  public func mean<N: MomentNumber>(ofVariance variance: N) -> N {
    (a / 2) * N.exp((-0.5 * b * b) * variance)
  }
}
