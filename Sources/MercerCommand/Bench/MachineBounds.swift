import CMercerBounds
import Mercer

/// The most that this machine does, of all threads together; measured, not looked up.
struct MachineBounds: Encodable {
  /// What a vector unit does at most: 10⁹ operations a second of multiply-adds in registers.
  private(set) var multiplyAdd: PerElement
  /// 10⁹ operations a second of a matrix product of BLAS, n = 1024, one for each thread.
  private(set) var gemm: PerElement
  /// 10⁹ exponential functions a second, of values in the first-level cache.
  private(set) var exponentials: PerElement
  /// 10⁹ bytes a second read from 16 kB, from 512 kB, and from more than the caches hold.
  private(set) var firstLevel, secondLevel, memory: Double
  /// The bytes that `memory` was read from.
  let memoryStreamBytes: Int
  /// The instruction set of the loops.
  let instructionSet: String

  /// A bound for each element type.
  struct PerElement {
    let float, double: Double

    /// The higher of two measurements, for each type.
    func best(with other: PerElement) -> PerElement {
      PerElement(float: max(float, other.float), double: max(double, other.double))
    }

    /// The bound for one of them.
    func of(_ element: BenchElement) -> Double { element == .float ? float : double }
  }

  enum CodingKeys: String, CodingKey {
    case fmaFloat = "fma_gflops"
    case fmaDouble = "fma_gflops_double"
    case gemmFloat = "gemm_gflops"
    case gemmDouble = "gemm_gflops_double"
    case expFloat = "exp_billions_per_second"
    case expDouble = "exp_billions_per_second_double"
    case firstLevel = "first_level_gb_per_second"
    case secondLevel = "second_level_gb_per_second"
    case memory = "memory_gb_per_second"
    case memoryStreamBytes = "memory_stream_bytes"
    case instructionSet = "instruction_set"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(multiplyAdd.float, forKey: .fmaFloat)
    try container.encode(multiplyAdd.double, forKey: .fmaDouble)
    try container.encode(gemm.float, forKey: .gemmFloat)
    try container.encode(gemm.double, forKey: .gemmDouble)
    try container.encode(exponentials.float, forKey: .expFloat)
    try container.encode(exponentials.double, forKey: .expDouble)
    try container.encode(firstLevel, forKey: .firstLevel)
    try container.encode(secondLevel, forKey: .secondLevel)
    try container.encode(memory, forKey: .memory)
    try container.encode(memoryStreamBytes, forKey: .memoryStreamBytes)
    try container.encode(instructionSet, forKey: .instructionSet)
  }
}

extension MachineBounds {
  private static let matrixSize = 1024
  private static let memoryStreamLimit = 256 << 20

  /// The bytes that measuring takes with this many threads, but for the stream from memory.
  static func byteCount(threads: Int) -> Int { 3 * matrixSize * matrixSize * 8 * threads }

  /// Measures all of them.
  ///
  /// - Throws: `.memoryLimit`, `.cancelled`.
  init(measuringWith meter: RateMeter) throws(MercerError) {
    let context = meter.context
    let threads = context.threadCount
    try context.checkMemory(Self.byteCount(threads: threads), for: "measuring this machine")
    instructionSet = String(cString: mercer_bounds_loops().pointee.instruction_set)
    multiplyAdd = PerElement(
      float: try Self.multiplyAdd(meter) {
        mercer_bounds_loops().pointee.multiply_add_float($0, $1)
      },
      double: try Self.multiplyAdd(meter) {
        mercer_bounds_loops().pointee.multiply_add_double($0, $1)
      })
    gemm = PerElement(
      float: try Self.gemm(meter, of: Float.self), double: try Self.gemm(meter, of: Double.self))
    exponentials = PerElement(
      float: try Self.exponentials(meter, of: Float.self),
      double: try Self.exponentials(meter, of: Double.self))
    firstLevel = try Self.stream(meter, bytes: 16 << 10)
    secondLevel = try Self.stream(meter, bytes: 512 << 10)
    memoryStreamBytes = min(Self.memoryStreamLimit, context.memoryLimit / 2)
    memory = try Self.stream(meter, bytes: max(memoryStreamBytes / threads, 16 << 10))
  }

  /// The higher of two measurements, for each bound: what else the machine does only slows them.
  func best(with other: MachineBounds) -> MachineBounds {
    var result = self
    result.multiplyAdd = multiplyAdd.best(with: other.multiplyAdd)
    result.gemm = gemm.best(with: other.gemm)
    result.exponentials = exponentials.best(with: other.exponentials)
    result.firstLevel = max(firstLevel, other.firstLevel)
    result.secondLevel = max(secondLevel, other.secondLevel)
    result.memory = max(memory, other.memory)
    return result
  }

  private static func multiplyAdd(
    _ meter: RateMeter, _ loop: @Sendable (Int, UnsafeMutablePointer<Double>) -> Double
  ) throws(MercerError) -> Double {
    var sink = 0.0
    let rounds = 1000
    return try meter.best(units: loop(rounds, &sink)) { _, repetitions in
      var sink = 0.0
      _ = loop(rounds * repetitions, &sink)
    } / 1e9
  }

  private static func gemm<Element: Scalar>(
    _ meter: RateMeter, of: Element.Type
  ) throws(MercerError) -> Double {
    let n = matrixSize
    // Three matrices for each thread; of ones, as the time does not depend on values.
    var matrices = Matrix<Element>(
      rowCount: meter.context.threadCount, columnCount: 3 * n * n, repeating: 1)
    return try matrices.withTile { (tile) throws(MercerError) in
      try meter.best(units: 2 * Double(n * n * n)) { piece, repetitions in
        let a = tile.base + piece * tile.stride
        for _ in 0..<repetitions {
          Element.gemm(
            transposeA: false, transposeB: true, m: n, n: n, k: n, alpha: 1, a: a, lda: n,
            b: a + n * n, ldb: n, beta: 0, c: a + 2 * n * n, ldc: n)
        }
      } / 1e9
    }
  }

  private static func exponentials<Element: Scalar>(
    _ meter: RateMeter, of: Element.Type
  ) throws(MercerError) -> Double {
    let count = (16 << 10) / MemoryLayout<Element>.stride
    var values = Matrix<Element>(rowCount: meter.context.threadCount, columnCount: count)
    return try values.withTile { (tile) throws(MercerError) in
      // s ← e⁻ˢ again and again stays between 0 and 1.
      try meter.best(units: Double(count)) { piece, repetitions in
        let values = tile.base + piece * tile.stride
        for _ in 0..<repetitions { Element.loops.map(PairMap(.expLinear, c: -1), count, values) }
      } / 1e9
    }
  }

  /// - Parameter bytes: of each thread.
  private static func stream(_ meter: RateMeter, bytes: Int) throws(MercerError) -> Double {
    // Whole rounds of the loop, and rows that begin on a line of the cache.
    let count = bytes / 4 / 1024 * 1024
    var values = Matrix<Float>(
      rowCount: meter.context.threadCount, columnCount: count, repeating: 1)
    return try values.withTile { (tile) throws(MercerError) in
      try meter.best(units: Double(4 * count)) { piece, repetitions in
        let sum = mercer_bounds_loops().pointee.sum
        for _ in 0..<repetitions { _ = sum?(tile.base + piece * tile.stride, count) }
      } / 1e9
    }
  }
}
