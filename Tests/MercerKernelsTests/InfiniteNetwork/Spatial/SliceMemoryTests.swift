import MercerCore
import MercerKernels
import MercerOperators
import Testing

@Suite("The memory of networks on images is counted")
struct SliceMemoryTests {
  private let pooled =
    "ntk(image(12, 12) > conv(3) > relu > averagePool(2) > conv(3) > relu > globalAveragePool)"
  private let points = Points(rows: [
    (0..<144).map { Double($0 % 7) }, (0..<144).map { Double($0 % 5) },
  ])

  private func scratch(_ text: String) throws -> Int {
    let kernel = try makeKernel(parsing: text, of: Double.self)
    return try kernel.bound(rows: points, columns: points).scratchBytes
  }

  @Test("Slices before a pooling in the middle, and matrices of attention, need memory")
  func counted() throws {
    let plain = try scratch("ntk(image(12, 12) > conv(3) > relu > globalAveragePool)")
    // k and Θ of 36 positions of the pooled image with each other at least, of 8 bytes.
    #expect(try scratch(pooled) > plain + 2 * 36 * 36 * 8)
    #expect(
      try scratch("ntk(image(12, 12) > conv(3) > attention > globalAveragePool)")
        > plain + 4 * 144 * 144 * 8)
    // nngp has no Θ.
    #expect(try scratch(pooled.replacing("ntk(", with: "nngp(")) < scratch(pooled))
    #expect(try scratch("0.5 * \(pooled) + linear") == scratch(pooled))
  }

  @Test("Where memory is short fewer threads work, with the same result; too little is refused")
  func limited() throws {
    let kernel = try makeKernel(parsing: pooled, of: Double.self)
    func gram(_ context: ExecutionContext) throws -> Matrix<Double> {
      try TiledGram(kernel, inputs: points).densified(context: context)
    }
    let bytes = try scratch(pooled)
    let whole = try gram(ExecutionContext(threadCount: 4))
    var context = ExecutionContext(threadCount: 4, memoryLimit: 2 * bytes + 32)
    #expect(try context.fitting(scratchBytes: bytes).threadCount == 2)
    #expect(try context.fitting(scratchBytes: bytes, beside: bytes).threadCount == 1)
    #expect(try gram(context) == whole)
    context.memoryLimit = bytes
    let error = #expect(throws: MercerError.self) { try gram(context) }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains("an entry of this kernel is made in") == true)
    let product = #expect(throws: MercerError.self) {
      context.memoryLimit = bytes - 1
      let v = Matrix<Double>(rowCount: 2, columnCount: 1)
      _ = try TiledGram(kernel, inputs: points).applied(to: v, context: context)
    }
    #expect(product?.code == .memoryLimit)
  }
}
