import MercerCore
import MercerKernels
import Testing

private func numbers(_ count: Int, seed: UInt64 = 8) -> [Double] {
  var random = RandomStream(seed: seed, purpose: "masked inputs")
  return (0..<count).map { _ in random.normal() }
}

@Suite("Inputs of which some positions are absent")
struct InputMaskTests {
  @Test("neural-tangents, Double: 1e-10 relative, and 5e-9 for the ntk of an input with itself")
  func golden() throws {
    let golden = try TextGolden.golden("network_masks.json")
    #expect(golden.groups.map(\.cases.count) == [43, 4])
    try golden.check(Double.self, tolerance: 1e-10, ownTolerance: 5e-9)
  }

  @Test("neural-tangents, Float: 2e-5 relative to the entry or a tenth of the largest")
  func goldenInFloat() throws {
    try TextGolden.golden("network_masks.json").check(
      Float.self, tolerance: 2e-5, ownTolerance: 2e-5, floor: 0.1)
  }

  /// Networks in which no window reaches over the end of a sequence.
  private static let bodies = [
    "dense(biasVariance: 0.2) > relu > globalAveragePool > dense(biasVariance: 0.1)",
    "conv(1, biasVariance: 0.2) > cos > dense > relu > globalAveragePool > dense > erf > dense",
    "dense > relu > attention(mechanism: relu, biasVariance: 0.1, positions: sum, "
      + "decay: exponential) > relu > globalAveragePool",
    "dense > relu > attention(positions: concatenate, positionsIn: all) > erf > globalAveragePool",
    "dense > exp > attention(mechanism: gaussianScores) > globalAveragePool",
    "dense(biasVariance: 1) > layerNorm(over: all) > relu > globalAveragePool",
    "sum(dense > relu, dense(biasVariance: 0.3) > gaussian) > dense > relu > globalAveragePool",
    "concatenate(dense(biasVariance: 0.3), conv(1) > cos) > dense > relu > globalAveragePool",
    "product(dense(biasVariance: 0.3), dense > exp) > dense > relu > globalAveragePool",
    "dense > dropout(rate: 0.2) > dense > relu > globalAveragePool",
  ]

