import MercerCore

/// The model's kernels fitted anew to the rows whose targets are trusted, and what is said of each row
/// without the row and without those that are not.
///
/// One wrong number pulls the predictions around it, so that the rows beside it look wrong, too, and it
/// makes the search choose a ridge for more noise than there is: smaller ridges are tried.
/// - Source: the one step of reweighted least squares after a robust start: Rousseeuw and Leroy, Robust
///   regression and outlier detection (1987), with weights 0 and 1.
struct TrustedFit {
  /// f₋ᵢ(xᵢ) of trusted rows, f(xᵢ) of the others.
  let predictions: [Double]

  /// By what the ridges of the model are multiplied.
  private static let factors = [1, 0.1, 0.01]
  /// The most operations of one call: some seconds.
  private static let operationLimit = 7e11

  /// - Parameters:
  ///   - regression: the members; where rows are many, only the first of them are fitted.
  ///   - targets: the numbers of all rows, on the scale of the regression.
  ///   - trusted: the rows to fit, at least two.
  /// - Returns: nil when there are too many rows for a fit in some seconds.
  init?(
    _ regression: KernelRidgeBlend, targets: [Double], trusted: [Int], context: ExecutionContext
  ) throws(MercerError) {
    // A fit and what is left out: twice n³/3.
    let n = Double(targets.count)
    let price = try regression.members[0].kernel.secondsPerEntry(on: regression.inputs)
    let operations = 2 / 3 * n * n * n + 1.4e11 * price * n * n / 4
    let fits = Int(min(1000, Self.operationLimit / max(1, operations)))
    guard fits > 0 else { return nil }
    let factors = Self.factors.prefix(fits)
    let members = regression.members.prefix(max(1, fits / factors.count))
    let data = try LabelledData(
      inputs: regression.inputs.subset(at: trusted), targets: trusted.map { targets[$0] })
    var best: (blend: KernelRidgeBlend, residuals: [Double], loss: Double)?
    for factor in factors {
      var models: [KernelRidgeModel] = []
      for member in members {
        let estimator = try KernelRidge(
          kernel: member.kernel, ridge: factor * member.ridge, centresTargets: true,
          solver: .exact())
        models.append(try estimator.fit(data, context: context))
      }
      let blend = try KernelRidgeBlend(
        members: models, weights: Array(regression.weights.prefix(models.count)))
      guard let residuals = blend.leaveOneOutResiduals?.elements else { break }
      let loss = residuals.reduce(0) { $0 + $1 * $1 }
      // A gain of less than a hundredth is not worth a rougher function.
      if let best, loss > 0.99 * best.loss { break }
      best = (blend, residuals, loss)
    }
    guard let best else { return nil }
    var predictions = targets
    for (row, residual) in zip(trusted, best.residuals) { predictions[row] -= residual }
    let isTrusted = Set(trusted)
    let others = targets.indices.filter { !isTrusted.contains($0) }
    let values = try best.blend.predict(regression.inputs.subset(at: others), context: context)
    for (place, row) in others.enumerated() { predictions[row] = values[place, 0] }
    self.predictions = predictions
  }
}
