package import MercerCore

extension KernelRidgeBlend {
  /// The same regressions with the weights that suit rows which none of them was fitted to; those of
  /// weight 0 are left out.
  ///
  /// Which of two kernels is better may be different for as many rows as there are than for as many as a
  /// search can afford. The choice is that of `BlendWeights`, by squared errors: a plain mean of the best,
  /// unless other weights are better beyond chance.
  /// - Parameters:
  ///   - held: v rows with targets and weights.
  ///   - context: threads, memory limit and cancellation.
  /// - Complexity: that of predicting these rows, v n d for each member.
  package func reweighed(
    on held: LabelledData<Points<Double>>, context: ExecutionContext
  ) throws(MercerError) -> KernelRidgeBlend {
    guard members.count > 1 else { return self }
    let roots = held.weights?.map { $0.squareRoot() }
    var found: [(place: Int, residuals: Matrix<Double>, squares: Double)] = []
    for (place, member) in members.enumerated() {
      var residuals = held.targets.subtracting(try member.predict(held.inputs, context: context))
      if let roots { residuals = residuals.scalingRows(by: roots) }
      found.append((place, residuals, residuals.squaresOfRows.reduce(0, +)))
    }
    found.sort { ($0.squares, $0.place) < ($1.squares, $1.place) }
    let weights = BlendWeights.choose(found.map(\.residuals), limit: members.count) {
      $1.squaresOfRows.reduce(0, +)
    }
    let kept = zip(found, weights).filter { $1 > 0 }
    return try KernelRidgeBlend(members: kept.map { members[$0.0.place] }, weights: kept.map(\.1))
  }
}
