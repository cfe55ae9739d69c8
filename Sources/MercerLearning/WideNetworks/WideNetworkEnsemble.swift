public import MercerCore
public import MercerKernels

/// Infinitely many infinitely wide networks, each from its own random weights, trained on the squared
/// loss: their outputs form a Gaussian process at every time of training.
///
/// One eigendecomposition serves all times, lengths of descent and inputs.
///
/// ```
/// mean  f(x, t) = Θ(x, X) Θ⁻¹ (I − exp(−Θ t/|y|)) Y
/// cov   K(x, z) − A(x) K(X, z) − K(x, X) A(z)ᵀ + A(x) K A(z)ᵀ,   A(x) = Θ(x, X) Θ⁻¹ (I − exp(−Θ t/|y|))
/// ```
/// with Θ and K without arguments those of the training inputs; for `Kind.nngp` Θ is K.
/// - Units: means in those of the targets; the covariance is that of one output, as all outputs of a
///   network are alike and independent.
/// - Source: Lee et al. 2019, Wide Neural Networks of Any Depth Evolve as Linear Models
///   (1902.06720), eqs. 14 to 16; conventions of neural-tangents, Novak et al. 2020 (1912.02803).
public struct WideNetworkEnsemble: Sendable {
  /// What is trained.
  public enum Kind: String, Sendable, CaseIterable {
    /// The readout alone: for infinite time the Bayesian posterior, a Gaussian process of covariance K.
    case nngp
    /// All weights, by gradient descent.
    case ntk
  }

  /// What is trained.
  public let kind: Kind
  /// Y, n × k.
  public let targets: Matrix<Double>
  /// What was added to the diagonal, in units of the kernel.
  public let addedDiagonal: Double
  let modes: TrainedModes
  /// V K Vᵀ, n × n: the covariance at the start in the eigenvectors; nil for `nngp`, where it is
  /// the diagonal of eigenvalues.
  let startingCovariance: Matrix<Double>?
  /// The diagonal of V K Vᵀ.
  let startingVariances: [Double]
  /// Where the Gram matrices are from, if that is known.
  let source: Source?

  /// A network and its training inputs.
  struct Source: Sendable {
    let network: Network
    let inputs: Points<Double>
  }

  /// The number of training inputs, n.
  public var count: Int { targets.rowCount }

  /// An ensemble from Gram matrices.
  ///
  /// - Parameters:
  ///   - kind: what is trained.
  ///   - grams: K and Θ of the training inputs, n × n.
  ///   - targets: Y, n × k; the networks start at mean zero, so center targets that are not.
  ///   - diagonalRegulariser: what is added to the diagonal of the trained matrix, as a part of its
  ///     mean, at least 0.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: about 9 n³ operations for `nngp`, 13 n³ for `ntk`; 4 n² numbers.
  /// - Throws: `.shapeMismatch`, `.invalidData` for targets that are not finite or no inputs,
  ///   `.invalidParameter` for the regulariser, `.notPositiveDefinite` for a matrix that is no Gram
  ///   matrix, `.memoryLimit`.
  public init(
    _ kind: Kind, grams: NetworkGrams, targets: Matrix<Double>, diagonalRegulariser: Double = 0,
    context: ExecutionContext = .default
  ) throws(MercerError) {
    try self.init(
      kind, grams, targets, diagonalRegulariser: diagonalRegulariser, source: nil, context)
  }

  /// An ensemble of a network, which can be asked about any inputs.
  ///
  /// - Parameters:
  ///   - kind: what is trained.
  ///   - network: the network.
  ///   - inputs: X, n × d.
  ///   - targets: as the other initialiser.
  ///   - diagonalRegulariser: as the other initialiser.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: what `NetworkGrams` throws, and as the other initialiser.
  public init(
    _ kind: Kind, _ network: Network, inputs: Points<Double>, targets: Matrix<Double>,
    diagonalRegulariser: Double = 0, context: ExecutionContext = .default
  ) throws(MercerError) {
    let grams = try NetworkGrams(of: network, inputs: inputs, context: context)
    try self.init(
      kind, grams, targets, diagonalRegulariser: diagonalRegulariser,
      source: Source(network: network, inputs: inputs), context)
  }

  private init(
    _ kind: Kind, _ grams: NetworkGrams, _ targets: Matrix<Double>, diagonalRegulariser: Double,
    source: Source?, _ context: ExecutionContext
  ) throws(MercerError) {
    let n = grams.ntk.rowCount
    guard grams.ntk.columnCount == n, targets.rowCount == n else {
      throw MercerError(
        .shapeMismatch,
        "a \(n) × \(grams.ntk.columnCount) kernel matrix of the training inputs has "
          + "\(targets.rowCount) rows of targets")
    }
    guard n > 0, targets.columnCount > 0, targets.isFinite else {
      throw MercerError(
        .invalidData, "training needs an input and targets that are all finite")
    }
    guard diagonalRegulariser >= 0, diagonalRegulariser.isFinite else {
      throw MercerError(
        .invalidParameter,
        "diagonalRegulariser must be zero or above, not \(diagonalRegulariser)")
    }
    try context.checkMemory(40 * n * n, for: "the ensemble of networks on \(n) inputs")
    let gram = kind == .ntk ? grams.ntk : grams.nngp
    addedDiagonal = diagonalRegulariser * gram.diagonal.reduce(0, +) / Double(n)
    modes = try TrainedModes(gram: gram, shift: addedDiagonal, targets: targets, context: context)
    if kind == .ntk {
      let rotated = try modes.vectors.multiplied(by: grams.nngp, context: context)
        .multiplied(by: modes.vectors, transposingOther: true, context: context)
      startingVariances = rotated.diagonal
      startingCovariance = rotated
    } else {
      startingVariances = modes.eigenvalues.map { max($0, 0) }
      startingCovariance = nil
    }
    self.kind = kind
    self.targets = targets
    self.source = source
  }
}
