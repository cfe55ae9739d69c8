import MercerCore
import MercerData
import Testing

/// Rounding to half, float and double, and arrays as narrow as their numbers allow.
@Suite struct PrecisionTests {
  /// Every half is itself, and what lies between two goes to the nearer, ties to the even one.
  @Test func halvesAreRoundedToNearest() throws {
    func half(_ value: Double) -> Double { Precision.half.rounded(value) }
    #expect(half(1) == 1 && half(-0.5) == -0.5 && half(0).sign == .plus)
    #expect(half(1 + 0x1p-11) == 1 && half(1 + 0x1p-11 + 0x1p-20) == 1 + 0x1p-10)
    #expect(half(1 + 3 * 0x1p-11) == 1 + 0x1p-9)
    #expect(half(65_504) == 65_504 && half(65_519) == 65_504 && half(65_520) == .infinity)
    #expect(half(0x1p-24) == 0x1p-24 && half(0x1p-25) == 0 && half(0x1.8p-25) == 0x1p-24)
    #expect(half(0x1p-14 - 0x1p-26) == 0x1p-14 && half(.nan).isNaN && half(-.infinity) < 0)
    var previous = 0.0
    for exponent in -24...14 {
      for step in 0..<64 {
        let value =
          (1 + Double(step) / 64) * Double(sign: .plus, exponent: exponent, significand: 1)
        let rounded = half(value)
        #expect(half(rounded) == rounded && rounded >= previous)
        #expect(abs(rounded - value) <= max(0x1p-11 * value, 0x1p-25))
        previous = rounded
      }
    }
  }

  @Test func arraysAreAsNarrowAsTheirNumbers() throws {
    let cases: [([Double], NumericType)] = [
      ([0, 1, -0.5, 2048], .float16), ([0, 2049], .float32), ([0x1p-30, 1], .float32),
      ([0.1, 1], .float64), ([Double(Float(0.1)), 1], .float32), ([70_000], .float32),
      ([1e300], .float64), ([], .float16),
    ]
    for (values, type) in cases {
      let array = NumericArray(narrowest: Matrix(column: values))
      #expect(array.type == type, "\(values)")
      #expect(try array.values(as: Double.self) == values)
    }
  }
}
