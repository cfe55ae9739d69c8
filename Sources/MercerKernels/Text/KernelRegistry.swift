public import MercerCore

/// The kernels that the text form knows, and how it makes them.
///
/// ```
/// let kernel = try KernelRegistry<Double>.standard
///   .makeKernel(parsing: "gaussian(lengthScale: 2) + 0.1 * linear")
/// ```
/// A kernel is added by writing its file, with its `syntax`, and one line in `standard`.
public struct KernelRegistry<Element: Scalar>: Sendable {
  /// What is known, in the order in which help texts list it.
  public let syntaxes: [KernelSyntax<Element>]

  /// A registry of these kernels; where two have one name, the first counts.
  public init(_ syntaxes: [KernelSyntax<Element>]) { self.syntaxes = syntaxes }

  /// All kernels of this package.
  public static var standard: KernelRegistry {
    KernelRegistry(
      [
        GaussianKernel<Element>.syntax,
        LaplaceKernel<Element>.syntax,
        ProductLaplaceKernel<Element>.syntax,
        PowerExponentialKernel<Element>.syntax,
        MaternKernel<Element>.syntax,
        RationalQuadraticKernel<Element>.syntax,
        PeriodicKernel<Element>.syntax,
        AnovaLaplaceKernel<Element>.syntax,
        AdditiveLaplaceKernel<Element>.syntax,
        LinearKernel<Element>.syntax,
        PolynomialKernel<Element>.syntax,
        CosineKernel<Element>.syntax,
        ArcCosineKernel<Element>.syntax,
        OverlapKernel<Element>.syntax,
      ] + NetworkKernel<Element>.syntaxes)
  }

  /// The combinators that are written as calls, beside `+`, `*`, `^` and `on:`.
  public static var combinators: [String] { KernelCombinator.allCases.map(\.rawValue) }

  /// The kernel that a text means.
  ///
  /// - Throws: `.invalidExpression` with a message of three lines: what is wrong, with a suggestion
  ///   where one is near, the expression, and a caret under the character.
  /// - Complexity: O(length of the text), besides what the kernels themselves cost to make.
  public func makeKernel(parsing text: String) throws(MercerError) -> any PointKernel<Element> {
    var parser = try ExpressionParser(text)
    let expression = try parser.parseAll()
    var builder = KernelBuilder(registry: self, parser: parser)
    return try builder.kernel(expression)
  }

  /// The kernel that a tree means; messages point into its text form.
  ///
  /// - Throws: `.invalidExpression`, as `makeKernel(parsing:)` does for `expression.description`.
  public func makeKernel(
    _ expression: KernelExpression
  ) throws(MercerError) -> any PointKernel<Element> {
    try makeKernel(parsing: expression.description)
  }
}

extension KernelExpression {
  /// The kernel that the expression means, made from the kernels of this package.
  ///
  /// - Throws: `.invalidExpression`, as `KernelRegistry.makeKernel(parsing:)`.
  public func makeKernel<Element: Scalar>(
    of element: Element.Type = Element.self
  ) throws(MercerError) -> any PointKernel<Element> {
    try KernelRegistry<Element>.standard.makeKernel(self)
  }
}

/// The kernel that a text means, made from the kernels of this package.
///
/// - Throws: `.invalidExpression`, as `KernelRegistry.makeKernel(parsing:)`.
public func makeKernel<Element: Scalar>(
  parsing text: String, of element: Element.Type = Element.self
) throws(MercerError) -> any PointKernel<Element> {
  try KernelRegistry<Element>.standard.makeKernel(parsing: text)
}
