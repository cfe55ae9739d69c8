import Mercer

extension Benchmark {
  /// The neural tangent kernel of 21 convolutions with relu on images of 32 × 32 × 3, all pairs of n,
  /// with global average pooling at the end.
  static let imageNetworkPooled = imageNetwork("ntk-images-pooled", rows: 6, isPooled: true)
  /// The same flattened at the end: positions meet themselves only.
  static let imageNetworkFlat = imageNetwork("ntk-images-flat", rows: 200, isPooled: false)

  private static func imageNetwork(_ name: String, rows: Int, isPooled: Bool) -> Benchmark {
    Benchmark(name: name) { options in
      switch options.element {
      case .float: try imageNetwork(options, rows: rows, isPooled: isPooled, of: Float.self)
      case .double: try imageNetwork(options, rows: rows, isPooled: isPooled, of: Double.self)
      }
    }
  }

  private static func imageNetwork<Element: Scalar>(
    _ options: Options, rows: Int, isPooled: Bool, of: Element.Type
  ) throws(MercerError) -> Work {
    let n = options.rows ?? rows
    let (side, channels) = (32, 3)
    let context = ExecutionContext(threadCount: options.threads)
    // The benchmark compares kernels of two sets, so that both sides compute all n² entries.
    let kernel = try makeKernel(
      parsing: "ntk(image(\(side), \(side), channels: \(channels)) > "
        + "(conv(3, weightVariance: 2) > relu) ^ 21 > \(isPooled ? "globalAveragePool" : "flatten") > "
        + "dense)", of: Element.self)
    let d = side * side * channels
    let x = Points(SharedNumbers.matrix(n, d, stream: 1, as: Element.self))
    let z = Points(SharedNumbers.matrix(n, d, stream: 2, as: Element.self))
    let one = x.subset(at: [0])
    // A vector of k and Θ through a convolution and its rectifier takes, beside a root, loads and stores,
    // 44 instructions in Float and 65 in Double, whose polynomials are longer (tiles_slices.inc).
    let instructions = Element.self == Float.self ? 44.0 : 65
    let positions = Double(side * side)
    let slices = isPooled ? positions * positions : positions
    return Work(
      size: ["n": n, "side": side, "channels": channels],
      outputBytes: MemoryLayout<Element>.stride * n * n,
      counted: Counted(
        entries: Double(n * n), operations: Double(n * n) * slices * 21 * 2 * instructions),
      warmUp: {
        _ = try TiledCrossGram(kernel, rows: one, columns: one).densified(context: context)
      },
      run: {
        let matrix = try TiledCrossGram(kernel, rows: x, columns: z).densified(context: context)
        return { matrix.withUnsafeBufferPointer { Element.sum($0) } / Double(matrix.count) }
      })
  }
}
