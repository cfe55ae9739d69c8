public import MercerCore

/// A kernel to a whole power.
///
/// ```
/// k(x, z) = k₀(x, z)ᵖ
/// ```
/// - Shapes: as those of the base kernel.
/// - Units: those of the base kernel's values to the p.
/// - Positive definite: semi-definite, being a product; strictly when the base kernel is.
/// - Complexity: that of the base kernel, and at most 2 log₂ p multiplications an entry; each call
///   allocates a scratch tile or two.
/// - Accuracy: about p times the relative error of the base kernel. Values above 1 may overflow.
/// - Source: Schur, 1911, J. reine angew. Math. 140, theorem VII.
public struct PowerKernel<Element: Scalar>: ExpressibleKernel {
  /// The kernel that is raised, k₀.
  public let base: any PointKernel<Element>
  /// p, from 1 to 1000. Not a parameter of the search: only whole powers keep the kernel valid.
  public let exponent: Int

  /// A kernel to a power.
  ///
  /// - Throws: `.invalidParameter` when the exponent is not from 1 to 1000.
  public init(_ base: any PointKernel<Element>, exponent: Int) throws(MercerError) {
    guard exponent >= 1, exponent <= ExpressionParser.exponentLimit else {
      throw MercerError(
        .invalidParameter,
        "the exponent of a kernel must be from 1 to \(ExpressionParser.exponentLimit), "
          + "not \(exponent)")
    }
    self.base = base
    self.exponent = exponent
  }

  /// The text form as a tree.
  public var expression: KernelExpression { .power(base.expression, exponent) }

  /// Binds the parts to the two sets of inputs; throws what they throw.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    BoundPower(base: try base.bound(rows: rows, columns: columns), exponent: exponent)
  }

  /// k(x, x) for each input, from the diagonals of the parts.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    var result = try base.diagonal(of: inputs)
    result.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      Tile(rows: 0..<1, columns: 0..<values.count, stride: values.count, base: start)
        .raise(to: exponent)
    }
    return result
  }

  /// Those of the base kernel, under the same names.
  public var parameters: [KernelParameter] { base.parameters }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> PowerKernel {
    try PowerKernel(base.withParameters(values), exponent: exponent)
  }

  /// The combination of the anchored parts.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    try PowerKernel(base.anchored(to: reference), exponent: exponent)
  }
}

private struct BoundPower<Element: Scalar>: BoundKernel {
  let base: any BoundKernel<Element>
  let exponent: Int

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var dimension: Int { base.dimension }
  var hasGradients: Bool { base.hasGradients }
  var scratchBytes: Int { base.scratchBytes }
  var secondsPerEntry: Double { base.secondsPerEntry }

  func fill(_ tile: Tile<Element>) {
    base.fill(tile)
    tile.raise(to: exponent)
  }

  func accumulateInputGradient(weights: Tile<Element>, into gradient: Tile<Element>) {
    withBaseWeights(weights) { base.accumulateInputGradient(weights: $0, into: gradient) }
  }

  func accumulateParameterGradient(weights: Tile<Element>, into gradient: inout [Double]) {
    withBaseWeights(weights) { base.accumulateParameterGradient(weights: $0, into: &gradient) }
  }

  /// The weights of the base kernel's derivative: w p k₀ᵖ⁻¹.
  private func withBaseWeights(_ weights: Tile<Element>, _ body: (Tile<Element>) -> Void) {
    guard exponent > 1 else { return body(weights) }
    weights.withScratch { scratch in
      base.fill(scratch[0])
      scratch[0].raise(to: exponent - 1)
      scratch[0].scale(by: Element(exponent))
      scratch[0].multiply(weights)
      body(scratch[0])
    }
  }
}
