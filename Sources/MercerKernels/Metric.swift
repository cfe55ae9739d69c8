public import MercerCore

/// How coordinates are weighed before a kernel compares them: x ↦ x, s ∘ x or A x.
///
/// A metric stands in front of a kernel, k(M x, M z), so distances become ‖M (x − z)‖ and inner
/// products ⟨M x, M z⟩. It is stored in Double whatever the element type, so that it prints and
/// parses back exactly. Kernels check it when they are made.
public enum Metric: Sendable, Equatable {
  /// Coordinates as they are.
  case identity
  /// Each coordinate times its scale: d numbers, finite and not negative.
  case scales([Double])
  /// x ↦ A x, with A any p × d matrix of finite numbers.
  case transform(Matrix<Double>)

  /// Throws `.invalidParameter` unless the numbers are in their ranges.
  public func validate() throws(MercerError) {
    switch self {
    case .identity: break
    case .scales(let scales):
      for (index, scale) in scales.enumerated() where !(scale.isFinite && scale >= 0) {
        throw MercerError(
          .invalidParameter, "scales[\(index)] must be finite and not negative, but is \(scale)")
      }
    case .transform(let matrix):
      guard matrix.isFinite else {
        throw MercerError(.invalidParameter, "transform must hold finite numbers only")
      }
    }
  }

  /// Throws `.shapeMismatch` unless the metric takes points of this dimension.
  public func checkDimension(_ dimension: Int) throws(MercerError) {
    switch self {
    case .identity: break
    case .scales(let scales):
      guard scales.count == dimension else {
        throw MercerError(
          .shapeMismatch,
          "scales has \(scales.count) numbers, but the points have \(dimension) coordinates")
      }
    case .transform(let matrix):
      guard matrix.columnCount == dimension else {
        throw MercerError(
          .shapeMismatch,
          "transform has \(matrix.columnCount) columns, but the points have \(dimension) "
            + "coordinates")
      }
    }
  }

  /// The scales above zero, as parameters. A scale of zero has left the kernel for good, and the
  /// entries of a transform are for feature learning to set, not for model selection.
  public var parameters: [KernelParameter] {
    guard case .scales(let scales) = self else { return [] }
    return scales.enumerated().compactMap { index, scale in
      scale > 0 ? KernelParameter("scales[\(index)]", scale) : nil
    }
  }

  /// The metric with other values of its `parameters`; as many values as there are parameters.
  public func withParameters(_ values: some Collection<Double>) -> Metric {
    guard case .scales(var scales) = self else { return self }
    var next = values.makeIterator()
    for index in scales.indices where scales[index] > 0 {
      scales[index] = next.next() ?? scales[index]
    }
    return .scales(scales)
  }

  /// The arguments of a kernel's text form: none, `scales: […]` or `transform: [[…]]`.
  public var arguments: [KernelExpression.Argument] {
    switch self {
    case .identity: []
    case .scales(let scales): [.init("scales", .list(scales))]
    case .transform(let matrix):
      [.init("transform", .matrix((0..<matrix.rowCount).map { matrix.row($0) }))]
    }
  }
}
