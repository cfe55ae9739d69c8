public import MercerCore

extension GramOperator {
  /// Σⱼ wⱼ k(xᵢ, zⱼ) for each row: densities, degrees of a graph, normalising constants.
  ///
  /// - Parameters:
  ///   - weights: m numbers of any sign; nil for ones.
  ///   - context: threads and cancellation.
  /// - Returns: n sums, each rounded once to the element type.
  /// - Complexity: one product with a vector.
  /// - Throws: `.shapeMismatch` when there are not m weights, `.cancelled`.
  public func rowSums(
    weights: [Double]? = nil, context: ExecutionContext = .default
  ) throws(MercerError) -> [Double] {
    if let weights { try checkWeights(weights) }
    let v = weights.map { Matrix(column: $0.map { Element($0) }) }
    let ones = Matrix<Element>(rowCount: columnCount, columnCount: 1, repeating: 1)
    return Matrix<Double>(converting: try applied(to: v ?? ones, context: context)).elements
  }

  /// Throws unless there is one weight for each column.
  func checkWeights(_ weights: [Double]) throws(MercerError) {
    guard weights.count == columnCount else {
      throw MercerError(
        .shapeMismatch,
        "\(weights.count) weights do not suit a kernel matrix of \(columnCount) columns")
    }
  }
}
