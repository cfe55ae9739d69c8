public import MercerCore

/// A kernel of an infinitely wide network: of its outputs at initialisation (nngp), or of its
/// training by gradient descent (ntk).
///
/// The input has k = ⟨M x, M z⟩/p, with p the number of coordinates of M x, and Θ = 0; each layer
/// then maps both (see `DenseLayer`, `BranchLayer`, `Activation`). The kernel is k, or Θ, after the
/// last.
///
/// - Units: those of the squared output of the network.
/// - Positive definite: yes, semi-definite in general.
/// - Complexity: a tile costs O(rows · columns · (d + layers)); a chain of dense layers and rectifiers
///   runs in registers, other layers through arrays of 256 pairs.
/// - Accuracy: about 1e-13 relative to √(k(x, x) k(z, z)) in Double and 1e-6 in Float, also for
///   equal, opposite and nearly equal inputs, which are recomputed from their coordinates at O(d)
///   each.
/// - Gradient: where two inputs have one direction or opposite ones the ntk of rectifiers has a kink,
///   which contributes nothing.
/// - Source: Lee et al. 2018 (arXiv 1711.00165); Jacot, Gabriel and Hongler 2018 (1806.07572);
///   conventions of neural-tangents, Novak et al. 2020 (1912.02803).
public struct NetworkKernel<Element: Scalar>: MetricKernel, Equatable {
  /// Which of the two kernels.
  public enum Kind: String, Sendable, CaseIterable {
    /// The covariance of the outputs over random weights: the neural network Gaussian process.
    case nngp
    /// The neural tangent kernel: the inner product of the gradients by all weights.
    case ntk
  }

  /// Which of the two kernels of the network.
  public let kind: Kind
  /// The network.
  public let network: Network
  /// What inputs go through first.
  public let metric: Metric

  /// A kernel of a network.
  ///
  /// - Throws: `.invalidParameter` for a metric outside its range.
  public init(
    _ kind: Kind, _ network: Network, metric: Metric = .identity
  ) throws(MercerError) {
    try metric.validate()
    self.kind = kind
    self.network = network
    self.metric = metric
  }

  /// The parameters of all layers: `dense[0].weightVariance`. Networks on images and sequences have
  /// none, as their kernels have no gradients.
  public var shapeParameters: [KernelParameter] {
    network.hasPositions ? [] : network.parameters
  }

  /// The parameters of the layers and the metric; none of networks on images and sequences.
  public var parameters: [KernelParameter] {
    network.hasPositions ? [] : shapeParameters + metric.parameters
  }

  /// The kernel with other values of its `parameters`, in their order.
  public func withParameters(_ values: [Double]) throws(MercerError) -> Self {
    guard values.count == parameters.count else {
      throw MercerError(
        .invalidParameter,
        "\(kind.rawValue) has \(parameters.count) parameters here, but \(values.count) values were "
          + "given")
    }
    if network.hasPositions { return self }
    let count = shapeParameters.count
    return try with(
      shape: Array(values[..<count]), metric: metric.withParameters(values[count...]))
  }

  /// The same kernel with other parameters and another metric.
  public func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self {
    try Self(
      kind, network.hasPositions ? network : network.withParameters(values), metric: metric)
  }

  /// The kernel on two point sets; throws `.invalidData` when k(x, x) overflows, too.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    try checkShapes(rows, columns)
    let graph = try NetworkGraph(network, dimension: mappedDimension(rows.dimension))
    if graph.hasPositions {
      return try BoundSliceKernel(self, graph, rows: rows, columns: columns)
    }
    return try BoundNetworkKernel(self, graph, rows: rows, columns: columns)
  }

  /// k(x, x) of each input; throws `.invalidData` when it overflows, too.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try metric.checkDimension(inputs.dimension)
    let graph = try NetworkGraph(network, dimension: mappedDimension(inputs.dimension))
    if graph.hasPositions { return try sliceDiagonal(graph, inputs) }
    let mapped = metric.mapped(inputs.coordinates)
    let variances = mapped.scaledRowNorms(Self.scale(dimension: mapped.columnCount))
    let values = try diagonal(graph, variances: variances)
    try PairLengths<Element>.checkFinite(values)
    return values.map { Element($0) }
  }

  /// What inner products of mapped inputs are multiplied by.
  static func scale(dimension: Int) -> Double { 1 / Double(max(dimension, 1)) }

  /// The number of coordinates of a point after the metric.
  private func mappedDimension(_ dimension: Int) -> Int {
    if case .transform(let matrix) = metric { matrix.rowCount } else { dimension }
  }

  // MARK: - Text

  /// `ntk(network)` or `nngp(network)`, with the metric.
  public var expression: KernelExpression {
    .call(kind.rawValue, [.init(nil, .network(network.expression))] + metric.arguments)
  }

  /// How the neural tangent kernel is written; `syntaxes` has both kinds.
  public static var syntax: KernelSyntax<Element> { syntax(of: .ntk) }

  /// How both kinds are written.
  public static var syntaxes: [KernelSyntax<Element>] { Kind.allCases.map(syntax(of:)) }

  private static func syntax(of kind: Kind) -> KernelSyntax<Element> {
    KernelSyntax(
      kind.rawValue,
      summary: kind == .nngp
        ? "covariance of an infinitely wide network's outputs"
        : "tangent kernel of an infinitely wide network",
      parameters: [
        KernelParameterSyntax(nil, .network, summary: "layers joined by >, repeated by ^")
      ] + .metric
    ) { (arguments) throws(MercerError) in
      guard case .network(let network)? = arguments.unlabelled(0) else {
        throw MercerError(.invalidExpression, "\(kind.rawValue) needs a network")
      }
      return try NetworkKernel(kind, Network(network), metric: arguments.metric())
    }
  }
}
