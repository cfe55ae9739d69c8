import MercerCore
import MercerOperators

/// The state of an EigenPro fit on centres: coefficients, and how far their gradient is from zero.
struct CentresRun<K: Kernel> {
  typealias Element = K.Element

  let kernel: K
  let inputs: K.Inputs
  let centres: K.Inputs
  let targets: Matrix<Element>
  let damping: GradientDamping<K>
  let projection: CentreProjection<K>
  let batchSize: Int
  let interval: Int
  let seed: UInt64
  /// α, p × k.
  private(set) var alpha: Matrix<Element>
  private(set) var epochs = 0
  /// The relative residual of the normal equations at α.
  private(set) var residual = 1.0
  private(set) var hasStagnated = false
  /// K(Z, X) (K(X, Z) α − Y), p × k.
  private(set) var gradient: Matrix<Element>
  private let gradientNorms: [Double]
  private var squaredError: Double
  var entries: Double
  var stepFactor = 1.0
  /// By which share of itself the squared error of all rows fell in the last epoch.
  private(set) var lastGain = 1.0
  /// The least residual and squared error that counted as progress, and the epochs since.
  private var least = (residual: 1.0, error: Double.infinity)
  private var epochsWithout = 0

  /// Rows whose products are formed at once, so that no second copy of all inputs is needed.
  private static var chunkSize: Int { 16_384 }

  /// Epochs in which the residual must fall by a tenth, or the squared error by a ten-thousandth.
  private static var patience: Int { 6 }

  init(
    kernel: K, inputs: K.Inputs, centres: K.Inputs, targets: Matrix<Element>,
    damping: GradientDamping<K>, projection: CentreProjection<K>, batchSize: Int, interval: Int,
    seed: UInt64, context: ExecutionContext
  ) throws(MercerError) {
    self.kernel = kernel
    self.inputs = inputs
    self.centres = centres
    self.targets = targets
    self.damping = damping
    self.projection = projection
    self.batchSize = batchSize
    self.interval = interval
    self.seed = seed
    alpha = Matrix(rowCount: centres.count, columnCount: targets.columnCount)
    var start = alpha
    for rows in (0..<inputs.count).chunks(of: Self.chunkSize) {
      var part = alpha
      try TiledCrossGram(kernel, rows: inputs.subset(at: Array(rows)), columns: centres)
        .applyTransposed(targets.rows(rows), into: &part, context: context)
      start.add(part, times: 1)
    }
    gradientNorms = columnDots(start, start)
    gradient = start.scaled(by: -1)
    squaredError = columnDots(targets, targets).reduce(0, +)
    entries = Double(inputs.count) * Double(centres.count)
  }

  /// One pass over the rows. When the squared error grew, it is taken back, and steps are halved.
  mutating func epoch(
    reducesVariance: Bool, _ context: ExecutionContext
  ) throws(MercerError) {
    let (before, gradientBefore, errorBefore) = (alpha, gradient, squaredError)
    // The noise of constant steps may raise the error a little; with the full gradient it has no cause.
    let allowed = (reducesVariance ? 1.001 : 1.2) * errorBefore
    while true {
      var pass = CentresPass(self, reducesVariance: reducesVariance)
      try pass.run(context)
      entries += pass.entries
      if reducesVariance {
        alpha.add(pass.average, times: 1)
      } else {
        alpha = pass.average
      }
      try refresh(context)
      if squaredError <= allowed, residual.isFinite { break }
      (alpha, gradient, squaredError) = (before, gradientBefore, errorBefore)
      stepFactor /= 2
      guard stepFactor >= 1e-3 else {
        throw MercerError(
          .didNotConverge, "EigenPro's error grows however short the steps are",
          remedy: "use other centres or another solver")
      }
    }
    epochs += 1
    lastGain = errorBefore > 0 ? 1 - squaredError / errorBefore : 0
    if residual < 0.9 * least.residual || squaredError < (1 - 1e-4) * least.error {
      (least, epochsWithout) = ((residual, squaredError), 0)
    } else {
      epochsWithout += 1
    }
    hasStagnated = epochsWithout >= Self.patience
  }

  /// Takes other coefficients, with their gradient.
  mutating func use(_ coefficients: Matrix<Element>, _ context: ExecutionContext)
    throws(MercerError)
  {
    alpha = coefficients
    try refresh(context)
  }

  private mutating func refresh(_ context: ExecutionContext) throws(MercerError) {
    gradient = Matrix(rowCount: alpha.rowCount, columnCount: alpha.columnCount)
    squaredError = 0
    for rows in (0..<inputs.count).chunks(of: Self.chunkSize) {
      let chunk = inputs.subset(at: Array(rows))
      let cross = try TiledCrossGram(kernel, rows: chunk, columns: centres)
      var rest = try cross.applied(to: alpha, context: context)
      rest.add(targets.rows(rows), times: -1)
      squaredError += columnDots(rest, rest).reduce(0, +)
      var part = alpha
      try cross.applyTransposed(rest, into: &part, context: context)
      gradient.add(part, times: 1)
    }
    entries += Double(inputs.count) * Double(2 * centres.count)
    residual = largestRatio(columnDots(gradient, gradient), to: gradientNorms)
  }

  /// K(X*, Z) α.
  mutating func predictions(
    for others: K.Inputs, _ coefficients: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    entries += Double(others.count) * Double(centres.count)
    return try TiledCrossGram(kernel, rows: others, columns: centres)
      .applied(to: coefficients, context: context)
  }

  func report(
    _ reason: StochasticReport.StopReason, _ heldOutErrors: [Double]
  ) -> StochasticReport {
    StochasticReport(
      method: "EigenPro 4 on \(centres.count) centres, normal equations (\(Element.scalarName))",
      relativeResidual: residual, epochs: epochs,
      products: entries / (Double(inputs.count) * Double(centres.count)), stopReason: reason,
      batchSize: batchSize, stepSize: stepFactor * damping.stepSize(batchSize),
      rank: damping.rank, heldOutErrors: heldOutErrors)
  }
}
