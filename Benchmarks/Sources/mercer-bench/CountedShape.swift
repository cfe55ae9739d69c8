import Mercer

/// A small operation of one thread whose instructions are counted (`Benchmarks/instructions`).
///
/// Everything inside `counted` counts: for products and gradients also the binding of the kernel.
struct CountedShape: Sendable {
  /// The name, which the file of counts shares.
  let name: String
  /// Makes the data, outside the count, and returns what is counted.
  private let prepare: @Sendable () throws -> () throws -> Void

  /// Does the work once on the same data, so that tables and one-time set-up are done, and then once
  /// more to be counted.
  func run() throws {
    let work = try prepare()
    try work()
    try Counting.counted(work)
  }

  /// The shape of this name.
  static func named(_ name: String) throws(MercerError) -> CountedShape {
    guard let shape = all.first(where: { $0.name == name }) else {
      throw MercerError(.invalidParameter, "no shape is called \(name)")
    }
    return shape
  }

  private static let context = ExecutionContext(threadCount: 1)
  // 250, not 256: the last block, panel and tile are not whole, as in most uses.
  private static let count = 250

  private static func points<Element: Scalar>(
    _ d: Int, _ stream: UInt64, of: Element.Type
  ) -> Points<Element> {
    Points(SharedNumbers.matrix(count, d, stream: stream, as: Element.self))
  }

  private static func product<Element: Scalar>(
    _ name: String, _ kernel: String, d: Int, k: Int = 1, of: Element.Type
  ) -> CountedShape {
    CountedShape(name: name) {
      let kernel = try makeKernel(parsing: kernel, of: Element.self)
      let (x, z) = (points(d, 1, of: Element.self), points(d, 2, of: Element.self))
      let v = SharedNumbers.matrix(count, k, stream: 3, as: Element.self)
      return { _ = try apply(kernel, x, z, v) }
    }
  }

  private static func apply<K: Kernel>(
    _ kernel: K, _ x: K.Inputs, _ z: K.Inputs, _ v: Matrix<K.Element>
  ) throws(MercerError) -> Matrix<K.Element> {
    try TiledCrossGram(kernel, rows: x, columns: z).applied(to: v, context: context)
  }

  /// All shapes.
  static let all: [CountedShape] = {
    let gaussian = "gaussian(lengthScale: 2)"
    return [
      product("gaussian-d32-k1-float", gaussian, d: 32, of: Float.self),
      product("gaussian-d32-k10-float", gaussian, d: 32, k: 10, of: Float.self),
      product("gaussian-d32-k1-double", gaussian, d: 32, of: Double.self),
      product("gaussian-d3-k1-float", "gaussian(lengthScale: 0.6)", d: 3, of: Float.self),
      product("gaussian-d784-k1-float", "gaussian(lengthScale: 10)", d: 784, of: Float.self),
      product("product-laplace-d8-float", "productLaplace(lengthScale: 2)", d: 8, of: Float.self),
      product("anova-laplace-d8-float", "anovaLaplace(lengthScale: 2)", d: 8, of: Float.self),
      product(
        "pairwise-laplace-d8-float", "additiveLaplace(order: 2)", d: 8, of: Float.self),
      product(
        "additive-laplace-far-d8-float", "additiveLaplace(lengthScale: 1e-3)", d: 8, of: Float.self),
      product("laplace-d32-float", "laplace(lengthScale: 2)", d: 32, of: Float.self),
      product(
        "matern52-d32-float", "matern(smoothness: 2.5, lengthScale: 2)", d: 32, of: Float.self),
      product("polynomial-d32-float", "polynomial(degree: 3)", d: 32, of: Float.self),
      product("arc-cosine-d32-float", "arcCosine(order: 1)", d: 32, of: Float.self),
      CountedShape(name: "gaussian-symmetric-d32-float") {
        let kernel = try GaussianKernel<Float>(lengthScale: 2)
        let x = points(32, 1, of: Float.self)
        let v = SharedNumbers.matrix(count, 1, stream: 3, as: Float.self)
        return { _ = try TiledGram(kernel, inputs: x).applied(to: v, context: context) }
      },
      CountedShape(name: "gaussian-input-gradient-d32-float") {
        let kernel = try GaussianKernel<Float>(lengthScale: 2)
        let (x, z) = (points(32, 1, of: Float.self), points(32, 2, of: Float.self))
        let v = SharedNumbers.matrix(count, 1, stream: 3, as: Float.self)
        return {
          _ = try TiledCrossGram(kernel, rows: x, columns: z).inputGradient(of: v, context: context)
        }
      },
      tangentKernel("ntk-fill-d64-float", of: Float.self),
      tangentKernel("ntk-fill-d64-double", of: Double.self),
    ]
  }()

  private static func tangentKernel<Element: Scalar>(
    _ name: String, of: Element.Type
  ) -> CountedShape {
    CountedShape(name: name) {
      let kernel = try makeKernel(parsing: "ntk((dense > relu) ^ 3 > dense)", of: Element.self)
      let x = points(64, 1, of: Element.self)
      return { _ = try TiledGram(kernel, inputs: x).densified(context: context) }
    }
  }
}
