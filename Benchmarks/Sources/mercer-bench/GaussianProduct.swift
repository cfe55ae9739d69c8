import Mercer

extension Benchmark {
  /// K(X, Z) V for a Gaussian kernel, never stored: by default n = m = 20,000, d = 32, one
  /// right-hand side, Float. Binding the kernel to its inputs is timed with the product.
  static let gaussianProduct = Benchmark(name: "gaussian-product") { options in
    try product(options) { (d) throws(MercerError) in
      // 2 for d = 32: values of the kernel stay in the same range for any d.
      try GaussianKernel<Float>(lengthScale: (Double(d) / 8).squareRoot())
    }
  }

  /// K(X, Z) v for a product Laplace kernel, never stored: n = m = 20,000, d = 32, Float.
  static let productLaplace = Benchmark(name: "product-laplace") { options in
    try product(options) { (d) throws(MercerError) in
      try ProductLaplaceKernel<Float>(lengthScale: Double(d) / 4)
    }
  }

  private static func product<K: Kernel>(
    _ options: Options, kernel: (Int) throws(MercerError) -> K
  ) throws(MercerError) -> Work where K.Element == Float, K.Inputs == Points<Float> {
    let (n, d, k) = (options.rows ?? 20_000, options.features ?? 32, options.outputs ?? 1)
    let context = ExecutionContext(threadCount: options.threads)
    let kernel = try kernel(d)

    func product(
      _ x: Points<Float>, _ z: Points<Float>, _ v: Matrix<Float>
    ) throws(MercerError) -> Matrix<Float> {
      try TiledCrossGram(kernel, rows: x, columns: z).applied(to: v, context: context)
    }

    let x = Points(SharedNumbers.matrix(n, d, stream: 1, as: Float.self))
    let z = Points(SharedNumbers.matrix(n, d, stream: 2, as: Float.self))
    let v = SharedNumbers.matrix(n, k, stream: 3, as: Float.self)
    let few = Array(0..<min(n, 1_000))
    return Work(
      size: ["n": n, "m": n, "d": d, "right_hand_sides": k],
      outputBytes: 4 * n * k,
      warmUp: {
        _ = try product(x.subset(at: few), z.subset(at: few), v.rows(at: few))
      },
      run: {
        let y = try product(x, z, v)
        return { y.withUnsafeBufferPointer { Float.sum($0) } / Double(y.count) }
      })
  }
}
