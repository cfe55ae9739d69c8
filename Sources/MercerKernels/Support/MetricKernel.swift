public import MercerCore

/// A kernel of points with a metric in front of it: what all kernels with a closed form share.
///
/// A conforming type supplies its name (in `syntax`), its own continuous parameters (`shape`) and
/// a way to be made anew from their values; text form and parameter lists follow from these.
public protocol MetricKernel<Element>: ExpressibleKernel where Inputs == Points<Element> {
  /// How the kernel is written and made from text.
  static var syntax: KernelSyntax<Element> { get }
  /// What the coordinates go through first.
  var metric: Metric { get }
  /// The continuous parameters but those of the metric, named as their labels in the text form.
  var shapeParameters: [KernelParameter] { get }
  /// Arguments of the text form that are no continuous parameters, such as a degree; none by
  /// default. They come before the others.
  var fixedArguments: [KernelExpression.Argument] { get }
  /// The same kernel with other values of `shapeParameters`, and another metric.
  ///
  /// - Throws: `.invalidParameter` when a value is outside its range.
  func with(shape values: [Double], metric: Metric) throws(MercerError) -> Self
}

extension MetricKernel {
  /// The arguments of the text form that are no continuous parameters.
  public var fixedArguments: [KernelExpression.Argument] { [] }

  /// The continuous parameters, in the order of the gradients.
  public var parameters: [KernelParameter] { shapeParameters + metric.parameters }

  /// The kernel with other values of its `parameters`, in their order.
  public func withParameters(_ values: [Double]) throws(MercerError) -> Self {
    let shapeCount = shapeParameters.count
    guard values.count == parameters.count else {
      throw MercerError(
        .invalidParameter,
        "\(Self.syntax.name) has \(parameters.count) parameters here, but \(values.count) values "
          + "were given")
    }
    return try with(
      shape: Array(values[..<shapeCount]), metric: metric.withParameters(values[shapeCount...]))
  }

  /// The kernel as a call that parses back to an equal kernel.
  public var expression: KernelExpression {
    .call(
      Self.syntax.name,
      fixedArguments + shapeParameters.map { .init($0.name, .number($0.value)) }
        + metric.arguments)
  }

  /// The text form.
  public var description: String { String(describing: expression) }

  /// Throws `.shapeMismatch` unless both sets have one dimension, and the metric takes it.
  func checkShapes(_ rows: Points<Element>, _ columns: Points<Element>) throws(MercerError) {
    try metric.checkShapes(rows, columns)
  }
}

/// Throws `.invalidParameter` unless the value is finite and above zero.
func checkPositive(_ value: Double, _ name: String) throws(MercerError) {
  guard value.isFinite, value > 0 else {
    throw MercerError(
      .invalidParameter, "\(name) must be finite and greater than zero, but is \(value)")
  }
}
