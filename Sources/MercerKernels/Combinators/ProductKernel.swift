public import MercerCore

/// The product of kernels.
///
/// ```
/// k(x, z) = Πₜ kₜ(x, z)
/// ```
/// - Shapes: as those of the factors, which take the same inputs.
/// - Units: the product of those of the factors' values.
/// - Positive definite: semi-definite by Schur's product theorem; strictly when all factors are.
/// - Complexity: the sum of the factors' costs, and one multiplication an entry for each further
///   factor; a fill allocates one scratch tile, a gradient one more than there are factors.
/// - Source: Schur, 1911, J. reine angew. Math. 140, theorem VII; Aronszajn, 1950, section I.8.
public struct ProductKernel<Element: Scalar>: ExpressibleKernel {
  /// The factors, at least one.
  public let factors: [any PointKernel<Element>]

  /// The product of these kernels; a product among them is taken as it is, not dissolved.
  ///
  /// - Throws: `.invalidParameter` when there are none.
  public init(_ factors: [any PointKernel<Element>]) throws(MercerError) {
    guard !factors.isEmpty else {
      throw MercerError(.invalidParameter, "a product of kernels needs at least one factor")
    }
    self.factors = factors
  }

  /// Joins two kernels, dissolving products among them.
  init(flattening first: any PointKernel<Element>, _ second: any PointKernel<Element>) {
    factors = [first, second].flatMap { kernel in (kernel as? ProductKernel)?.factors ?? [kernel] }
  }

  /// The text form as a tree.
  public var expression: KernelExpression {
    factors.count == 1 ? factors[0].expression : .product(factors.map(\.expression))
  }

  /// Binds the parts to the two sets of inputs; throws what they throw.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    BoundCombination(
      rule: .product, try factors.bound(rows: rows, columns: columns),
      parameterCounts: factors.map(\.parameters.count))
  }

  /// k(x, x) for each input, from the diagonals of the parts.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try factors.diagonal(of: inputs, combining: Element.loops.multiply)
  }

  /// Those of the factors in order, named `product[0].lengthScale` and so on.
  public var parameters: [KernelParameter] { factors.parameters(named: "product") }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> ProductKernel {
    try ProductKernel(factors.withParameters(values))
  }

  /// The combination of the anchored parts.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    try ProductKernel(factors.anchored(to: reference))
  }
}
