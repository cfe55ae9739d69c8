public import MercerCore

/// The plain mean of several kernel ridge regressions on the same inputs: regressions that err
/// differently err less together, and no weights are left to be chosen.
///
/// A blend of one member is that member, to the last bit.
/// - Source: Breiman, Stacked regressions (1996), of which this is the case of equal weights; its
///   squared error is the mean of the members' less their variance about the blend (Krogh and
///   Vedelsby, Neural network ensembles, cross validation, and active learning, 1995).
public struct KernelRidgeBlend: Model {
  /// The regressions, at least one. Their inputs are the same memory.
  public let members: [KernelRidgeModel]

  /// A blend of regressions.
  ///
  /// - Parameter members: at least one; their inputs are the same memory (`Points.isIdentical`), so
  ///   that the rows are there once, and they have the same number of outputs.
  /// - Throws: `.invalidParameter` for no members, `.shapeMismatch` for members that do not match.
  public init(members: [KernelRidgeModel]) throws(MercerError) {
    guard let first = members.first else {
      throw MercerError(.invalidParameter, "a blend needs at least one regression")
    }
    for (index, member) in members.enumerated() {
      guard member.inputs.isIdentical(to: first.inputs) else {
        throw MercerError(
          .shapeMismatch, "regression \(index + 1) of the blend has other inputs than the first")
      }
      guard member.coefficients.columnCount == first.coefficients.columnCount else {
        throw MercerError(
          .shapeMismatch,
          "regression \(index + 1) of the blend has \(member.coefficients.columnCount) outputs, "
            + "the first \(first.coefficients.columnCount)")
      }
    }
    self.init(unchecked: members)
  }

  /// The blend of one regression.
  public init(_ member: KernelRidgeModel) { self.init(unchecked: [member]) }

  private init(unchecked members: [KernelRidgeModel]) { self.members = members }

  /// The n training inputs, those of every member.
  public var inputs: Points<Double> { members[0].inputs }

  /// yᵢ − f₋ᵢ(xᵢ) with f₋ᵢ fitted without row i, n × k; nil when a member has none.
  ///
  /// The mean of the members' residuals, and exact: the blend without row i is the mean of the
  /// members without row i.
  /// - Complexity: O(n k) for each member, at each access.
  public var leaveOneOutResiduals: Matrix<Double>? {
    let residuals = members.compactMap(\.leaveOneOutResiduals)
    return residuals.count == members.count ? Matrix(meanOf: residuals) : nil
  }

  /// The mean of the members' predictions, m × k.
  ///
  /// - Complexity: that of the members, one after another; n m d for each.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    var predictions: [Matrix<Double>] = []
    for member in members { predictions.append(try member.predict(inputs, context: context)) }
    return Matrix(meanOf: predictions)
  }

  /// The same blend for targets `unit` times as large, with these offsets instead.
  func scaled(by unit: Double, adding offsets: [Double]) -> KernelRidgeBlend {
    KernelRidgeBlend(unchecked: members.map { $0.scaled(by: unit, adding: offsets) })
  }
}

extension Matrix<Double> {
  /// The mean of matrices of one shape, at least one; of one matrix, that matrix.
  fileprivate init(meanOf matrices: [Matrix<Double>]) {
    self = matrices[0]
    guard matrices.count > 1 else { return }
    withUnsafeMutableBufferPointer { sum in
      for matrix in matrices.dropFirst() {
        precondition(matrix.count == sum.count)
        matrix.withUnsafeBufferPointer { terms in
          for index in sum.indices { sum[index] += terms[index] }
        }
      }
      for index in sum.indices { sum[index] /= Double(matrices.count) }
    }
  }
}
