public import MercerCore
import MercerKernels
import MercerOperators
public import MercerSolvers

/// The centres of a kernel ridge regression, and the rows that it is fitted to.
public struct RidgeCentres: Sendable {
  /// Rows that are never there in double precision, with the coordinates that kernels look at alone.
  public struct Rows: Sendable {
    /// n rows with their targets and weights.
    public let data: LabelledData<Points<Float>>
    /// Which coordinates of the centres these are.
    public let features: [Int]

    /// Rows with some of the coordinates.
    public init(_ data: LabelledData<Points<Float>>, features: [Int]) {
      self.data = data
      self.features = features
    }
  }

  /// The m centres.
  public let points: Points<Double>
  /// How the normal equations are solved.
  public let method: CentreRidge.Method
  /// The rows, where they are not those that the estimator is given.
  public let rows: Rows?

  /// Centres for the rows that the estimator is given, or for others.
  public init(
    _ points: Points<Double>, method: CentreRidge.Method = .automatic, rows: Rows? = nil
  ) {
    self.points = points
    self.method = method
    self.rows = rows
  }

  /// The bytes of blocks of rows that are bound to a kernel, in Float and in Double; and what a centre
  /// adds to them.
  static func boundBytes(dimension d: Int, threadCount: Int) -> (rows: Int, centre: Int) {
    let single = BlockwiseCrossGram<LinearKernel<Float>, Float>.byteCount(
      dimension: d, threadCount: threadCount)
    let double = BlockwiseCrossGram<LinearKernel<Double>, Float>.byteCount(
      dimension: d, threadCount: threadCount)
    return (single.rows + double.rows, single.column + double.column)
  }

  /// Rows to be centres, ascending: uniformly sampled, which costs nothing and is what the bounds of
  /// Rudi, Carratino and Rosasco (2017) are about.
  static func rows(_ count: Int, of rowCount: Int, seed: UInt64) -> [Int] {
    CentreSelector.uniformRows(count, of: rowCount, seed: seed).sorted()
  }
}

extension KernelRidge {
  /// The residual that is small beside what a prediction can show.
  private static let centreTolerance = 3e-4
  /// Several times what a fit takes.
  private static let centreIterations = 60

  /// The coefficients of a sum over centres, m × k; with tiles in Float where the kernel can be
  /// rewritten for it.
  func solve(
    _ kernel: any Kernel<Points<Double>, Double>, _ data: LabelledData<Points<Double>>,
    targets: Matrix<Double>, on centres: RidgeCentres, context: ExecutionContext
  ) throws(MercerError) -> Solution<Double> {
    let solver = CentreRidge(
      ridge: ridge, method: centres.method, tolerance: Self.centreTolerance,
      iterationLimit: Self.centreIterations, onNonConvergence: .returnBest)
    let core = try TiledGram(kernel, inputs: centres.points)
    guard let expressible = kernel as? any PointKernel<Double> else {
      guard centres.rows == nil else {
        throw MercerError(.internalFailure, "a kernel without a text form has no rows in Float")
      }
      return try solver.solve(
        try TiledCrossGram(kernel, rows: data.inputs, columns: centres.points), core: core,
        targets: targets, weights: data.weights, context: context)
    }
    func solve<Source: Scalar>(
      _ expression: KernelExpression, rows: Points<Source>, columns: Points<Double>,
      _ targets: Matrix<Double>, _ weights: [Double]?
    ) throws(MercerError) -> Solution<Double> {
      try solver.solve(
        try Self.operate(
          expression, rows, columns, as: Float.self, threadCount: context.threadCount),
        exact: try Self.operate(
          expression, rows, columns, as: Double.self, threadCount: context.threadCount),
        core: core, targets: targets, weights: weights, context: context)
    }
    guard let rows = centres.rows else {
      return try solve(
        expressible.expression, rows: data.inputs, columns: centres.points, targets, data.weights)
    }
    let places = Dictionary(uniqueKeysWithValues: rows.features.enumerated().map { ($1, $0) })
    return try solve(
      expressible.expression.renumbered(places), rows: rows.data.inputs,
      columns: Points(centres.points.coordinates.columns(at: rows.features)), rows.data.targets,
      rows.data.weights)
  }

  /// K(X, Z) with entries in another precision than rows or centres are kept in; bound block by block, as
  /// there may be many rows.
  private static func operate<Element: Scalar, Source: Scalar>(
    _ expression: KernelExpression, _ rows: Points<Source>, _ centres: Points<Double>,
    as type: Element.Type, threadCount: Int
  ) throws(MercerError) -> any IndexableGramOperator<Element> {
    let columns = Points<Element>(Matrix(converting: centres.coordinates))
    func blockwise<K: Kernel>(
      _ kernel: K
    ) throws(MercerError) -> any IndexableGramOperator<Element>
    where K.Inputs == Points<Element>, K.Element == Element {
      try BlockwiseCrossGram(kernel, rows: rows, columns: columns, threadCount: threadCount)
    }
    let kernel: any Kernel<Points<Element>, Element> = try expression.makeKernel(of: Element.self)
      .anchored(to: columns)
    return try blockwise(kernel)
  }
}
