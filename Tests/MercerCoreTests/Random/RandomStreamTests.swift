import MercerCore
import Testing

@Suite struct RandomStreamTests {
  /// The known answers that the authors publish with Random123 (kat_vectors, philox4x32 10).
  @Test func philoxKnownAnswers() {
    let ones = UInt32.max
    let cases: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
      (.zero, .zero, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [ones, ones, ones, ones], [ones, ones],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ]
    for (counter, key, answer) in cases {
      #expect(RandomStream.philox(counter: counter, key: key) == answer)
    }
  }

  @Test func streamsAreReproducibleAndDistinct() {
    func head(_ seed: UInt64, _ purpose: String, _ index: UInt64) -> [UInt64] {
      var stream = RandomStream(seed: seed, purpose: purpose, index: index)
      return (0..<8).map { _ in stream.next() }
    }
    #expect(head(1, "split", 0) == head(1, "split", 0))
    let others = [head(1, "split", 1), head(2, "split", 0), head(1, "search", 0), head(0, "", 0)]
    #expect(others.allSatisfy { $0 != head(1, "split", 0) })
    #expect(Set(others.flatMap { $0 }).count == 32)
  }

  /// Means of 40,000 draws lie within five standard errors of the truth.
  @Test func moments() {
    var stream = RandomStream(seed: 7, purpose: "moments")
    let n = 40_000
    let error = 5 / Double(n).squareRoot()
    let uniform = (0..<n).map { _ in stream.uniform() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniform.reduce(0, +) / Double(n) - 0.5) < error * (1.0 / 12).squareRoot())
    let normal = (0..<n).map { _ in stream.normal() }
    #expect(abs(normal.reduce(0, +) / Double(n)) < error)
    let square = normal.map { $0 * $0 }.reduce(0, +) / Double(n)
    #expect(abs(square - 1) < error * 2.0.squareRoot())
    let fourth = normal.map { $0 * $0 * $0 * $0 }.reduce(0, +) / Double(n)
    #expect(abs(fourth - 3) < error * 96.0.squareRoot())
  }

  @Test func permutationsAndSamples() {
    var stream = RandomStream(seed: 3, purpose: "order")
    #expect(stream.permutation(100).sorted() == Array(0..<100))
    #expect(stream.permutation(0).isEmpty)
    let sample = stream.sample(10, of: 50)
    #expect(
      sample == sample.sorted() && Set(sample).count == 10 && sample.allSatisfy((0..<50).contains))
    // Each of the six orders of three things about as often as the others (χ², 5 degrees, p = 1e-6).
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 { counts[stream.permutation(3), default: 0] += 1 }
    let chiSquared = counts.values.map { Double(($0 - 1000) * ($0 - 1000)) / 1000 }.reduce(0, +)
    #expect(counts.count == 6 && chiSquared < 35.9)
  }
}
