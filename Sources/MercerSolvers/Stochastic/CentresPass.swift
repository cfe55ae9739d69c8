import MercerCore
import MercerOperators

/// One pass over the rows for EigenPro on centres. The present function is
///
/// ```
/// f = K(·, Z) a + K(·, B) w + K(·, S) c
/// ```
/// with B the rows since the last projection and S some of the centres; a projection turns all of it
/// into a.
struct CentresPass<K: Kernel> {
  typealias Element = K.Element

  private let state: CentresRun<K>
  /// Whether f is a correction to the model, with the full gradient as a constant term.
  private let isCorrection: Bool
  private var onCentres: Matrix<Element>
  private var onSample: Matrix<Element>
  private var recent: [Int] = []
  private var onRecent: Matrix<Element>
  /// The full gradient over n, damped, and projected onto the centres. It is damped first, as an
  /// inexact projection would leave too much of the leading directions.
  private var constant: Matrix<Element>?
  private var sum: Matrix<Element>
  private var summands = 0
  private(set) var entries = 0.0

  init(_ state: CentresRun<K>, reducesVariance: Bool) {
    let width = state.targets.columnCount
    self.state = state
    isCorrection = reducesVariance
    let zero = Matrix<Element>(rowCount: state.centres.count, columnCount: width)
    onCentres = reducesVariance ? zero : state.alpha
    onSample = Matrix(rowCount: state.damping.sampleSize, columnCount: width)
    onRecent = Matrix(rowCount: 0, columnCount: width)
    sum = zero
  }

  /// The mean of the coefficients after projections in the second half of the pass.
  var average: Matrix<Element> { sum.scaled(by: 1 / Element(max(1, summands))) }

  mutating func run(_ context: ExecutionContext) throws(MercerError) {
    let n = state.inputs.count
    if isCorrection { try prepareConstant(context) }
    var stream = RandomStream(
      seed: state.seed, purpose: "EigenPro batches", index: UInt64(state.epochs))
    let order = stream.permutation(n)
    let batches = (0..<n).chunks(of: state.batchSize)
    for (index, chunk) in batches.enumerated() {
      try context.checkCancellation()
      try step(Array(order[chunk]), context)
      let isLast = index + 1 == batches.count
      if isLast || (index + 1).isMultiple(of: state.interval) {
        try project(context)
        if 2 * (index + 1) > batches.count {
          sum.add(onCentres, times: 1)
          summands += 1
        }
      }
    }
  }

  private mutating func prepareConstant(_ context: ExecutionContext) throws(MercerError) {
    let mean = state.gradient.scaled(by: 1 / Element(state.inputs.count))
    var values = mean
    if state.damping.rank > 0 {
      let correction = try state.damping.correction(
        ofSampleValues: mean.rows(at: state.damping.rows), context)
      values.add(
        try product(state.centres, state.damping.inputs, correction, context), times: -1)
    }
    constant = try solve(values, context)
  }

  private mutating func step(
    _ rows: [Int], _ context: ExecutionContext
  ) throws(MercerError) {
    let damping = state.damping
    let batch = state.inputs.subset(at: rows)
    let cross = try TiledCrossGram(state.kernel, rows: batch, columns: damping.inputs)
      .densified(context: context)
    entries += Double(cross.count)
    var gradient = try product(batch, state.centres, onCentres, context)
    if !recent.isEmpty {
      let others = state.inputs.subset(at: recent)
      gradient.add(try product(batch, others, onRecent, context), times: 1)
      gradient.add(try cross.multiplied(by: onSample, context: context), times: 1)
    }
    if !isCorrection { gradient.add(state.targets.rows(at: rows), times: -1) }
    let step = state.stepFactor * damping.stepSize(rows.count)
    let scale = step / Double(rows.count)
    recent += rows
    onRecent = onRecent.appendingRows(gradient.scaled(by: Element(-scale)))
    if damping.rank > 0 {
      onSample.add(
        try damping.correction(of: gradient, cross: cross, context), times: scale)
    }
    if let constant { onCentres.add(constant, times: -step) }
  }

  /// Replaces what is not on centres by its projection onto them.
  private mutating func project(_ context: ExecutionContext) throws(MercerError) {
    var values = try product(
      state.centres, state.inputs.subset(at: recent), onRecent, context)
    if state.damping.rank > 0 {
      values.add(
        try product(state.centres, state.damping.inputs, onSample, context), times: 1)
    }
    onCentres.add(try solve(values, context), times: 1)
    recent = []
    onRecent = Matrix(rowCount: 0, columnCount: onRecent.columnCount)
    onSample = Matrix(rowCount: onSample.rowCount, columnCount: onSample.columnCount)
  }

  private mutating func solve(
    _ values: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    let (theta, products) = try state.projection.coefficients(of: values, context)
    entries += Double(products) * Double(state.centres.count) * Double(state.centres.count)
    return theta
  }

  private mutating func product(
    _ rows: K.Inputs, _ columns: K.Inputs, _ v: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Element> {
    entries += Double(rows.count) * Double(columns.count)
    return try TiledCrossGram(state.kernel, rows: rows, columns: columns)
      .applied(to: v, context: context)
  }
}
