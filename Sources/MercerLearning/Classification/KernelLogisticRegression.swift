public import MercerCore
import MercerKernels
import MercerOperators
import MercerSolvers
import RealModule

/// Kernel logistic regression: the functions that make `Σᵢ wᵢ (−log p(yᵢ | xᵢ)) + λ/2 ‖f‖²` least,
/// with p = 1 / (1 + exp(−f − b)) for the second of two classes and p = softmax(f + b) for more, each
/// of which has a function of its own.
///
/// λ stands as in `KernelRidge`: at the minimum λ α = y − p, as λ α = y − f there. b are the logarithms
/// of the weighted shares of the classes, and fixed: with a large λ the probabilities are those shares,
/// as predictions of a centred ridge regression are the mean. Two classes are one function, whose
/// penalty is twice that of the two opposite functions of a softmax.
/// - Complexity: exact: n³/3 operations and n² doubles a class (two classes count as one) for each of
///   5 to 20 Newton steps, and 2 n³/3 a class for leave-one-out scores. Iterative: 2 n r² operations a
///   class and step, and some tens of products with K; n r doubles.
/// - Source: Zhu and Hastie, Kernel logistic regression and the import vector machine (2005);
///   Rasmussen and Williams (2006), algorithms 3.1 and 3.3, for the steps.
public struct KernelLogisticRegression: Sendable {
  /// k.
  public var kernel: any Kernel<Points<Double>, Double>
  /// λ, above 0.
  public var ridge: Double
  /// Whether b are the logarithms of the classes' shares, and not 0.
  public var startsFromShares: Bool
  /// Whether each class weighs as much as any other, however many rows it has.
  public var balancesClasses: Bool
  /// How each Newton step is solved.
  public var solver: Solver
  /// The norm of the gradient, relative to that at f = 0, at which the iteration stops.
  public var tolerance: Double
  /// The seed of the columns of a preconditioner.
  public var seed: UInt64 = 0

  /// How each Newton step is solved.
  public enum Solver: Sendable, Equatable {
    /// Exactly up to `exactLimit` rows, where the factors fit into the memory.
    case automatic
    /// By a Cholesky factor a class, which gives leave-one-out scores, too.
    case exact
    /// By conjugate gradients with a Nyström preconditioner of this rank.
    case iterative(rank: Int = 1000)
  }

  /// Up to how many rows factors are preferred.
  public static let exactLimit = 3000

