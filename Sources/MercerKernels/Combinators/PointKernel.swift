public import MercerCore

/// A kernel on points that has a text form: what the text form makes and the combinators take.
///
/// Write `any PointKernel<Double>`.
public typealias PointKernel<Element: Scalar> = ExpressibleKernel<Points<Element>, Element>

extension ExpressibleKernel {
  /// The text form, which parses back to an equal kernel.
  public var description: String { expression.description }
}

/// Throws unless there is one value for each parameter.
func checkParameterCount(_ values: [Double], _ expected: Int) throws(MercerError) {
  guard values.count == expected else {
    throw MercerError(
      .invalidParameter,
      "the kernel has \(expected) parameters, but \(values.count) values were given")
  }
}

extension [KernelParameter] {
  /// The same parameters under names that say which part of a combination they belong to.
  func prefixed(_ prefix: String) -> [KernelParameter] {
    map { KernelParameter("\(prefix).\($0.name)", $0.value, isPositive: $0.isPositive) }
  }
}
