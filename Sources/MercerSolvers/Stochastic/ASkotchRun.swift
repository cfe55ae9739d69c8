import MercerCore
import MercerOperators
import RealModule

/// The state of an ASkotch fit.
struct ASkotchRun<K: Kernel> {
  typealias Element = K.Element

  let kernel: K
  let inputs: K.Inputs
  let targets: Matrix<Element>
  let ridge: Double
  let blockSize: Int
  let rank: Int
  let isAccelerated: Bool
  let seed: UInt64
  /// The coefficients, and Nesterov's two companions; all n × k.
  private(set) var alpha: Matrix<Element>
  private var momentum: Matrix<Element>
  private var point: Matrix<Element>
  private(set) var epochs = 0
  private var steps = 0
  private var entries = 0.0
  private var lastStep = 0.0
  private var lastRank = 0
  private var parameters: (beta: Double, gamma: Double, alpha: Double)?
  private var leastEstimate = Double.infinity
  private let targetNorms: [Double]

  init(
    kernel: K, inputs: K.Inputs, targets: Matrix<Element>, ridge: Double, blockSize: Int,
    rank: Int, isAccelerated: Bool, seed: UInt64
  ) {
    self.kernel = kernel
    self.inputs = inputs
    self.targets = targets
    self.ridge = ridge
    self.blockSize = blockSize
    self.rank = rank
    self.isAccelerated = isAccelerated
    self.seed = seed
    alpha = Matrix(rowCount: inputs.count, columnCount: targets.columnCount)
    momentum = alpha
    point = alpha
    targetNorms = columnDots(targets, targets)
  }

  /// As many steps as see each row once on average; returns an estimate of the relative residual from
  /// the rows that were seen.
  mutating func epoch(_ context: ExecutionContext) throws(MercerError) -> Double {
    let n = inputs.count
    let count = (n + blockSize - 1) / blockSize
    var squares = [Double](repeating: 0, count: targets.columnCount)
    for _ in 0..<count {
      try context.checkCancellation()
      let part = try step(context)
      for c in squares.indices { squares[c] += part[c] }
    }
    epochs += 1
    let share = Double(n) / Double(count * blockSize)
    let estimate = largestRatio(squares.map { $0 * share }, to: targetNorms)
    guard estimate.isFinite, alpha.isFinite else {
      throw MercerError(
        .didNotConverge, "ASkotch's residual is not finite any more",
        remedy: "use a larger ridge, or products in double")
    }
    if estimate > 2 * leastEstimate {
      // Momentum that leads astray is dropped.
      momentum = alpha
      point = alpha
    }
    leastEstimate = min(leastEstimate, estimate)
    return estimate
  }

  /// One block; returns the squared residual of each target on it, before the step.
  private mutating func step(_ context: ExecutionContext) throws(MercerError) -> [Double] {
    let n = inputs.count
    var stream = RandomStream(seed: seed, purpose: "ASkotch blocks", index: UInt64(steps))
    let rows = stream.sample(blockSize, of: n)
    let block = inputs.subset(at: rows)
    let sketch = try BlockSketch(
      try TiledGram(kernel, inputs: block).densified(context: context), rank: rank, ridge: ridge,
      seed: seed, index: UInt64(steps), context)
    var gradient = try TiledCrossGram(kernel, rows: block, columns: inputs)
      .applied(to: point, context: context)
    gradient.add(point.rows(at: rows), times: ridge)
    gradient.add(targets.rows(at: rows), times: -1)
    entries += Double(blockSize) * Double(n + blockSize)
    let direction = try sketch.solve(gradient, context)
    lastStep = 1 / sketch.largestEigenvalue
    lastRank = sketch.rank
    steps += 1
    alpha = point
    alpha.addRows(direction, times: -lastStep, at: rows)
    if isAccelerated {
      let (beta, gamma, weight) = momentumParameters(sketch.level)
      combine(&momentum, beta, point, 1 - beta)
      momentum.addRows(direction, times: -gamma * lastStep, at: rows)
      point = momentum
      combine(&point, weight, alpha, 1 - weight)
    } else {
      point = alpha
    }
    return columnDots(gradient, gradient)
  }

  /// From the first block on, the same for all: β = 1 − √(μ/ν), γ = 1/√(μν), 1/(1 + γν).
  private mutating func momentumParameters(
    _ level: Double
  ) -> (beta: Double, gamma: Double, alpha: Double) {
    if let parameters { return parameters }
    let nu = Double(inputs.count) / Double(blockSize)
    let mu = min(ridge / level, 1) / nu
    let gamma = 1 / (mu * nu).squareRoot()
    let result = (
      beta: 1 - (mu / nu).squareRoot(), gamma: gamma, alpha: 1 / (1 + gamma * nu)
    )
    parameters = result
    return result
  }

  /// y ← a y + b x.
  private func combine(
    _ y: inout Matrix<Element>, _ a: Double, _ x: Matrix<Element>, _ b: Double
  ) {
    let width = targets.columnCount
    combineColumns(
      &y, scaledBy: [Double](repeating: a, count: width), adding: x,
      times: [Double](repeating: b, count: width))
  }

  /// The largest ‖y − (K + λ I) α‖ / ‖y‖.
  mutating func measuredResidual(_ context: ExecutionContext) throws(MercerError) -> Double {
    entries += Double(inputs.count) * Double(inputs.count)
    return try relativeResidual(
      of: TiledGram(kernel, inputs: inputs), ridge: ridge, at: alpha, targets: targets,
      norms: targetNorms, context)
  }

  func report(_ residual: Double, _ reason: StochasticReport.StopReason) -> StochasticReport {
    let n = Double(inputs.count)
    return StochasticReport(
      method: "\(isAccelerated ? "ASkotch" : "Skotch") (\(Element.scalarName))",
      relativeResidual: residual, epochs: epochs, products: entries / (n * n),
      stopReason: reason, batchSize: blockSize, stepSize: lastStep, rank: lastRank,
      heldOutErrors: [])
  }
}
