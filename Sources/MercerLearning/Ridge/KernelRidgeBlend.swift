public import MercerCore
import MercerData

/// A weighted mean of several kernel ridge regressions on the same inputs: regressions that err
/// differently err less together.
///
/// A blend of one member is that member, to the last bit.
/// - Source: Breiman, Stacked regressions (1996); its squared error is the mean of the members' less
///   their variance about the blend (Krogh and Vedelsby, Neural network ensembles, cross validation,
///   and active learning, 1995).
public struct KernelRidgeBlend: Model {
  /// The regressions, at least one. Their inputs are the same memory.
  public let members: [KernelRidgeModel]
  /// How much each counts: none negative, 1 in sum.
  public let weights: [Double]

  /// A blend of regressions.
  ///
  /// - Parameters:
  ///   - members: at least one; their inputs are the same memory (`Points.isIdentical`), so that the
  ///     rows are there once, and they have the same number of outputs.
  ///   - weights: how much each counts, none negative, and brought to a sum of 1; all the same when
  ///     nil.
  /// - Throws: `.invalidParameter` for no members or weights out of range, `.shapeMismatch` for
  ///   members that do not match.
  public init(
    members: [KernelRidgeModel], weights: [Double]? = nil
  ) throws(MercerError) {
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
    let weights = weights ?? [Double](repeating: 1, count: members.count)
    let total = weights.reduce(0, +)
    guard weights.count == members.count, total > 0, total.isFinite,
      weights.allSatisfy({ $0 >= 0 })
    else {
      throw MercerError(
        .invalidParameter,
        "a blend of \(members.count) regressions needs as many weights, none negative and not all 0"
      )
    }
    self.init(unchecked: members, weights: weights.map { $0 / total })
  }

  /// The blend of one regression.
  public init(_ member: KernelRidgeModel) { self.init(unchecked: [member], weights: [1]) }

  private init(unchecked members: [KernelRidgeModel], weights: [Double]) {
    self.members = members
    self.weights = weights
  }

  /// The n training inputs, those of every member.
  public var inputs: Points<Double> { members[0].inputs }

  /// yᵢ − f₋ᵢ(xᵢ) with f₋ᵢ fitted without row i, n × k; nil when a member has none.
  ///
  /// The mean of the members' residuals, and exact: the blend without row i is the mean of the
  /// members without row i, as long as the weights stay.
  /// - Complexity: O(n k) for each member, at each access.
  public var leaveOneOutResiduals: Matrix<Double>? {
    let residuals = members.compactMap(\.leaveOneOutResiduals)
    return residuals.count == members.count ? Matrix(meanOf: residuals, weights: weights) : nil
  }

  /// The mean of the members' predictions, m × k.
  ///
  /// - Complexity: that of the members, one after another; n m d for each.
  public func predict(
    _ inputs: Points<Double>, context: ExecutionContext = .default
  ) throws(MercerError) -> Matrix<Double> {
    var predictions: [Matrix<Double>] = []
    for member in members { predictions.append(try member.predict(inputs, context: context)) }
    return Matrix(meanOf: predictions, weights: weights)
  }

  /// The same blend with its coefficients rounded.
  func roundingCoefficients(to precision: Precision) -> KernelRidgeBlend {
    KernelRidgeBlend(
      unchecked: members.map {
        KernelRidgeModel(
          kernel: $0.kernel, ridge: $0.ridge, inputs: $0.inputs,
          coefficients: $0.coefficients.rounded(to: precision), offsets: $0.offsets,
          leaveOneOutResiduals: $0.leaveOneOutResiduals, report: $0.report)
      }, weights: weights)
  }

  /// The same blend for targets `unit` times as large, with these offsets instead.
  func scaled(by unit: Double, adding offsets: [Double]) -> KernelRidgeBlend {
    KernelRidgeBlend(
      unchecked: members.map { $0.scaled(by: unit, adding: offsets) }, weights: weights)
  }
}

extension Matrix<Double> {
  /// The weighted mean of matrices of one shape, at least one; of one matrix, that matrix.
  fileprivate init(meanOf matrices: [Matrix<Double>], weights: [Double]) {
    self = matrices[0]
    guard matrices.count > 1 else { return }
    withUnsafeMutableBufferPointer { sum in
      for index in sum.indices { sum[index] *= weights[0] }
      for (matrix, weight) in zip(matrices, weights).dropFirst() {
        precondition(matrix.count == sum.count)
        matrix.withUnsafeBufferPointer { terms in
          for index in sum.indices { sum[index] += weight * terms[index] }
        }
      }
    }
  }
}
