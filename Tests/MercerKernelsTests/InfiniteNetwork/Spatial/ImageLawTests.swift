import MercerCore
import MercerKernels
import MercerOperators
import Testing

private func images(_ count: Int, _ dimension: Int, seed: UInt64 = 3) -> [[Double]] {
  var random = RandomStream(seed: seed, purpose: "images")
  return (0..<count).map { _ in (0..<dimension).map { _ in random.normal() } }
}

private func kernel(_ text: String) throws -> NetworkKernel<Double> {
  try #require(try makeKernel(parsing: text, of: Double.self) as? NetworkKernel<Double>)
}

private func gram(_ text: String, _ rows: [[Double]], _ columns: [[Double]]? = nil) throws
  -> Matrix<Double>
{
  let points = Points(rows: rows)
  return try kernel(text).matrix(rows: points, columns: columns.map { Points(rows: $0) } ?? points)
}

private func expectEqual(
  _ a: Matrix<Double>, _ b: Matrix<Double>, tolerance: Double,
  _ location: SourceLocation = #_sourceLocation
) {
  for i in 0..<a.rowCount {
    for j in 0..<a.columnCount {
      #expect(
        abs(a[i, j] - b[i, j]) <= tolerance * max(1, abs(b[i, j])), "[\(i), \(j)]",
        sourceLocation: location)
    }
  }
}

@Suite("Laws of networks on images")
struct ImageLawTests {
  private static let pooled =
    "ntk(image(4, 6, channels: 2) > conv(3, weightVariance: 2, biasVariance: 0.1) > relu > "
    + "averagePool(2) > conv(3) > erf > globalAveragePool > dense)"
  private static let flat =
    "nngp(image(4, 6, channels: 2) > conv(3, stride: 2) > relu > conv(2) > relu > flatten > dense)"

