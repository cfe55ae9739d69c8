import MercerCore
import MercerOperators

/// The state of an EigenPro fit.
struct EigenProRun<K: Kernel> {
  typealias Element = K.Element

  let kernel: K
  let inputs: K.Inputs
  let targets: Matrix<Element>
  let damping: GradientDamping<K>
  let ridge: Double
  let batchSize: Int
  let seed: UInt64
  /// α, n × k.
  var alpha: Matrix<Element>
  private(set) var epochs = 0
  /// What the step is multiplied by, since the spectrum of a subsample promised too much.
  private var stepFactor = 1.0
  private var entries = 0.0
  private var lastEstimate = 1.0
  private let targetNorms: [Double]

  /// A step that makes the residual grow is halved so many times at most.
  private static var leastStepFactor: Double { 1e-3 }

  init(
    kernel: K, inputs: K.Inputs, targets: Matrix<Element>, damping: GradientDamping<K>,
    ridge: Double, batchSize: Int, seed: UInt64
  ) {
    self.kernel = kernel
    self.inputs = inputs
    self.targets = targets
    self.damping = damping
    self.ridge = ridge
    self.batchSize = batchSize
    self.seed = seed
    alpha = Matrix(rowCount: inputs.count, columnCount: targets.columnCount)
    targetNorms = columnDots(targets, targets)
  }

  /// One pass over the rows in random order; returns the relative residual as it was met on the way.
  mutating func epoch(_ context: ExecutionContext) throws(MercerError) -> Double {
    let n = inputs.count
    let start = alpha
    while true {
      var stream = RandomStream(seed: seed, purpose: "EigenPro batches", index: UInt64(epochs))
      let order = stream.permutation(n)
      var squares = [Double](repeating: 0, count: targets.columnCount)
      for chunk in (0..<n).chunks(of: batchSize) {
        try context.checkCancellation()
        let part = try step(Array(order[chunk]), context)
        for c in squares.indices { squares[c] += part[c] }
      }
      let estimate = largestRatio(squares, to: targetNorms)
      // A residual that grows past where the epoch began is a step too long.
      if estimate <= 1.5 * max(lastEstimate, .leastNormalMagnitude), alpha.isFinite {
        epochs += 1
        lastEstimate = estimate
        return estimate
      }
      alpha = start
      stepFactor /= 2
      guard stepFactor >= Self.leastStepFactor else {
        throw MercerError(
          .didNotConverge, "EigenPro's residual grows however short the steps are",
          remedy: "use a larger ridge or another solver")
      }
    }
  }

  /// One batch; returns the squared residual of each target on it, before the step.
  private mutating func step(
    _ rows: [Int], _ context: ExecutionContext
  ) throws(MercerError) -> [Double] {
    let batch = inputs.subset(at: rows)
    var gradient = try TiledCrossGram(kernel, rows: batch, columns: inputs)
      .applied(to: alpha, context: context)
    gradient.add(targets.rows(at: rows), times: -1)
    if ridge > 0 { gradient.add(alpha.rows(at: rows), times: ridge) }
    let scale = stepFactor * damping.stepSize(rows.count) / Double(rows.count)
    alpha.addRows(gradient, times: -scale, at: rows)
    if damping.rank > 0 {
      let cross = try TiledCrossGram(kernel, rows: batch, columns: damping.inputs)
        .densified(context: context)
      alpha.addRows(
        try damping.correction(of: gradient, cross: cross, context), times: scale,
        at: damping.rows)
    }
    entries += Double(rows.count) * Double(inputs.count + damping.sampleSize)
    return columnDots(gradient, gradient)
  }

  /// K(X*, X) α.
  mutating func predictions(
    for others: K.Inputs, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    entries += Double(others.count) * Double(inputs.count)
    return try TiledCrossGram(kernel, rows: others, columns: inputs)
      .applied(to: alpha, context: context)
  }

  /// The largest ‖y − (K + λ I) α‖ / ‖y‖.
  mutating func measuredResidual(_ context: ExecutionContext) throws(MercerError) -> Double {
    entries += Double(inputs.count) * Double(inputs.count)
    return try relativeResidual(
      of: TiledGram(kernel, inputs: inputs), ridge: ridge, at: alpha, targets: targets,
      norms: targetNorms, context)
  }

  func report(
    _ residual: Double, _ reason: StochasticReport.StopReason, _ heldOutErrors: [Double]
  ) -> StochasticReport {
    let n = Double(inputs.count)
    return StochasticReport(
      method: "EigenPro 2 (\(Element.scalarName))", relativeResidual: residual, epochs: epochs,
      products: entries / (n * n), stopReason: reason, batchSize: batchSize,
      stepSize: stepFactor * damping.stepSize(batchSize), rank: damping.rank,
      heldOutErrors: heldOutErrors)
  }
}
