public import MercerCore

/// The sum of kernels.
///
/// ```
/// k(x, z) = Σₜ kₜ(x, z)
/// ```
/// - Shapes: as those of the terms, which take the same inputs.
/// - Units: those of the terms' values, which must agree.
/// - Positive definite: as soon as one term is strictly so.
/// - Complexity: the sum of the terms' costs, and one addition an entry for each further term; each
///   call allocates one scratch tile.
/// - Source: Aronszajn, 1950, Theory of reproducing kernels, section I.6; DOI 10.2307/1990404.
public struct SumKernel<Element: Scalar>: ExpressibleKernel {
  /// The summands, at least one.
  public let terms: [any PointKernel<Element>]

  /// The sum of these kernels; a sum among them is taken as it is, not dissolved.
  ///
  /// - Throws: `.invalidParameter` when there are none.
  public init(_ terms: [any PointKernel<Element>]) throws(MercerError) {
    guard !terms.isEmpty else {
      throw MercerError(.invalidParameter, "a sum of kernels needs at least one term")
    }
    self.terms = terms
  }

  /// Joins two kernels, dissolving sums among them.
  init(flattening first: any PointKernel<Element>, _ second: any PointKernel<Element>) {
    terms = [first, second].flatMap { kernel in (kernel as? SumKernel)?.terms ?? [kernel] }
  }

  /// The text form as a tree.
  public var expression: KernelExpression {
    terms.count == 1 ? terms[0].expression : .sum(terms.map(\.expression))
  }

  /// Binds the parts to the two sets of inputs; throws what they throw.
  public func bound(
    rows: Points<Element>, columns: Points<Element>
  ) throws(MercerError) -> any BoundKernel<Element> {
    BoundCombination(
      rule: .sum, try terms.bound(rows: rows, columns: columns),
      parameterCounts: terms.map(\.parameters.count))
  }

  /// k(x, x) for each input, from the diagonals of the parts.
  public func diagonal(of inputs: Points<Element>) throws(MercerError) -> [Element] {
    try terms.diagonal(of: inputs, combining: Element.loops.add)
  }

  /// Those of the terms in order, named `sum[0].lengthScale` and so on.
  public var parameters: [KernelParameter] { terms.parameters(named: "sum") }

  /// The same combination with other parameters; `.invalidParameter` for a wrong count or range.
  public func withParameters(_ values: [Double]) throws(MercerError) -> SumKernel {
    try SumKernel(terms.withParameters(values))
  }

  /// The combination of the anchored parts.
  public func anchored(
    to reference: Points<Element>
  ) throws(MercerError) -> any PointKernel<Element> {
    try SumKernel(terms.anchored(to: reference))
  }
}
