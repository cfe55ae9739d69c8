/// The leading 128 bits of 5^q for q in −342…308, as the decimal conversion needs them.
///
/// Source: D. Lemire, Number Parsing at a Gigabyte per Second, Software: Practice and Experience
/// 51 (2021), section 5 (arXiv 2101.11408). Computed once, in exact integer arithmetic.
struct PowersOfFive: @unchecked Sendable {
  /// The smallest exponent in the table: below it every 19-digit number rounds to zero.
  static let smallest = -342
  /// The largest exponent in the table: above it every nonzero number is infinite.
  static let largest = 308
  /// The table; it lives as long as the process.
  static let shared = PowersOfFive()

  /// High and low word for each q, from −342 upwards. Written once, then only read.
  let words: UnsafePointer<UInt64>

  private init() {
    let count = Self.largest - Self.smallest + 1
    let table = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * count)
    table.initialize(repeating: 0, count: 2 * count)
    func store(_ value: (high: UInt64, low: UInt64), at q: Int) {
      table[2 * (q - Self.smallest)] = value.high
      table[2 * (q - Self.smallest) + 1] = value.low
    }

    // 5^q for q ≥ 0: an exact integer, multiplied by 5 from one line to the next.
    var power = [UInt64](repeating: 0, count: 12)
    power[0] = 1
    for q in 0...Self.largest {
      store(Self.leadingBits(of: power), at: q)
      Self.multiply(&power, by: 5)
    }
    // 5^q for q < 0: ⌊2^1023 / 5^−q⌋, which is what repeated division by 5 with truncation gives.
    // For q ≥ −27 the truncated reciprocal is raised by one unit, as the method asks.
    var reciprocal = [UInt64](repeating: 0, count: 16)
    reciprocal[15] = 1 << 63
    for q in stride(from: -1, through: Self.smallest, by: -1) {
      Self.divide(&reciprocal, by: 5)
      var bits = Self.leadingBits(of: reciprocal)
      if q >= -27 {
        let (low, carry) = bits.low.addingReportingOverflow(1)
        bits = (bits.high &+ (carry ? 1 : 0), low)
      }
      store(bits, at: q)
    }
    words = UnsafePointer(table)
  }

  /// The 128 leading bits of a number whose words are in increasing order; filled with zeros when
  /// it has fewer.
  private static func leadingBits(of number: [UInt64]) -> (high: UInt64, low: UInt64) {
    guard let top = number.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
    func word(_ index: Int) -> UInt64 { index >= 0 ? number[index] : 0 }
    let shift = UInt64(number[top].leadingZeroBitCount)
    if shift == 0 { return (word(top), word(top - 1)) }
    return (
      word(top) << shift | word(top - 1) >> (64 - shift),
      word(top - 1) << shift | word(top - 2) >> (64 - shift)
    )
  }

  private static func multiply(_ number: inout [UInt64], by factor: UInt64) {
    var carry: UInt64 = 0
    for index in number.indices {
      let product = number[index].multipliedFullWidth(by: factor)
      let (low, overflow) = product.low.addingReportingOverflow(carry)
      number[index] = low
      carry = product.high &+ (overflow ? 1 : 0)
    }
  }

  private static func divide(_ number: inout [UInt64], by divisor: UInt64) {
    var remainder: UInt64 = 0
    for index in number.indices.reversed() {
      (number[index], remainder) = divisor.dividingFullWidth((remainder, number[index]))
    }
  }
}
