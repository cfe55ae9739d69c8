public import MercerCore
import MercerKernels
import MercerOperators
public import MercerSolvers

/// Kernel ridge regression: the function f = Σⱼ αⱼ k(·, xⱼ) that makes
/// `Σᵢ wᵢ (yᵢ − f(xᵢ))² + λ ‖f‖²` least, for every column of targets.
///
/// The solution is α = (K + λ W⁻¹)⁻¹ y. λ is added to K as it is, not multiplied by n.
/// - Complexity: exact: n³/3 operations for the fit, and as many for the leave-one-out residuals;
///   8 n² bytes, or 4 n² from `ExactRidge.mixedFrom` rows on. Iterative: see `IterativeRidge`.
///   n m d for m predictions.
/// - Source: Saunders, Gammerman and Vovk, Ridge regression learning algorithm in dual variables
///   (1998).
public struct KernelRidge: Estimator {
  /// k.
  public var kernel: any Kernel<Points<Double>, Double>
  /// λ, above 0 (or 0 where K itself is well conditioned).
  public var ridge: Double
  /// Whether the weighted mean of each target is subtracted before the fit and added to
  /// predictions. Off by default, as in other libraries.
  public var centresTargets: Bool
  /// Whether leave-one-out residuals are computed, where the solver is exact.
  public var wantsLeaveOneOut: Bool
  /// How the system is solved.
  public var solver: Solver

  /// How the system is solved.
  public enum Solver: Sendable {
    /// By what `RidgePlan` chooses from the size and the memory limit.
    case automatic
    /// By factorisation.
    case exact(ExactRidge.Precision = .automatic)
    /// By conjugate gradients in Float, for kernels that have a text form, else in Double.
    case iterative(IterativeRidge = IterativeRidge(), stored: Bool = false)
    /// As a sum over centres alone, fitted to all rows.
    case centres(RidgeCentres)
    /// By block coordinate steps in Float, where the kernel has a text form; rows all weigh as much.
    /// Its ridge is that of the estimator.
    case sketchAndProject(ASkotch)
    /// By stochastic gradient steps, likewise.
    case eigenPro(EigenPro)

    /// What the model will be a sum over.
    func modelInputs(for data: LabelledData<Points<Double>>) -> Points<Double> {
      if case .centres(let chosen) = self { chosen.points } else { data.inputs }
    }
  }

  /// An estimator.
  ///
  /// - Throws: `.invalidParameter` when the ridge is negative or not finite.
  public init(
    kernel: any Kernel<Points<Double>, Double>, ridge: Double, centresTargets: Bool = false,
    wantsLeaveOneOut: Bool = true, solver: Solver = .automatic
  ) throws(MercerError) {
    guard ridge >= 0, ridge.isFinite else {
      throw MercerError(
        .invalidParameter, "the ridge must be finite and at least 0, not \(ridge)")
    }
    self.kernel = kernel
    self.ridge = ridge
    self.centresTargets = centresTargets
    self.wantsLeaveOneOut = wantsLeaveOneOut
    self.solver = solver
  }

