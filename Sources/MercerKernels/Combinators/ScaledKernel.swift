public import MercerCore

/// A positive number times a kernel.
///
/// ```
/// k(x, z) = c k₀(x, z)
/// ```
/// - Shapes: as those of the base kernel.
/// - Units: `factor` in the units of the values (a variance, in a Gaussian process).
/// - Positive definite: as the base kernel.
/// - Complexity: that of the base kernel, and one multiplication an entry.
/// - Source: Aronszajn, 1950, Theory of reproducing kernels; DOI 10.2307/1990404.
public struct ScaledKernel<Element: Scalar>: ExpressibleKernel {
  /// c, finite and greater than 0.
  public let factor: Double
  /// The kernel that is scaled, k₀.
  public let base: any PointKernel<Element>

  /// A number times a kernel.
  ///
  /// - Throws: `.invalidParameter` when the factor is not finite or not above 0, also once it is
  ///   rounded to the element type.
  public init(_ factor: Double, _ base: any PointKernel<Element>) throws(MercerError) {
    guard factor > 0, factor.isFinite else {
      throw MercerError(
        .invalidParameter,
        "the factor of a kernel must be finite and greater than 0, not \(factor.shortestText)")
    }
    guard Element(factor) > 0, Element(factor).isFinite else {
      throw MercerError(
        .invalidParameter,
        "the factor \(factor.shortestText) is beyond the range of \(Element.scalarName)")
    }
    self.factor = factor
    self.base = base
  }

  /// The text form as a tree.
  public var expression: KernelExpression { .scaled(factor, base.expression) }

  /// Binds the parts to the two sets of inputs; throws what they throw.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    BoundScaled(
      factor: Element(factor), base: try base.bound(rows: rows, columns: columns),
      parameterCount: base.parameters.count)
  }

  /// k(x, x) for each input, from the diagonals of the parts.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    var result = try base.diagonal(of: inputs)
    result.withUnsafeMutableBufferPointer { values in
      if let start = values.baseAddress {
        Element.loops.affine(values.count, start, Element(factor), 0)
      }
    }
    return result
  }

  /// `factor`, then those of the base kernel, named `scaled.lengthScale` and so on.
  public var parameters: [KernelParameter] {
    [KernelParameter("factor", factor)] + base.parameters.prefixed("scaled")
  }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> ScaledKernel {
    try checkParameterCount(values, 1 + base.parameters.count)
    return try ScaledKernel(values[0], base.withParameters(Array(values.dropFirst())))
  }

  /// The combination of the anchored parts.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    try ScaledKernel(factor, base.anchored(to: reference))
  }
}

private struct BoundScaled<Element: Scalar>: BoundKernel {
  let factor: Element
  let base: any BoundKernel<Element>
  let parameterCount: Int

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var dimension: Int { base.dimension }
  var hasGradients: Bool { base.hasGradients }
  var scratchBytes: Int { base.scratchBytes }
  var secondsPerEntry: Double { base.secondsPerEntry }

  func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    tile.scale(by: factor)
  }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    weights.withScratch { scratch in
      scratch[0].copy(weights)
      scratch[0].scale(by: factor)
      base.accumulateInputGradient(weights: scratch[0], into: gradient)
    }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    weights.withScratch { scratch in
      base.fill(scratch[0])
      gradient[0] += weights.dot(scratch[0])
      scratch[0].copy(weights)
      scratch[0].scale(by: factor)
      base.accumulateParameterGradient(
        weights: scratch[0], into: &gradient, at: 1, count: parameterCount)
    }
  }
}