  /// An estimator.
  ///
  /// - Throws: `.invalidParameter` when the ridge is not above 0 or not finite.
  public init(
    kernel: any Kernel<Points<Double>, Double>, ridge: Double, startsFromShares: Bool = true,
    balancesClasses: Bool = false, solver: Solver = .automatic, tolerance: Double = 1e-6
  ) throws(MercerError) {
    guard ridge > 0, ridge.isFinite else {
      throw MercerError(
        .invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
    }
    self.kernel = kernel
    self.ridge = ridge
    self.startsFromShares = startsFromShares
    self.balancesClasses = balancesClasses
    self.solver = solver
    self.tolerance = tolerance
  }

  /// Fits to labelled inputs.
  ///
  /// - Parameters:
  ///   - inputs: n inputs.
  ///   - labels: the class of each input, in 0..<classCount.
  ///   - classCount: at least 2.
  ///   - weights: how much each input counts, all positive; nil when all count the same.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: `.invalidData` when there are fewer than two classes or a label is out of range,
  ///   `.didNotConverge` when the gradient does not fall to 1000 times the tolerance, `.memoryLimit`,
  ///   `.notPositiveDefinite`, `.cancelled`.
  public func fit(
    inputs: Points<Double>, labels: [Int], classCount: Int, weights: [Double]? = nil,
    context: ExecutionContext = .default
  ) throws(MercerError) -> KernelLogisticModel {
    try fits(
      inputs: inputs, labels: labels, classCount: classCount, ridges: [ridge], weights: weights,
      context: context)[0]
  }

  /// Fits for several ridges, each from where the one before ended, which saves steps when they
  /// descend or ascend.
  ///
  /// - Parameters:
  ///   - inputs: n × d.
  ///   - labels: the class of each row, from 0.
  ///   - classCount: how many classes there are.
  ///   - ridges: each above 0; the estimator's own is not used.
  ///   - weights: how much each row counts; nil for all the same.
  ///   - context: threads, memory limit and cancellation.
  /// - Throws: as `fit`.
  public func fits(
    inputs: Points<Double>, labels: [Int], classCount: Int, ridges: [Double],
    weights: [Double]? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> [KernelLogisticModel] {
    let codes = try ClassCodes(labels: labels, classCount: classCount)
    // The same checks of counts and weights as those of any estimator.
    let data = try LabelledData(
      inputs: inputs, targets: codes.matrix,
      weights: codes.weights(balanced: balancesClasses, times: weights))
    let kernel = try (kernel as? any PointKernel<Double>)?.anchored(to: inputs) ?? kernel
    let offsets = startsFromShares ? offsets(labels, classCount, data.weights) : nil
    if classCount == 2 {
      let loss = LogisticLoss(
        isSecond: labels.map { $0 == 1 }, weights: data.weights,
        offset: offsets.map { $0[1] - $0[0] } ?? 0)
      return try run(loss, [loss.offset], kernel, inputs, classCount, ridges, context)
    }
    let loss = SoftmaxLoss(
      labels: labels, weights: data.weights,
      offsets: offsets ?? [Double](repeating: 0, count: classCount))
    return try run(loss, loss.offsets, kernel, inputs, classCount, ridges, context)
  }

  /// The logarithms of the weighted shares. A class without rows counts as half a row.
  private func offsets(_ labels: [Int], _ classCount: Int, _ weights: [Double]?) -> [Double] {
    var totals = [Double](repeating: 0, count: classCount)
    for (i, label) in labels.enumerated() { totals[label] += weights?[i] ?? 1 }
    let sum = totals.reduce(0, +)
    return totals.map { Double.log(max($0, 0.5) / sum) }
  }

  private func run<Loss: RowLoss>(
    _ loss: Loss, _ offsets: [Double], _ kernel: any Kernel<Points<Double>, Double>,
    _ inputs: Points<Double>, _ classCount: Int, _ ridges: [Double], _ context: ExecutionContext
  ) throws(MercerError) -> [KernelLogisticModel] {
    let n = inputs.count
    let bytes = ExactCurvatureSystem.byteCount(rowCount: n, outputCount: loss.outputCount)
    let isExact =
      solver == .exact
      || (solver == .automatic && n <= Self.exactLimit && bytes <= context.memoryLimit)
    var models: [KernelLogisticModel] = []
    var start: Matrix<Double>?
    let tiled = try TiledGram(kernel, inputs: inputs)
    let exact: ExactCurvatureSystem?
    if isExact {
      try context.checkMemory(bytes, for: "a logistic regression of \(n) rows")
      exact = try ExactCurvatureSystem(try tiled.densified(context: context))
    } else {
      exact = nil
    }
    for ridge in ridges {
      guard ridge > 0, ridge.isFinite else {
        throw MercerError(
          .invalidParameter, "the ridge must be finite and above 0, not \(ridge)")
      }
      let likelihood = PenalizedLikelihood(loss: loss, ridge: ridge, tolerance: tolerance)
      let fit: PenalizedLikelihood<Loss>.Fit
      var leftOut: Matrix<Double>?
      if let exact {
        fit = try likelihood.minimize(exact, rowCount: n, start: start, context: context)
        leftOut = try likelihood.leaveOneOut(fit, exact, context: context)
      } else {
        let system = try iterative(tiled, kernel, inputs, ridge: ridge, context)
        fit = try likelihood.minimize(system, rowCount: n, start: start, context: context)
      }
      guard fit.report.stopReason == .converged || fit.report.gradientNorm <= 1000 * tolerance
      else {
        throw MercerError(
          .didNotConverge,
          "the logistic regression stopped after \(fit.report.iterations) Newton steps with "
            + "\(fit.report.gradientNorm) of its first gradient left",
          remedy: "use a larger ridge")
      }
      start = fit.coefficients
      models.append(
        KernelLogisticModel(
          kernel: kernel, ridge: ridge, inputs: inputs, coefficients: fit.coefficients,
          offsets: offsets, classCount: classCount,
          leaveOneOutScores: leftOut?.subtractingFromRows(offsets.map { -$0 }),
          report: fit.report))
    }
    return models
  }

  private func iterative(
    _ gram: TiledGram<Double>, _ kernel: any Kernel<Points<Double>, Double>,
    _ inputs: Points<Double>, ridge: Double, _ context: ExecutionContext
  ) throws(MercerError) -> IterativeCurvatureSystem {
    let n = inputs.count
    var wanted = 1000
    if case .iterative(let rank) = solver { wanted = rank }
    var stream = RandomStream(seed: seed, purpose: "preconditioner columns")
    let rank = max(1, min(wanted, n))
    try context.checkMemory(24 * n * rank, for: "the preconditioner of \(n) rows")
    let centres = stream.sample(rank, of: n)
    let columns = try TiledCrossGram(kernel, rows: inputs, columns: inputs.subset(at: centres))
      .densified(context: context)
    let stored = 8 * n * n <= context.memoryLimit / 2
    let base: any SymmetricGramOperator<Double> =
      stored ? try DenseGram(try gram.densified(context: context)) : gram
    return try IterativeCurvatureSystem(
      base, columns: columns, centres: centres, ridge: ridge, context: context)
  }
}
