import Mercer

extension Work {
  /// What is made of K(X, Z) and V, never stored: n = m = 20,000, d = 32, Float, unless the options
  /// say otherwise. Binding the kernel to its inputs is timed with it. The number is the mean.
  ///
  /// - Parameters:
  ///   - outputs: k, the columns of V.
  ///   - width: the columns of the result, from d and k.
  ///   - kernel: the kernel for so many features.
  ///   - make: the result, n rows.
  static func crossGram<K: Kernel>(
    _ options: Options, outputs k: Int, width: (_ d: Int, _ k: Int) -> Int,
    kernel: (Int) throws(MercerError) -> K,
    make:
      @escaping (TiledCrossGram<Float>, Matrix<Float>, ExecutionContext) throws(MercerError) ->
      Matrix<Float>
  ) throws(MercerError) -> Work where K.Element == Float, K.Inputs == Points<Float> {
    let (n, d) = (options.rows ?? 20_000, options.features ?? 32)
    let context = ExecutionContext(threadCount: options.threads)
    let kernel = try kernel(d)
    let x = Points(SharedNumbers.matrix(n, d, stream: 1, as: Float.self))
    let z = Points(SharedNumbers.matrix(n, d, stream: 2, as: Float.self))
    let v = SharedNumbers.matrix(n, k, stream: 3, as: Float.self)
    let few = Array(0..<min(n, 1_000))

    func result(
      _ x: Points<Float>, _ z: Points<Float>, _ v: Matrix<Float>
    ) throws(MercerError) -> Matrix<Float> {
      try make(TiledCrossGram(kernel, rows: x, columns: z), v, context)
    }

    return Work(
      size: ["n": n, "m": n, "d": d, "right_hand_sides": k],
      outputBytes: 4 * n * width(d, k),
      warmUp: { _ = try result(x.subset(at: few), z.subset(at: few), v.rows(at: few)) },
      run: {
        let y = try result(x, z, v)
        return { y.withUnsafeBufferPointer { Float.sum($0) } / Double(y.count) }
      })
  }
}
