import Mercer

extension Benchmark {
  /// K(X, Z) v for a Gaussian kernel, never stored: n = m = 20,000, d = 32, one right-hand side,
  /// Float. Binding the kernel to its inputs is timed with the product.
  static let gaussianProduct = Benchmark(name: "gaussian-product") { options in
    let (n, d) = (options.rows ?? 20_000, 32)
    let context = ExecutionContext(threadCount: options.threads)
    let kernel = try GaussianKernel<Float>(lengthScale: 2)

    func product(
      _ x: Points<Float>, _ z: Points<Float>, _ v: Matrix<Float>
    ) throws(MercerError) -> Matrix<Float> {
      try TiledCrossGram(kernel, rows: x, columns: z).applied(to: v, context: context)
    }

    let x = Points(SharedNumbers.matrix(n, d, stream: 1, as: Float.self))
    let z = Points(SharedNumbers.matrix(n, d, stream: 2, as: Float.self))
    let v = SharedNumbers.matrix(n, 1, stream: 3, as: Float.self)
    let few = Array(0..<min(n, 1_000))
    return Work(
      size: ["n": n, "m": n, "d": d, "right_hand_sides": 1],
      warmUp: {
        _ = try product(x.subset(at: few), z.subset(at: few), v.rows(at: few))
      },
      run: {
        let y = try product(x, z, v)
        return { y.withUnsafeBufferPointer { Float.sum($0) } / Double(y.count) }
      })
  }
}
