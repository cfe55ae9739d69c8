import MercerCore
import MercerData
import MercerKernels

/// The blends that the same kernels would be, had the target no interactions: fitted to an additive
/// function of the columns that is as near to the target as can be, with noise as large as the
/// model's residuals.
///
/// Residuals change their sign at random, which keeps where they are large (the wild bootstrap: Wu,
/// Jackknife, bootstrap and other resampling methods in regression analysis, 1986).
struct AdditiveReference {
  /// One regression with the outputs of all repetitions side by side: one factorisation serves all.
  let regression: KernelRidgeBlend
  /// How often the signs were drawn.
  let repeats: Int

  /// The most rows of the reference. With fewer rows than the model has it shows more interactions
  /// that do not exist, never less.
  private static let rowLimit = 2500
  /// The most columns of the additive function.
  private static let columnLimit = 60

  /// - Parameter gradients: the importance of each column, which weighs its term.
  /// - Complexity: m³/3 operations for each member and m rows.
  init(
    for explainer: TableExplainer, gradients: [Double], context: ExecutionContext
  ) throws(MercerError) {
    let model = explainer.model
    let outputs = model.regression.members[0].coefficients.columnCount
    repeats = max(3, min(10, 20 / outputs))
    let rows = explainer.sample(
      Self.rowLimit, of: model.regression.inputs.count, purpose: "additive reference rows")
    let inputs = model.regression.inputs.subset(at: rows)
    let known = try Self.known(explainer, rows: rows, inputs, context)
    let additive = try Self.additivePart(
      of: known.targets, inputs, blocks: explainer.blocks, gradients: gradients,
      seed: explainer.seed, context)
    let (count, seed, transform) = (repeats, explainer.seed, model.inverse?.transform)
    let noisy = Matrix<Double>(rowCount: rows.count, columnCount: outputs * count) { buffer in
      for (place, row) in rows.enumerated() {
        var stream = RandomStream(seed: seed, purpose: "residual signs", index: UInt64(row))
        for turn in 0..<count {
          let sign: Double = stream.integer(below: 2) == 0 ? -1 : 1
          for o in 0..<outputs {
            let value = additive[place, o] + sign * known.residuals[place, o]
            buffer[(place * count + turn) * outputs + o] = transform?.forward(value) ?? value
          }
        }
      }
    }
    let data = try LabelledData(inputs: inputs, targets: noisy)
    var members: [KernelRidgeModel] = []
    for member in model.regression.members {
      let estimator = try KernelRidge(
        kernel: member.kernel, ridge: member.ridge, centresTargets: true, wantsLeaveOneOut: false,
        solver: .exact())
      members.append(try estimator.fit(data, context: context))
    }
    regression = try KernelRidgeBlend(members: members, weights: model.regression.weights)
  }

  /// The targets of training rows, on their own scale, and how far the model without each row misses
  /// them; where the file does not tell, predictions in their place, and what the fit misses.
  private static func known(
    _ explainer: TableExplainer, rows: [Int], _ inputs: Points<Double>, _ context: ExecutionContext
  ) throws(MercerError) -> (targets: Matrix<Double>, residuals: Matrix<Double>) {
    let model = explainer.model
    guard let training = model.trainingRows else {
      let values = try explainer.values(of: inputs, by: model.regression, context: context)
      let residuals = fittedResiduals(of: model.regression).rows(at: rows)
      // On another scale their size is unknown, and a reference without noise shows too little.
      return (values, model.inverse == nil ? residuals : residuals.scaled(by: 0))
    }
    let targets = rows.map { training.targets[$0] }
    if model.calibration != nil {
      let codes = try ClassCodes(
        labels: targets.map { Int($0) }, classCount: model.target.classNames.count
      ).matrix
      let residuals =
        training.leaveOneOutResiduals ?? fittedResiduals(of: model.regression)
      return (codes, residuals.rows(at: rows))
    }
    var scores = model.leaveOneOutScores?.rows(at: rows)
    if scores == nil { scores = try explainer.scores(of: inputs, context: context) }
    let predictions = Matrix(column: scores.map(explainer.numbers) ?? targets)
    return (Matrix(column: targets), Matrix(column: targets).subtracting(predictions))
  }

  /// What an additive kernel ridge regression makes of the values, its ridge by leave-one-out.
  private static func additivePart(
    of values: Matrix<Double>, _ inputs: Points<Double>, blocks: [[Int]], gradients: [Double],
    seed: UInt64, _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<Double> {
    let total = gradients.reduce(0) { $0 + $1 * $1 }
    let columns = gradients.indices.sorted { (gradients[$0], $1) > (gradients[$1], $0) }
      .prefix(columnLimit).filter { gradients[$0] > 1e-4 * total.squareRoot() }.sorted()
    let terms = try columns.map { (column) throws(MercerError) -> any PointKernel<Double> in
      let own = try LaplaceKernel<Double>(lengthScale: 4)
      return try ScaledKernel(
        gradients[column] * gradients[column] / total, ColumnsKernel(own, on: blocks[column]))
    }
    let kernel = try SumKernel(terms)
    let unit = deviation(of: values)
    let data = try LabelledData(inputs: inputs, targets: values.scaled(by: 1 / unit))
    var search = KernelSearch(seed: seed)
    search.finalRows = 1000
    let ridge = try search.chooseRidge(for: kernel, on: data, context: context).ridge
    let estimator = try KernelRidge(
      kernel: kernel, ridge: ridge, centresTargets: true, wantsLeaveOneOut: false, solver: .exact())
    return try estimator.fit(data, context: context).predict(inputs, context: context)
      .scaled(by: unit)
  }

  /// y − f(x) at the training rows: λ α, from the equations (K + λ I) α = y of each member.
  private static func fittedResiduals(of regression: KernelRidgeBlend) -> Matrix<Double> {
    let first = regression.members[0].coefficients
    var sum = Matrix<Double>(rowCount: first.rowCount, columnCount: first.columnCount)
    for (member, weight) in zip(regression.members, regression.weights) {
      sum = sum.subtracting(member.coefficients.scaled(by: -member.ridge * weight))
    }
    return sum
  }

  /// √ of the mean square about the mean of each output; 1 where all are equal.
  private static func deviation(of values: Matrix<Double>) -> Double {
    let n = Double(values.rowCount)
    let means = (0..<values.columnCount).map { values.column($0).reduce(0, +) / n }
    let squares = values.subtractingFromRows(means).elements.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? (squares / n).squareRoot() : 1
  }
}