  /// Fits to inputs (n × d) and targets (n × k), each row as often as its weight says.
  ///
  /// - Complexity: that of the solver; n³/3 operations and at most 8 n² bytes for a factorisation.
  /// - Throws: `.notPositiveDefinite` or `.didNotConverge` where the ridge is too small for the precision or
  ///   the steps allowed, `.memoryLimit`, `.cancelled`.
  public func fit(
    _ data: LabelledData<Points<Double>>, context: ExecutionContext = .default
  ) throws(MercerError) -> KernelRidgeModel {
    let offsets = centresTargets ? data.targetMeans : []
    let targets = data.targets.subtractingFromRows(offsets)
    let shifts =
      data.weights?.map { ridge / $0 } ?? [Double](repeating: ridge, count: data.count)
    let solver = try resolvedSolver(data, context)
    let centres = solver.modelInputs(for: data)
    // A centred kernel is centred on what the model is a sum over, whatever it is evaluated on later.
    let kernel = try (kernel as? any PointKernel<Double>)?.anchored(to: centres) ?? kernel
    var residuals: Matrix<Double>?
    let coefficients: Matrix<Double>
    let report: SolveReport
    switch solver {
    case .exact(let precision):
      let solver = ExactRidge(precision: precision, wantsInverseDiagonal: wantsLeaveOneOut)
      let remembered = try RememberedKernel.kept(
        kernel, on: data.inputs, beside: solver.byteCount(rowCount: data.count), context)
      defer { remembered?.forget() }
      let source: any Kernel<Points<Double>, Double> = remembered ?? kernel
      let result = try solver.solve(
        try TiledGram(source, inputs: data.inputs), shifts: shifts, targets: targets,
        context: context)
      // Row i left out, the prediction misses yᵢ by αᵢ / (A⁻¹)ᵢᵢ: the coefficient that row i needs
      // beyond what the others give it, in units of its own influence.
      residuals = result.inverseDiagonal.map { diagonal in
        result.coefficients.scalingRows(by: diagonal.map { 1 / $0 })
      }
      (coefficients, report) = (result.coefficients, result.report)
    case .iterative(let solver, let stored):
      let solution = try solve(kernel, data.inputs, targets, shifts, solver, stored, context)
      (coefficients, report) = (solution.values, solution.report)
    case .centres(let centres):
      let solution = try solve(kernel, data, targets: targets, on: centres, context: context)
      (coefficients, report) = (solution.values, solution.report)
    case .sketchAndProject, .eigenPro:
      let solution = try solveStochastically(kernel, data, targets, solver, context)
      (coefficients, report) = (solution.values, solution.report)
    case .automatic:
      preconditionFailure("the plan names a solver")
    }
    return KernelRidgeModel(
      kernel: kernel, ridge: ridge, inputs: centres, coefficients: coefficients,
      offsets: offsets, leaveOneOutResiduals: residuals, report: report)
  }

  private func resolvedSolver(
    _ data: LabelledData<Points<Double>>, _ context: ExecutionContext
  ) throws(MercerError) -> Solver {
    guard case .automatic = solver else { return solver }
    let plan = try RidgePlan.plan(
      rowCount: data.count, targetCount: data.targets.columnCount,
      featureCount: data.inputs.dimension, context: context)
    return switch plan.method {
    case .exact: .exact()
    case .iterativeStored: .iterative(IterativeRidge(rank: plan.rank), stored: true)
    case .iterativeTiled: .iterative(IterativeRidge(rank: plan.rank), stored: false)
    case .centres:
      .centres(
        RidgeCentres(
          data.inputs.subset(at: RidgeCentres.rows(plan.centreCount, of: data.count, seed: 0)),
          method: plan.centreMethod))
    case .sketchAndProject: .sketchAndProject(ASkotch(ridge: ridge))
    case .eigenPro: .eigenPro(EigenPro(ridge: ridge))
    }
  }

  /// In Float where the kernel can be rewritten for it, as half the bytes are twice the speed.
  private func solve(
    _ kernel: any Kernel<Points<Double>, Double>, _ inputs: Points<Double>,
    _ targets: Matrix<Double>, _ shifts: [Double], _ solver: IterativeRidge, _ stored: Bool,
    _ context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    guard let expressible = kernel as? any PointKernel<Double> else {
      return try solveAs(kernel, inputs, targets, shifts, solver, stored, context)
    }
    let points = Points<Float>(Matrix(converting: inputs.coordinates))
    let narrow = try expressible.expression.makeKernel(of: Float.self).anchored(to: points)
    // Where a value is dear those in Float must do, for the residual as well.
    let price = try kernel.secondsPerEntry(on: inputs)
    let isDear = stored && price >= RememberedKernel.dearFrom
    return try solveAs(
      narrow, points, Matrix<Float>(converting: targets), shifts.map { Float($0) }, solver, stored,
      context, exact: isDear ? nil : try TiledGram(kernel, inputs: inputs), isDear: isDear)
  }