  @Test(
    "A padded sequence is the sequence, where no window reaches over its end", arguments: bodies)
  func padding(_ body: String) throws {
    for kind in ["nngp", "ntk"] {
      for (short, long) in [(3, 3), (5, 5)] {
        let rows = (0..<2).map { numbers(short * 2, seed: UInt64($0 + short)) }
        let padded = rows.map { $0 + Array(repeating: -7.5, count: 2 * (long + 4 - short)) }
        let expected = try gram("\(kind)(sequence(\(short), channels: 2) > \(body))", rows)
        let found = try gram(
          "\(kind)(sequence(\(long + 4), channels: 2, mask: -7.5) > \(body))", padded)
        for i in 0..<2 {
          for j in 0..<2 {
            #expect(
              abs(found[i, j] - expected[i, j]) <= 1e-12 * abs(expected[i, j]),
              "\(kind), \(body) [\(i), \(j)]: \(found[i, j]) for \(expected[i, j])")
          }
        }
      }
    }
  }

  @Test("A convolution sees zeros behind the end, as it does at the end of a shorter sequence")
  func convolutions() throws {
    let body = "conv(3, weightVariance: 2, biasVariance: 0.1) > relu > conv(5) > relu > "
    let rows = (0..<3).map { numbers(8, seed: UInt64($0)) }
    let padded = rows.map { $0 + Array(repeating: 9, count: 6) }
    let expected = try gram(
      "ntk(sequence(4, channels: 2) > \(body)globalAveragePool > dense)", rows)
    let found = try gram(
      "ntk(sequence(7, channels: 2, mask: 9) > \(body)globalAveragePool > dense)", padded)
    for i in 0..<3 {
      for j in 0..<3 {
        #expect(abs(found[i, j] - expected[i, j]) <= 1e-12 * abs(expected[i, j]))
      }
    }
  }

  @Test("Gram matrices of mixed lengths are positive semi-definite, their diagonal is k(x, x)")
  func positive() throws {
    for body in Self.bodies + ["conv(3, stride: 2) > relu > averagePool(2) > flatten > dense"] {
      let rows = (0..<9).map { row in
        let length = row % 5 + 3
        return numbers(2 * length, seed: UInt64(row)) + Array(repeating: 0, count: 2 * (8 - length))
      }
      let text = "ntk(sequence(8, channels: 2, mask: 0) > \(body))"
      let kernel = try #require(
        try makeKernel(parsing: text, of: Double.self) as? NetworkKernel<Double>)
      let k = try gram(text, rows)
      let values = try SymmetricEigen.values(of: k)
      #expect(values[0] > -1e-12 * values[8], "\(body): \(values[0])")
      let diagonal = try kernel.diagonal(of: Points(rows: rows))
      for i in 0..<9 {
        #expect(abs(diagonal[i] - k[i, i]) <= 1e-12 * k[i, i])
        for j in 0..<9 { #expect(k[i, j] == k[j, i]) }
      }
    }
  }

  @Test("Missing numbers are NaN or the code of tables; nothing else changes")
  func missing() throws {
    let body = "dense(biasVariance: 0.1) > relu > globalAveragePool > dense)"
    let rows = [numbers(6), numbers(4, seed: 2) + [.nan, .nan]]
    let coded = [rows[0], Array(rows[1][..<4]) + [InputMask.missingCode, InputMask.missingCode]]
    let zeros = [rows[0], Array(rows[1][..<4]) + [0, 0]]
    let missing = "ntk(sequence(3, channels: 2, mask: missing) > \(body)"
    let k = try gram(missing, rows)
    #expect(try gram(missing, coded) == k)
    #expect(try gram("ntk(sequence(3, channels: 2, mask: 0) > \(body)", zeros) == k)
    let single = try gram(missing, coded.map { $0.map { Float($0) } })
    #expect(abs(Double(single[0, 1]) - k[0, 1]) <= 1e-5 * k[0, 1])
    // Where nothing is masked, the mask does not count.
    let whole = [rows[0], numbers(6, seed: 3)]
    let plain = try gram("ntk(sequence(3, channels: 2) > \(body)", whole)
    let masked = try gram(missing, whole)
    for i in 0..<2 {
      for j in 0..<2 { #expect(abs(plain[i, j] - masked[i, j]) <= 1e-13 * plain[i, j]) }
    }
  }

  @Test("Equal numbers at other positions are other inputs; nothing at all has no kernel")
  func positions() throws {
    let text = "ntk(sequence(3, mask: -1) > conv(2, biasVariance: 0.5) > relu > "
    let rows: [[Double]] = [[0, 2, 0], [0, 2, -1], [-1, -1, -1]]
    for readout in ["flatten", "globalAveragePool"] {
      let k = try gram(text + readout + " > dense(biasVariance: 0.3))", rows)
      #expect(abs(k[0, 0] - k[1, 1]) > 1e-3 * k[0, 0])
      #expect(k[0, 1] * k[0, 1] < k[0, 0] * k[1, 1] * (1 - 1e-6))
      for j in 0..<3 { #expect(k[2, j] == 0) }
    }
  }

  @Test("Scales of coordinates apply to what is there; a transform is refused")
  func metrics() throws {
    let body = "sequence(3, mask: 4) > dense > relu > globalAveragePool"
    let rows: [[Double]] = [[1, 2, 4], [3, 4, 4]]
    let scaled = try gram("ntk(\(body), scales: [2, 2, 2])", rows)
    let expected = try gram("ntk(\(body))", [[2, 4.0000001, 4], [6, 4, 4]])
    #expect(abs(scaled[0, 1] - expected[0, 1]) <= 1e-6 * expected[0, 1])
    let error = #expect(throws: MercerError.self) {
      try gram("ntk(\(body), transform: [[1, 0, 0], [0, 1, 0], [0, 0, 1]])", rows)
    }
    #expect(error?.message.contains("a transform mixes positions") == true)
  }

  @Test("The mask is part of the text, and can be changed")
  func texts() throws {
    for mask in ["0", "-1.5", "missing"] {
      let text = "nngp(image(2, 3, mask: \(mask)) > conv(2) > relu > flatten)"
      let made = try makeKernel(parsing: text, of: Double.self)
      #expect(made.description == text)
      #expect(
        try made.expression.withMask(.missing).description
          == text.replacing(
            "mask: \(mask)", with: "mask: missing"))
    }
    for mask in ["absent", "conv"] {
      let error = #expect(throws: MercerError.self) {
        try makeKernel(parsing: "ntk(sequence(3, mask: \(mask)) > dense)", of: Double.self)
      }
      #expect(error?.message.contains("mask") == true, "\(error?.message ?? "")")
    }
  }
}
