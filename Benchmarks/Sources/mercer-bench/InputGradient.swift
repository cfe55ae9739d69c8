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
    return Work(
      size: ["n": n, "m": n, "d": d, "right_hand_sides": 1],
      outputBytes: 4 * n * d,
      warmUp: {
        _ = try InputGradient.of(
          kernel, x.subset(at: few), z.subset(at: few), v.rows(at: few), context)
      },
      run: {
        let gradient = try InputGradient.of(kernel, x, z, v, context)
        return { gradient.withUnsafeBufferPointer { Float.sum($0) } / Double(gradient.count) }
      })
  }
}

/// Gradients of sums of kernel values with respect to the row inputs, tile by tile.
enum InputGradient {
  /// Σⱼ vⱼ ∂k(xᵢ, zⱼ)/∂xᵢ, n × d.
  static func of<K: Kernel>(
    _ kernel: K, _ x: Points<K.Element>, _ z: Points<K.Element>, _ v: Matrix<K.Element>,
    _ context: ExecutionContext
  ) throws(MercerError) -> Matrix<K.Element> where K.Inputs == Points<K.Element> {
    let bound = try kernel.bound(rows: x, columns: z)
    let (height, width) = (Tiling.standard.rowCount, Tiling.standard.columnCount)
    let bands = (0..<x.count).chunks(of: height)
    let steps = (0..<z.count).chunks(of: width)
    var gradient = Matrix<K.Element>(rowCount: x.count, columnCount: x.dimension)
    try gradient.withTile { (gradient) throws(MercerError) in
      try context.forEach(
        bands.count, scratch: { Matrix<K.Element>(rowCount: height, columnCount: width) }
      ) { (index, weights: inout Matrix<K.Element>) throws(MercerError) in
        for step in steps {
          weights.withTile { memory in
            let tile = memory.moved(rows: bands[index], columns: step)
            v.withUnsafeBufferPointer { v in
              for row in 0..<tile.rowCount {
                _ = tile.row(row).update(fromContentsOf: v[step])
              }
            }
            bound.accumulateInputGradient(
              weights: tile, into: gradient.part(rows: bands[index], columns: gradient.columns))
          }
        }
      }
    }
    return gradient
  }
}