  @Test("Gram matrices are symmetric and positive semi-definite; both halves are one computation")
  func positive() throws {
    for text in [Self.pooled, Self.flat] {
      let rows = images(7, 48)
      let k = try gram(text, rows)
      for i in 0..<7 { for j in 0..<7 { #expect(k[i, j] == k[j, i]) } }
      let values = try SymmetricEigen.values(of: k)
      #expect(values[0] > -1e-12 * values[6])
      // Two sets with the same numbers: rounding of sums in another order.
      expectEqual(try gram(text, rows, rows.map { $0 }), k, tolerance: 1e-12)
      let diagonal = try kernel(text).diagonal(of: Points(rows: rows))
      for i in 0..<7 { #expect(abs(diagonal[i] - k[i, i]) <= 1e-13 * k[i, i]) }
    }
  }

  @Test("Entries do not depend on the tile or on the number of threads")
  func tiles() throws {
    for text in [Self.pooled, Self.flat] {
      let points = Points(rows: images(11, 48))
      let bound = try kernel(text).bound(rows: points, columns: points)
      let whole = try kernel(text).matrix(rows: points, columns: points)
      var part = Matrix<Double>(rowCount: 3, columnCount: 4)
      part.withTile { bound.fill($0.moved(rows: 5..<8, columns: 2..<6)) }
      for i in 0..<3 {
        for j in 0..<4 { #expect(abs(part[i, j] - whole[5 + i, 2 + j]) <= 1e-14 * part[i, j]) }
      }
      let operation = try TiledGram(kernel(text), inputs: points)
      let one = try operation.densified(context: ExecutionContext(threadCount: 1))
      let three = try operation.densified(context: ExecutionContext(threadCount: 3))
      #expect(one == three)
    }
  }

  @Test("Turning an image around changes nothing with circular windows and global pooling")
  func shifts() throws {
    let text =
      "ntk(image(4, 5) > conv(3, padding: circular, weightVariance: 2) > relu > "
      + "averagePool(2, stride: 1, padding: circular) > conv(2, padding: circular) > relu > "
      + "globalAveragePool > dense)"
    let rows = images(3, 20)
    func turned(_ image: [Double], _ down: Int, _ right: Int) -> [Double] {
      (0..<20).map { image[(($0 / 5 + down) % 4) * 5 + ($0 % 5 + right) % 5] }
    }
    let moved = [turned(rows[0], 1, 3), turned(rows[1], 0, 2), turned(rows[2], 3, 0)]
    expectEqual(try gram(text, rows, moved), try gram(text, rows), tolerance: 1e-7)
    let flat = text.replacing("globalAveragePool", with: "flatten")
    let difference = try gram(flat, rows, moved)[0, 0] - (try gram(flat, rows))[0, 0]
    #expect(abs(difference) > 0.01, "flattened, it must change something")
  }

  @Test("A sequence is an image of one row; windows of one are dense layers")
  func special() throws {
    let rows = images(4, 18)
    let tail = " > relu > conv(1, weightVariance: 3, biasVariance: 0.5) > relu > flatten > dense)"
    let sequence = try gram("ntk(sequence(9, channels: 2) > conv(3, stride: 2)" + tail, rows)
    let image = try gram(
      "ntk(image(1, 9, channels: 2) > conv(3, stride: 1, columnStride: 2)" + tail, rows)
    // A filter of three rows on one has two rows of zeros: 1/3 of the variance.
    let scaled = try gram(
      "ntk(image(1, 9, channels: 2) > conv(1, 3, stride: 1, columnStride: 2)" + tail, rows)
    expectEqual(scaled, sequence, tolerance: 1e-13)
    #expect(abs(image[0, 1] - sequence[0, 1]) > 1e-3)
    let dense = tail.replacing("conv(1, weight", with: "dense(weight")
    expectEqual(
      try gram("ntk(sequence(9, channels: 2) > conv(3, stride: 2)" + dense, rows), sequence,
      tolerance: 1e-13)
  }

  @Test("An image of one pixel is a vector, its channels the coordinates")
  func onePixel() throws {
    let rows = images(5, 6)
    let layers = "%(weightVariance: 2, biasVariance: 0.3) > relu > %(weightVariance: 1.5) > erf > "
    func text(_ input: String, _ name: String, _ readout: String) -> String {
      "ntk(" + input
        + layers.replacing("%", with: name).replacing("conv(", with: "conv(1, ") + readout
        + "dense)"
    }
    let vector = try gram(text("", "dense", ""), rows)
    for readout in ["flatten > ", "globalAveragePool > "] {
      expectEqual(
        try gram(text("image(1, 1, channels: 6) > ", "conv", readout), rows), vector,
        tolerance: 1e-12)
    }
  }

  @Test("Inputs of zeros, and equal inputs in two sets, are as good as others")
  func degenerate() throws {
    let text =
      "ntk(image(3, 3) > conv(3, weightVariance: 2) > relu > conv(3) > relu > flatten > dense)"
    var rows = images(2, 9)
    rows.append(Array(repeating: 0, count: 9))
    let k = try gram(text, rows)
    for j in 0..<3 { #expect(k[2, j] == 0) }
    let copies = try gram(text, rows, [rows[1], rows[0]])
    #expect(copies[0, 1] == k[0, 0] && copies[1, 0] == k[1, 1])
  }

  @Test(
    "What cannot be is said with the layer's name",
    arguments: [
      ("image(3, 3) > conv(5, padding: valid) > flatten", "layer 2, conv(5, padding: valid): "),
      ("conv(3) > relu > flatten > dense", "layer 1, conv(3): this layer needs positions"),
      ("image(3, 3) > conv(3) > relu", "image of 3 × 3"),
      ("image(3, 3) > conv(3) > flatten > relu > dense", "layer 4, relu: an activation needs"),
      (
        "image(3, 3) > conv(3, stride: 2, padding: circular) > relu > globalAveragePool",
        "layer 2, conv(3, stride: 2, padding: circular): "
      ),
      (
        "image(3, 3) > conv(3) > flatten > averagePool(2)",
        "layer 4, averagePool(2): this layer needs"
      ),
      ("image(2, 3) > conv(3) > flatten", "9"),
      (
        "image(3, 3) > (conv(3, weightVariance: 32) > relu) ^ 1000 > flatten",
        "conv(3, weightVariance: 32): a variance is not a finite number"
      ),
    ])
  func errors(_ network: String, _ expected: String) throws {
    do {
      _ = try gram("ntk(\(network))", images(2, 9))
      Issue.record("\(network) must not work")
    } catch let error as MercerError {
      #expect(error.message.contains(expected), "\(error.message)")
    }
  }

  @Test("The text form of every layer parses back to an equal kernel")
  func texts() throws {
    for network in [
      "image(8, 8, channels: 3) > conv(3, 5, stride: 2, columnStride: 1, padding: circular) > relu > flatten",
      "sequence(12) > localConv(3, weightVariance: 2, biasVariance: 0.5, learningRate: 2) > relu > flatten",
      "image(8, 8) > averagePool(2, stride: 1, padding: same) > sumPool(3) > globalAveragePool",
      "sequence(4, channels: 2) > attention(mechanism: relu, keyVariance: 2, biasVariance: 1) > flatten",
      "image(4, 4) > conv(3) > layerNorm(over: all) > relu > globalAveragePool > dense",
    ] {
      let made = try kernel("ntk(\(network))")
      #expect(made.description == "ntk(\(network))")
      #expect(try kernel(made.description) == made)
    }
  }
}
