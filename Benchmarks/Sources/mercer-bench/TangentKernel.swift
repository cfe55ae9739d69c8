import Mercer

extension Benchmark {
  /// The neural tangent kernel of three hidden layers on all pairs of inputs, stored:
  /// n = 4,000, d = 784, Float or Double. Binding is timed with it.
  static let tangentKernel = Benchmark(name: "ntk-matrix") { options in
    switch options.element {
    case .float: try tangentKernel(options, of: Float.self)
    case .double: try tangentKernel(options, of: Double.self)
    }
  }

  private static func tangentKernel<Element: Scalar>(
    _ options: Options, of: Element.Type
  ) throws(MercerError) -> Work {
    let (n, d) = (options.rows ?? 4_000, options.features ?? 784)
    let context = ExecutionContext(threadCount: options.threads)
    let kernel = try makeKernel(parsing: "ntk((dense > relu) ^ 3 > dense)", of: Element.self)
    let x = Points(SharedNumbers.matrix(n, d, stream: 1, as: Element.self))
    let few = x.subset(at: Array(0..<min(n, 300)))
    return Work(
      size: ["n": n, "d": d],
      outputBytes: MemoryLayout<Element>.stride * n * n,
      // Each pair is computed once; the activations of three layers.
      counted: Counted(
        entries: Double(n * n), operations: Double(n * (n + 1) / 2) * Double(2 * d),
        functions: Double(n * (n + 1) / 2) * 3),
      warmUp: { _ = try TiledGram(kernel, inputs: few).densified(context: context) },
      run: {
        let matrix = try TiledGram(kernel, inputs: x).densified(context: context)
        return { matrix.withUnsafeBufferPointer { Element.sum($0) } / Double(matrix.count) }
      })
  }
}
