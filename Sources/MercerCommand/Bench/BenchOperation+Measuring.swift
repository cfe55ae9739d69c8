import Mercer

extension BenchOperation {
  /// Wall-clock seconds of the operation, and of BLAS alone on the same shape.
  ///
  /// Binding the kernel to its inputs is part of the time; making the inputs is not.
  /// - Throws: `.memoryLimit`, `.cancelled`.
  func measured(seed: UInt64, context: ExecutionContext) throws(MercerError) -> Seconds {
    switch element {
    case .float: try measured(as: Float.self, seed: seed, context: context)
    case .double: try measured(as: Double.self, seed: seed, context: context)
    }
  }

  struct Seconds {
    let operation, gemm: Double
  }

  /// Seconds after which the least number of runs is enough.
  private static var budget: Double { 0.3 }
  /// Rows of the first run, which starts threads and touches code and data.
  private static var warmUpRows: Int { 1024 }

  private func measured<Element: Scalar>(
    as type: Element.Type, seed: UInt64, context: ExecutionContext
  ) throws(MercerError) -> Seconds {
    let kernel = try makeKernel(parsing: kernel, of: type)
    func numbers(_ rowCount: Int, _ columnCount: Int, _ index: UInt64) -> Matrix<Element> {
      var stream = RandomStream(seed: seed, purpose: "bench", index: index)
      return Matrix(rowCount: rowCount, columnCount: columnCount) { buffer in
        for i in buffer.indices { buffer[i] = Element(stream.uniform()) }
      }
    }
    let x = Points(numbers(rows, features, 0))
    let z = Points(numbers(columns, features, 1))
    let v = numbers(columns, rightHandSides, 2)
    let few = Array(0..<min(rows, Self.warmUpRows))
    try run(kernel, x.subset(at: few), z.subset(at: few), v.rows(at: few), context)
    let seconds = try medianSeconds(runs: 3, budget: Self.budget) { () throws(MercerError) in
      try run(kernel, x, z, v, context)
    }
    try gemm(x.coordinates.rows(at: few), z.coordinates.rows(at: few), context)
    // A product of BLAS that takes long is timed once: it is the same tile many times over.
    let gemmSeconds = try medianSeconds(runs: 1, budget: Self.budget) { () throws(MercerError) in
      try gemm(x.coordinates, z.coordinates, context)
    }
    return Seconds(operation: seconds, gemm: gemmSeconds)
  }

  private func run<K: Kernel>(
    _ kernel: K, _ x: Points<K.Element>, _ z: Points<K.Element>, _ v: Matrix<K.Element>,
    _ context: ExecutionContext
  ) throws(MercerError) where K.Inputs == Points<K.Element> {
    switch action {
    case .apply:
      _ = try TiledCrossGram(kernel, rows: x, columns: z).applied(to: v, context: context)
    case .symmetricApply:
      _ = try TiledGram(kernel, inputs: x).applied(to: v, context: context)
    case .fill:
      _ = try TiledGram(kernel, inputs: x).densified(context: context)
    case .inputGradient:
      _ = try TiledCrossGram(kernel, rows: x, columns: z).inputGradient(of: v, context: context)
    }
  }

  /// X Zᵀ by BLAS in tiles of 256 × 1024, each overwriting the last one of its thread.
  private func gemm<Element: Scalar>(
    _ x: Matrix<Element>, _ z: Matrix<Element>, _ context: ExecutionContext
  ) throws(MercerError) {
    let (height, width) = (256, 1024)
    let d = features
    let bands = (0..<x.rowCount).chunks(of: height)
    let steps = (0..<z.rowCount).chunks(of: width)
    try context.forEach(
      bands.count, scratch: { Matrix<Element>(rowCount: height, columnCount: width) }
    ) { (index, tile: inout Matrix<Element>) throws(MercerError) in
      let rows = bands[index]
      for step in steps {
        x.withUnsafeBufferPointer { x in
          z.withUnsafeBufferPointer { z in
            tile.withUnsafeMutableBufferPointer { tile in
              guard let x = x.baseAddress, let z = z.baseAddress, let tile = tile.baseAddress
              else { return }
              Element.gemm(
                transposeA: false, transposeB: true, m: rows.count, n: step.count, k: d,
                alpha: 1, a: x + rows.lowerBound * d, lda: d, b: z + step.lowerBound * d, ldb: d,
                beta: 0, c: tile, ldc: width)
            }
          }
        }
      }
    }
  }
}
