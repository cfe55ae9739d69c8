import MercerCore

extension TableFit {
  /// Rows that are predicted at once.
  private static let blockRows = 8192
  /// Of how many standard errors a correction must lower the squared error of the rows held out.
  private static let leastGain = 2.0

  /// What near rows have in common beyond a regression on centres, of which the residuals are hardly
  /// smaller at the rows that it was fitted to than at others; nil where there is too little memory to look,
  /// where they have nothing in common, and where rows held out are not predicted better with it. With it
  /// comes what is still missed at these rows.
  ///
  /// - Parameters:
  ///   - regression: what is corrected.
  ///   - learner: looks for it.
  ///   - rowCount: how many rows there are.
  ///   - areGathered: whether they are not in memory yet.
  ///   - held: rows that neither has seen, with what the regression misses there.
  ///   - context: threads, memory limit, cancellation, and what keeps finished leaves.
  ///   - rows: gives all other rows; memory for them is asked for before.
  static func correction(
    of regression: KernelRidgeBlend, _ learner: LocalCorrectionLearner, rowCount: Int,
    areGathered: Bool, judgedBy held: LabelledData<Points<Double>>, context: ExecutionContext,
    _ rows: () throws(MercerError) -> LabelledData<Points<Double>>
  ) throws(MercerError) -> (correction: LocalCorrection, residuals: Matrix<Double>)? {
    let (d, k) = (held.inputs.dimension, held.targets.columnCount)
    guard
      correctionBytes(
        learner, rowCount: rowCount, dimension: d, targetCount: k, areGathered: areGathered,
        memoryLimit: context.memoryLimit) != nil
    else { return nil }
    let data = try rows()
    let residuals = try residuals(of: regression, on: data, context: context)
    let rest = try LabelledData(
      inputs: data.inputs, targets: residuals, weights: data.weights)
    let result: LocalCorrection?
    do throws(MercerError) {
      result = try learner.fit(rest, context: context)
    } catch {
      // The model is whole without it: rows that cannot be told apart are no reason to lose it.
      guard error.code == .notPositiveDefinite || error.code == .memoryLimit else { throw error }
      return nil
    }
    guard let found = result else { return nil }
    let missed = held.targets.subtracting(try found.predict(held.inputs, context: context))
    let (before, after) = (held.targets.squaresOfRows, missed.squaresOfRows)
    let gain = PairedGain(from: before, to: after)
    guard gain.exceeds(errors: leastGain) else { return nil }
    let correction = LocalCorrection(
      features: found.features, model: found.model,
      errorRatio: (after.reduce(0, +) / before.reduce(0, +)).squareRoot())
    return (correction, missed)
  }

  /// A sum over few of the rows with what near rows have in common beyond it, where the latter is found
  /// and rows held out are predicted better so than with a sum over all rows; nil else. The residuals of
  /// a sum over all say nothing of it, as they are small at the rows that it was fitted to.
  ///
  /// - Parameters:
  ///   - choice: the kernels.
  ///   - data: the rows to learn from.
  ///   - plan: how many centres.
  ///   - learner: looks for what near rows have in common.
  ///   - held: rows that nothing was fitted to.
  ///   - missed: what the sum over all rows misses there.
  ///   - score: how bad it is to miss so much, on the target's own scale.
  static func corrected(
    _ choice: KernelChoice, _ data: LabelledData<Points<Double>>, _ plan: RidgePlan,
    _ learner: LocalCorrectionLearner, judgedBy held: LabelledData<Points<Double>>,
    better missed: Matrix<Double>, by score: (Matrix<Double>) -> Double, mayRaiseRidges: Bool,
    seed: UInt64, deadline: Deadline,
    context: ExecutionContext
  ) throws(MercerError) -> (
    regression: KernelRidgeBlend, correction: LocalCorrection, residuals: Matrix<Double>,
    centres: [Int]
  )? {
    let centres = RidgeCentres.rows(plan.centreCount, of: data.count, seed: seed)
    let blend: KernelRidgeBlend
    do throws(MercerError) {
      (blend, _) = try fitted(
        choice, data, solver: .centres(RidgeCentres(data.inputs.subset(at: centres))),
        mayRaiseRidges: mayRaiseRidges, deadline: deadline, context: context)
    } catch {
      // There is a model already, which must not be lost for want of another.
      guard [.didNotConverge, .notPositiveDefinite, .memoryLimit].contains(error.code) else {
        throw error
      }
      return nil
    }
    let regression = try blend.reweighed(on: held, context: context)
    let rest = held.targets.subtracting(try regression.predict(held.inputs, context: context))
    guard
      let found = try correction(
        of: regression, learner, rowCount: data.count, areGathered: false,
        judgedBy: try LabelledData(inputs: held.inputs, targets: rest),
        context: context.within("correction"), { data }),
      score(found.residuals) < score(missed)
    else { return nil }
    return (regression, found.correction, found.residuals, centres)
  }

  /// The bytes that looking for a correction takes; nil where that is more than half of the memory, so
  /// that none is looked for.
  static func correctionBytes(
    _ learner: LocalCorrectionLearner, rowCount n: Int, dimension d: Int, targetCount k: Int,
    areGathered: Bool, memoryLimit: Int
  ) -> Int? {
    let bytes =
      LocalCorrectionLearner.byteCount(
        rowCount: n, dimension: learner.featureCount, targetCount: k)
      + (areGathered ? n * (12 * d + 16 * k) : 0)
    return bytes < memoryLimit / 2 ? bytes : nil
  }

  /// Targets less predictions, or what was kept of them.
  private static func residuals(
    of regression: KernelRidgeBlend, on data: LabelledData<Points<Double>>,
    context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    if let kept = context.keeper?.restored(
      "residuals",
      { reader throws(WorkReader.Mismatch) in try reader.matrix(of: Double.self) }),
      kept.rowCount == data.count, kept.columnCount == data.targets.columnCount
    {
      return kept
    }
    var elements: [Double] = []
    elements.reserveCapacity(data.targets.count)
    let blocks = (0..<data.count).chunks(of: blockRows)
    for (index, block) in blocks.enumerated() {
      let rows = Array(block)
      let predicted = try regression.predict(data.inputs.subset(at: rows), context: context)
      elements += data.targets.rows(at: rows).subtracting(predicted).elements
      context.progress?(
        WorkProgress(stage: "local", fraction: 0.2 * Double(index + 1) / Double(blocks.count)))
    }
    let residuals = Matrix(
      rowCount: data.count, columnCount: data.targets.columnCount, elements: elements)
    context.keeper?.keep("residuals") { $0.append(residuals) }
    return residuals
  }
}

extension LabelledData<Points<Float>> {
  /// The same rows in Double.
  func converted() throws(MercerError) -> LabelledData<Points<Double>> {
    try LabelledData<Points<Double>>(
      inputs: Points(Matrix(converting: inputs.coordinates)), targets: targets, weights: weights)
  }
}

extension TableLearner {
  /// What looks for a correction; nil where the kernel is given and shall be all there is, and where rows
  /// are not exchangeable, so that what near rows say of each other is not what they say of later ones.
  func correctionLearner(_ prepared: PreparedTable) -> LocalCorrectionLearner? {
    guard kernel == nil, case .random = prepared.resampling else { return nil }
    return LocalCorrectionLearner(prepared.encoder, seed: seed)
  }
}
