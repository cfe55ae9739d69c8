import Mercer

extension Benchmark {
  /// K(X, Z) V for a Gaussian kernel, never stored: by default n = m = 20,000, d = 32, one
  /// right-hand side, Float. Binding the kernel to its inputs is timed with the product.
  static let gaussianProduct = Benchmark(name: "gaussian-product") { options in
    try product(options, kernel: gaussian)
  }

  /// The gradient of Σᵢⱼ vⱼ k(xᵢ, zⱼ) with respect to X for a Gaussian kernel: n = m = 20,000,
  /// d = 32, Float. Binding is timed with it.
  static let inputGradient = Benchmark(name: "gaussian-input-gradient") { options in
    try Work.crossGram(options, outputs: 1, width: { d, _ in d }, kernel: gaussian) {
      (gram, v, context) throws(MercerError) in try gram.inputGradient(of: v, context: context)
    }
  }

  /// K(X, Z) v for a product Laplace kernel, never stored: n = m = 20,000, d = 32, Float.
  static let productLaplace = Benchmark(name: "product-laplace") { options in
    try product(options) { (d) throws(MercerError) in
      try ProductLaplaceKernel<Float>(lengthScale: Double(d) / 4)
    }
  }

  /// The kernel for d features: 2 for d = 32, so that values stay in the same range for any d.
  private static func gaussian(_ d: Int) throws(MercerError) -> GaussianKernel<Float> {
    try GaussianKernel(lengthScale: (Double(d) / 8).squareRoot())
  }

  private static func product<K: Kernel>(
    _ options: Options, kernel: (Int) throws(MercerError) -> K
  ) throws(MercerError) -> Work where K.Element == Float, K.Inputs == Points<Float> {
    try Work.crossGram(options, outputs: options.outputs ?? 1, width: { $1 }, kernel: kernel) {
      (gram, v, context) throws(MercerError) in try gram.applied(to: v, context: context)
    }
  }
}
