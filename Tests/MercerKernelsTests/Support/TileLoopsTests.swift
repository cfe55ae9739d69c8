import MercerCore
import Testing

/// Maps at the edges of their range.
@Suite struct TileLoopsTests {
  @Test func rationalKeepsItsDigitsForLargeExponents() {
    // (1 + s/α)^−α tends to exp(−s); with log(1 + x) taken naively Float would be off by 10 %.
    for alpha in [1e3, 1e6, 1e12] {
      for s in [0, 1e-6, 0.1, 1, 20.0] {
        var float: [Float] = [Float(s)]
        Float.loops.map(PairMap(.rational, c: 1 / alpha, p: alpha), 1, &float)
        var double = [s]
        Double.loops.map(PairMap(.rational, c: 1 / alpha, p: alpha), 1, &double)
        let expected = exponential(-alpha * logarithm(onePlus: s / alpha))
        // The exponent, up to 20, is rounded a few times.
        #expect(abs(double[0] - expected) <= 2e-14 * expected)
        #expect(abs(Double(float[0]) - expected) <= 5e-6 * expected)
      }
    }
    for s in [0, 1e-12, 1e-5, 0.3, 3, 1e9, Double.infinity] {
      var values = [s]
      Double.loops.map(PairMap(.logOnePlus, c: 1), 1, &values)
      let expected = logarithm(onePlus: s)
      #expect(s.isInfinite ? values[0] == s : abs(values[0] - expected) <= 1e-14 * abs(expected))
    }
  }
}
