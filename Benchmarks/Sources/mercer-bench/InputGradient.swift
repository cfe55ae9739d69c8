import Mercer

extension Benchmark {
  /// The gradient of Σᵢⱼ vⱼ k(xᵢ, zⱼ) with respect to X for a Gaussian kernel: n = m = 20,000,
  /// d = 32, Float. Binding is timed with it.
  static let inputGradient = Benchmark(name: "gaussian-input-gradient") { options in
    let (n, d) = (options.rows ?? 20_000, options.features ?? 32)
    let context = ExecutionContext(threadCount: options.threads)
    let kernel = try GaussianKernel<Float>(lengthScale: (Double(d) / 8).squareRoot())
    let x = Points(SharedNumbers.matrix(n, d, stream: 1, as: Float.self))
    let z = Points(SharedNumbers.matrix(n, d, stream: 2, as: Float.self))
    let v = SharedNumbers.matrix(n, 1, stream: 3, as: Float.self)
    let few = Array(0..<min(n, 1_000))

    func gradient(
      _ x: Points<Float>, _ z: Points<Float>, _ v: Matrix<Float>
    ) throws(MercerError) -> Matrix<Float> {
      try TiledCrossGram(kernel, rows: x, columns: z).inputGradient(of: v, context: context)
    }

    return Work(
      size: ["n": n, "m": n, "d": d, "right_hand_sides": 1],
      outputBytes: 4 * n * d,
      warmUp: {
        _ = try gradient(x.subset(at: few), z.subset(at: few), v.rows(at: few))
      },
      run: {
        let gradient = try gradient(x, z, v)
        return { gradient.withUnsafeBufferPointer { Float.sum($0) } / Double(gradient.count) }
      })
  }
}
