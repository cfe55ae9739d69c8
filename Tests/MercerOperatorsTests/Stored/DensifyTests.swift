import MercerCore
import MercerOperators
import MercerTestSupport
import Testing

@Suite("Storing a kernel matrix")
struct DensifyTests {
  @Test("equals the kernel by its definition", arguments: [0, 1, 9, 255, 257])
  func values(n: Int) throws {
    let example = try Example<Double>(n, 3)
    let stored = try TiledGram(example.kernel, inputs: example.x).densified()
    // Both are rounded functions of distances of order one: a few units of rounding each.
    #expect(maximumRelativeError(stored, example.twin(example.x, example.x)) < 1e-13)
    #expect(stored == stored.transposed())
    let cross = try TiledCrossGram(example.kernel, rows: example.x, columns: example.z).densified()
    #expect(maximumRelativeError(cross, example.twin(example.x, example.z)) < 1e-13)
  }

  @Test("gives the same bits for any number of threads")
  func threads() throws {
    let example = try Example<Float>(300, 1)
    let gram = try TiledGram(example.kernel, inputs: example.x)
    let one = try gram.densified(context: ExecutionContext(threadCount: 1))
    #expect(try gram.densified(context: ExecutionContext(threadCount: 3)) == one)
  }

  @Test("stops at the memory limit and when cancelled")
  func limits() throws {
    let example = try Example<Double>(10, 1)
    let gram = try TiledGram(example.kernel, inputs: example.x)
    let error = #expect(throws: MercerError.self) {
      try gram.densified(context: ExecutionContext(memoryLimit: 799))
    }
    #expect(error?.code == .memoryLimit)
    #expect(try gram.densified(context: ExecutionContext(memoryLimit: 800)).count == 100)

    let flag = CancellationFlag()
    flag.set()
    let stopped = #expect(throws: MercerError.self) {
      try gram.densified(context: ExecutionContext(cancellation: flag))
    }
    #expect(stopped?.code == .cancelled)
  }
}
