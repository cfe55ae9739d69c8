public import MercerCore

/// Fitted kernel ridge regressions on the leaves of a tree.
public struct LocalKernelRidgeModel: Model {
  /// Which leaves count where.
  public let tree: LocalTree
  /// The regression of each leaf, on the rows at which it counts.
  public let leaves: [KernelRidgeModel]
  /// yᵢ − f₋ᵢ(xᵢ) with f₋ᵢ fitted without row i on the same tree, n × k; nil when they were not asked
  /// for.
  public let leaveOneOutResiduals: Matrix<Double>?

  /// A model from its parts, such as those read from a file.
  ///
  /// - Throws: `.shapeMismatch` unless there is a regression for each leaf, all with inputs of the
  ///   dimension of the tree and as many outputs.
  public init(
    tree: LocalTree, leaves: [KernelRidgeModel], leaveOneOutResiduals: Matrix<Double>? = nil
  ) throws(MercerError) {
    guard leaves.count == tree.leafCount else {
      throw MercerError(
        .shapeMismatch, "\(leaves.count) regressions do not suit a tree of \(tree.leafCount) leaves"
      )
    }
    let outputs = leaves[0].coefficients.columnCount
    for (index, leaf) in leaves.enumerated() {
      guard leaf.inputs.dimension == tree.dimension, leaf.coefficients.columnCount == outputs else {
        throw MercerError(
          .shapeMismatch,
          "the regression of leaf \(index) has \(leaf.inputs.dimension) coordinates and "
            + "\(leaf.coefficients.columnCount) outputs, not \(tree.dimension) and \(outputs)")
      }
    }
    self.tree = tree
    self.leaves = leaves
    self.leaveOneOutResiduals = leaveOneOutResiduals
  }

  /// The weighted mean of the leaves that count at each input, m × k.
  ///
  /// - Complexity: for each input, d for each level of the tree, and d times the rows of each leaf that
  ///   counts: one leaf away from borders.
  /// - Throws: `.shapeMismatch` for inputs of another dimension; `.cancelled`.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    let members = try tree.members(of: inputs)
    guard leaves.count > 1 else { return try leaves[0].predict(inputs, context: context) }
    var result = Matrix<Double>(
      rowCount: inputs.count, columnCount: leaves[0].coefficients.columnCount)
    for (leaf, member) in zip(leaves, members) where !member.rows.isEmpty {
      try context.checkCancellation()
      result.add(
        try leaf.predict(inputs.subset(at: member.rows), context: context), at: member)
    }
    return result
  }
}

extension Matrix<Double> {
  /// Adds rows of a leaf, times its shares, to the rows where they belong.
  mutating func add(_ values: Matrix, at member: LocalTree.Members) {
    let k = columnCount
    withUnsafeMutableBufferPointer { target in
      values.withUnsafeBufferPointer { source in
        for (place, row) in member.rows.enumerated() {
          for c in 0..<k { target[row * k + c] += member.shares[place] * source[place * k + c] }
        }
      }
    }
  }
}
