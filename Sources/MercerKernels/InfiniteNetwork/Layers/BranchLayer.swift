public import MercerCore

/// Networks side by side on one input, joined at each unit or side by side.
///
/// - `residual(f)`: x + f(x).
/// - `sum(f, g, …)`: f(x) + g(x) + ….
/// - `product(f, g, …)`: f(x) g(x) …, unit by unit; gates and bilinear layers are such, as in
///   `product(dense > sigmoidLike, dense)`.
/// - `concatenate(f, g, …)`: the units of all, in proportion to their widths.
///
/// Branches of a sum or a product must be independent: at most one may pass on units of the input as
/// they are or through activations alone, all others need a dense layer (or a convolution).
/// Non-Gaussian branches, as those that end with an activation, have means, which sums keep track of.
/// - Source: Yang 2020, Tensor Programs II (2006.14548), which gives the limits for any such program;
///   conventions of `FanInSum`, `FanInProd` and `FanInConcat` of neural-tangents (1912.02803).
public struct BranchLayer: NetworkLayer {
  /// How branches are joined.
  public enum Kind: String, Sendable, CaseIterable {
    /// The input plus the branch.
    case residual
    /// The sum of the branches.
    case sum
    /// Their product, unit by unit.
    case product
    /// Their units side by side.
    case concatenate
  }

  /// How branches are joined.
  public let kind: Kind
  /// The branches: one for a residual layer, two or more for others.
  public let branches: [Network]

  /// The most branches of one layer.
  public static let branchLimit = 16

  /// Branches joined.
  ///
  /// - Throws: `.invalidParameter` for a number of branches that the kind does not take.
  public init(_ kind: Kind, _ branches: [Network]) throws(MercerError) {
    let most = kind == .residual ? 1 : Self.branchLimit
    guard branches.count >= min(2, most), branches.count <= most else {
      throw MercerError(
        .invalidParameter,
        "\(kind.rawValue) takes \(most == 1 ? "one network" : "2 to \(most) networks"), not "
          + "\(branches.count)")
    }
    self.kind = kind
    self.branches = branches
  }

  /// How the text form writes and reads the kinds.
  public static let syntaxes = Kind.allCases.map { kind in
    let summary =
      switch kind {
      case .residual: "x + f(x)"
      case .sum: "f(x) + g(x) + …"
      case .product: "f(x) g(x) …, unit by unit"
      case .concatenate: "the units of all branches, side by side"
      }
    let places = (0..<(kind == .residual ? 1 : branchLimit)).map { place in
      KernelParameterSyntax(
        nil, .network, ifAbsent: place < 2 ? .required : .optional, summary: "a branch")
    }
    return NetworkLayerSyntax(kind.rawValue, summary: summary, parameters: places) {
      (arguments) throws(MercerError) in
      var branches: [Network] = []
      for place in 0..<branchLimit {
        guard case .network(let network)? = arguments.unlabelled(place) else { break }
        branches.append(try Network(network))
      }
      return try BranchLayer(kind, branches)
    }
  }

  /// The layer in text form.
  public var expression: NetworkExpression {
    .layer(kind.rawValue, branches.map { .init(nil, .network($0.expression)) })
  }

  /// The parameters of all branches, one after the other, named by layer: `dense[0].weightVariance`
  /// (a number for each branch in front where there are several: `branch[1].dense[0]…`).
  public var parameters: [KernelParameter] {
    branches.enumerated().flatMap { index, branch in
      branch.parameters.map {
        KernelParameter(
          branches.count == 1 ? $0.name : "branch[\(index)].\($0.name)", $0.value,
          isPositive: $0.isPositive)
      }
    }
  }

  /// The same layer with these values of its parameters.
  public func withParameters(_ values: [Double]) throws(MercerError) -> any NetworkLayer {
    var rest = values[...]
    var changed: [Network] = []
    for branch in branches {
      let count = branch.parameters.count
      changed.append(try branch.withParameters(Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    return try BranchLayer(kind, changed)
  }

  /// Adds the nodes of all branches, and one for each join of two.
  public func add(to graph: inout NetworkGraph, after input: Int) throws(MercerError) -> Int {
    var outputs = kind == .residual ? [input] : []
    for branch in branches { outputs.append(try graph.append(branch, after: input)) }
    var joined = outputs[0]
    for next in outputs.dropFirst() { joined = try join(joined, next, in: &graph) }
    return joined
  }

  private func join(
    _ first: Int, _ second: Int, in graph: inout NetworkGraph
  ) throws(MercerError) -> Int {
    let (a, b) = (graph.nodes[first], graph.nodes[second])
    guard a.shape.positions == b.shape.positions else {
      throw MercerError(
        .invalidParameter, "one branch ends with \(a.shape), another with \(b.shape)",
        remedy: "branches must have equal strides and paddings")
    }
    var shape = a.shape
    if kind == .concatenate {
      guard case .infinite(let width) = a.shape.channels,
        case .infinite(let other) = b.shape.channels
      else {
        throw MercerError(
          .invalidParameter, "a branch passes on the input, whose share is nothing beside layers",
          remedy: "put a dense layer into that branch")
      }
      shape.channels = .infinite(width: width + other)
      let share = width / (width + other)
      return graph.append(
        .combination(WeightedSum(weights: (share, 1 - share), isUnitwise: false)),
        after: [first, second], shape: shape, isGaussian: false, isMixed: true)
    }
    guard a.sources.isDisjoint(with: b.sources) else {
      throw MercerError(
        .invalidParameter, "two branches use the same units and are not independent",
        remedy: "put a dense layer or a convolution into all branches but one")
    }
    guard !(a.isMixed && b.isMixed) else {
      throw MercerError(
        .invalidParameter, "two branches end with concatenations, unit by unit of unlike kinds",
        remedy: "put a dense layer after one of them")
    }
    switch (a.shape.channels, b.shape.channels) {
    case (.infinite(let width), .infinite(let other)):
      guard width == other else {
        throw MercerError(
          .invalidParameter,
          "one branch has width \(width.shortestText), another "
            + "\(other.shortestText)",
          remedy: "give their last layers equal widths")
      }
    case (.finite, let channels): shape.channels = channels
    case (.infinite, .finite): break
    }
    return graph.append(
      .combination(
        kind == .product ? UnitProduct() : WeightedSum(weights: (1, 1), isUnitwise: true)),
      after: [first, second], shape: shape,
      isGaussian: kind != .product && a.isGaussian && b.isGaussian)
  }
}