  private func solveAs<K: Kernel>(
    _ kernel: K, _ inputs: Points<K.Element>, _ targets: Matrix<K.Element>, _ shifts: [K.Element],
    _ solver: IterativeRidge, _ stored: Bool, _ context: ExecutionContext,
    exact: (any SymmetricGramOperator<Double>)? = nil, isDear: Bool = false
  ) throws(MercerError) -> Solution<Double> where K.Inputs == Points<K.Element> {
    let tiled = try TiledGram(kernel, inputs: inputs)
    if isDear {
      let gram = try DenseGram(
        try tiled.keptGram(stage: "kernel values", context: context.within("kernel")))
      return try solver.solve(
        gram, exact: exact, columns: GramColumns(gram), shifts: shifts, targets: targets,
        context: context)
    }
    var gram: any SymmetricGramOperator<K.Element> = tiled
    if stored { gram = try DenseGram(try tiled.densified(context: context)) }
    return try solver.solve(
      gram, exact: exact,
      columns: GramColumns(kernel, inputs: inputs), shifts: shifts, targets: targets,
      context: context)
  }
}

/// A fitted kernel ridge regression.
public struct KernelRidgeModel: Model {
  /// k.
  public let kernel: any Kernel<Points<Double>, Double>
  /// λ.
  public let ridge: Double
  /// The n points that the function is a sum over: the training inputs, or the centres.
  public let inputs: Points<Double>
  /// α, n × k.
  public let coefficients: Matrix<Double>
  /// What is added to each column of predictions; empty when nothing is.
  public let offsets: [Double]
  /// yᵢ − f₋ᵢ(xᵢ) with f₋ᵢ fitted without row i (the mean of the targets kept), n × k; nil when
  /// they were not asked for.
  public let leaveOneOutResiduals: Matrix<Double>?
  /// How the system was solved.
  public let report: SolveReport

  /// A model from its parts, such as those read from a file.
  public init(
    kernel: any Kernel<Points<Double>, Double>, ridge: Double, inputs: Points<Double>,
    coefficients: Matrix<Double>, offsets: [Double], leaveOneOutResiduals: Matrix<Double>?,
    report: SolveReport
  ) {
    self.kernel = kernel
    self.ridge = ridge
    self.inputs = inputs
    self.coefficients = coefficients
    self.offsets = offsets
    self.leaveOneOutResiduals = leaveOneOutResiduals
    self.report = report
  }

  /// The same model for targets `unit` times as large, with these offsets instead.
  func scaled(by unit: Double, adding offsets: [Double]) -> KernelRidgeModel {
    KernelRidgeModel(
      kernel: kernel, ridge: ridge, inputs: inputs,
      coefficients: coefficients.scaled(by: unit), offsets: offsets,
      leaveOneOutResiduals: leaveOneOutResiduals?.scaled(by: unit), report: report)
  }

  /// The predictions at inputs (m × d): m × k, in the units of the targets.
  ///
  /// - Complexity: O(n m d), n the inputs of the model; tiles of K, never all of it.
  /// - Throws: what the binding of the kernel to inputs of another dimension throws, `.cancelled`.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let values = try KernelSum.values(
      of: kernel, at: inputs, centres: self.inputs, coefficients: coefficients, context: context)
    return values.subtractingFromRows(offsets.map { -$0 })
  }
}

extension LabelledData {
  /// The weighted mean of each column of the targets.
  var targetMeans: [Double] {
    let total = weights?.reduce(0, +) ?? Double(count)
    return (0..<targets.columnCount).map { c in
      let column = targets.column(c)
      let sum =
        weights.map { zip($0, column).reduce(0) { $0 + $1.0 * $1.1 } } ?? column.reduce(0, +)
      return sum / total
    }
  }
}
