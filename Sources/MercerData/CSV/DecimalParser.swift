/// Reads decimal numbers from bytes, correctly rounded to the nearest `Double` (ties to even).
///
/// `[+-] digits [. digits] [e [+-] digits]`, with digits before or after the point, and
/// `inf`/`infinity` in any case. No hexadecimal, no spaces, no thousands separators.
///
/// - Source: W. D. Clinger, How to Read Floating Point Numbers Accurately, PLDI 1990 (the short
///   numbers); D. Lemire, Number Parsing at a Gigabyte per Second, 2021 (up to 19 digits, and longer
///   ones whose tail does not matter); the standard library's `Double(String)` for what is left.
struct DecimalParser: @unchecked Sendable {
  /// What was found at a place.
  struct Outcome {
    /// The number; infinite when it is too large or written as `inf`.
    var value: Double
    /// The first byte after the number; equal to the start when there is no number.
    var end: UnsafePointer<UInt8>
    /// The decimal mark that was used, or 0.
    var mark: UInt8
  }

  /// A second decimal mark beside the point: the comma, or the point itself for none.
  let alternativeMark: UInt8
  // Tables that are written once and live as long as the process.
  private let powersOfFive: UnsafePointer<UInt64>
  private let powersOfTen: UnsafePointer<Double>

  /// A parser, which also takes `1,5` for 1.5 when `acceptsComma`.
  init(acceptsComma: Bool = false) {
    alternativeMark = acceptsComma ? Byte.comma : Byte.point
    powersOfFive = PowersOfFive.shared.words
    powersOfTen = PowersOfTen.shared.values
  }

  /// Reads the longest number that starts at `start`.
  @inline(__always)
  func parse(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Outcome {
    var p = start
    var negative = false
    if p < end, p[0] == Byte.minus || p[0] == Byte.plus {
      negative = p[0] == Byte.minus
      p += 1
    }
    let digits = p
    var mantissa: UInt64 = 0
    Self.readDigits(&p, end, into: &mantissa)
    var digitCount = p - digits
    var exponent = 0
    var mark: UInt8 = 0
    if p < end, p[0] == Byte.point || p[0] == alternativeMark {
      let fraction = p + 1
      var q = fraction
      Self.readEightDigits(&q, end, into: &mantissa)
      Self.readDigits(&q, end, into: &mantissa)
      exponent = fraction - q
      digitCount -= exponent
      if digitCount > 0 {
        mark = p[0]
        p = q
      }
    }
    if digitCount == 0 { return parseInfinity(start, digits, end, negative) }
    let mantissaEnd = p
    if p < end, p[0] | 0x20 == Byte.e { exponent &+= Self.readExponent(&p, end) }

    let magnitude: Double
    if digitCount > 19 {
      magnitude = parseLong(digits, mantissaEnd, p, exponent)
    } else if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      // Both factors are exact, so the one rounding of the operation is the right one.
      let exact = Double(Int64(bitPattern: mantissa))
      magnitude = exponent < 0 ? exact / powersOfTen[-exponent] : exact * powersOfTen[exponent]
    } else {
      magnitude = convert(mantissa, exponent) ?? Self.slow(digits, p)
    }
    return Outcome(value: negative ? -magnitude : magnitude, end: p, mark: mark)
  }

  /// Reads digits one by one. The mantissa wraps around after 19; the caller counts them.
  @inline(__always)
  private static func readDigits(
    _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, into mantissa: inout UInt64
  ) {
    while p < end {
      let digit = p[0] &- Byte.zero
      if digit > 9 { return }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      p += 1
    }
  }

  /// Reads digits eight at a time, as long as the next eight bytes are all digits.
  @inline(__always)
  private static func readEightDigits(
    _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, into mantissa: inout UInt64
  ) {
    while end - p >= 8 {
      let raw = UnsafeRawPointer(p).loadUnaligned(as: UInt64.self)
      var bytes = UInt64(littleEndian: raw)
      // Every byte is 0x30…0x39: its high half is 3, also after adding 6.
      let highHalves = bytes & 0xF0F0_F0F0_F0F0_F0F0
      let afterSix = (bytes &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
      guard highHalves == 0x3030_3030_3030_3030, afterSix == highHalves else { return }
      // Pairs of neighboring digits, then pairs of those, then the two halves.
      bytes &-= 0x3030_3030_3030_3030
      bytes = bytes &* 10 &+ (bytes >> 8)
      let even = (bytes & 0x0000_00FF_0000_00FF) &* (100 &+ (1_000_000 << 32))
      let odd = ((bytes >> 16) & 0x0000_00FF_0000_00FF) &* (1 &+ (10_000 << 32))
      mantissa = mantissa &* 100_000_000 &+ ((even &+ odd) >> 32)
      p += 8
    }
  }

  /// Reads `e±digits`; leaves `p` alone, and returns 0, when no digit follows.
  private static func readExponent(
    _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Int {
    var q = p + 1
    var negative = false
    if q < end, q[0] == Byte.minus || q[0] == Byte.plus {
      negative = q[0] == Byte.minus
      q += 1
    }
    let digits = q
    var value = 0
    while q < end, q[0] &- Byte.zero <= 9 {
      // Far beyond any number of digits that a cell may have, so it cannot come back into range.
      if value < 1_000_000_000 { value = value * 10 + Int(q[0] &- Byte.zero) }
      q += 1
    }
    guard q > digits else { return 0 }
    p = q
    return negative ? -value : value
  }

  private func parseInfinity(
    _ start: UnsafePointer<UInt8>, _ p: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ negative: Bool
  ) -> Outcome {
    let value = negative ? -Double.infinity : .infinity
    for word in ["infinity", "inf"] as [StaticString] {
      let count = word.utf8CodeUnitCount
      guard end - p >= count else { continue }
      if (0..<count).allSatisfy({ p[$0] | 0x20 == word.utf8Start[$0] }) {
        return Outcome(value: value, end: p + count, mark: 0)
      }
    }
    return Outcome(value: 0, end: start, mark: 0)
  }

  /// More than 19 digits: the first 19 significant ones bound the number from both sides.
  private func parseLong(
    _ digits: UnsafePointer<UInt8>, _ mantissaEnd: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>, _ exponent: Int
  ) -> Double {
    var mantissa: UInt64 = 0
    var used = 0
    var dropped = 0
    var p = digits
    while p < mantissaEnd {
      let digit = p[0] &- Byte.zero
      p += 1
      if digit > 9 { continue }
      if used == 19 {
        dropped += 1
      } else if used > 0 || digit > 0 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        used += 1
      }
    }
    if let low = convert(mantissa, exponent &+ dropped) {
      if dropped == 0 { return low }
      if let high = convert(mantissa &+ 1, exponent &+ dropped), high == low { return low }
    }
    return Self.slow(digits, end)
  }

  /// mantissa · 10^exponent, or nil in the rare cases that 128 bits do not decide.
  private func convert(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    if mantissa == 0 || exponent < PowersOfFive.smallest { return 0 }
    if exponent > PowersOfFive.largest { return .infinity }
    let leadingZeros = mantissa.leadingZeroBitCount
    let normalized = mantissa << UInt64(leadingZeros)
    let power = powersOfFive + 2 * (exponent - PowersOfFive.smallest)
    var (high, low) = normalized.multipliedFullWidth(by: power[0])
    if high & 0x1FF == 0x1FF {
      let (sum, carry) = low.addingReportingOverflow(
        normalized.multipliedFullWidth(by: power[1]).high)
      low = sum
      if carry { high &+= 1 }
    }
    if low == .max, exponent < -27 || exponent > 55 { return nil }
    let upperBit = Int(high >> 63)
    let shift = UInt64(upperBit + 9)
    var bits = high >> shift
    // ⌊log₂ 10^q⌋, with log₂ 10 ≈ 217706 / 2^16; 1023 is the bias.
    var binaryExponent = (217_706 * exponent) >> 16 + 63 + upperBit - leadingZeros + 1023
    if binaryExponent <= 0 { return nil }
    if low <= 1, exponent >= -4, exponent <= 23, bits & 3 == 1, bits << shift == high {
      bits &= ~1  // exactly halfway: to even
    }
    bits = (bits &+ (bits & 1)) >> 1
    if bits >= 1 << 53 {
      bits = 1 << 52
      binaryExponent += 1
    }
    if binaryExponent >= 0x7FF { return .infinity }
    return Double(bitPattern: bits & (1 << 52 - 1) | UInt64(binaryExponent) << 52)
  }

  /// The standard library's conversion, for the rare number that nothing above decides.
  private static func slow(
    _ digits: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> Double {
    let bytes = UnsafeBufferPointer(start: digits, count: end - digits)
    let text = String(
      decoding: bytes.lazy.map { $0 == Byte.comma ? Byte.point : $0 }, as: UTF8.self)
    return Double(text) ?? .nan
  }
}

/// 10^0 … 10^22, which `Double` holds exactly.
private struct PowersOfTen: @unchecked Sendable {
  static let shared = PowersOfTen()

  /// Written once, then only read.
  let values: UnsafePointer<Double>

  private init() {
    let table = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    var power = 1.0
    for exponent in 0...22 {
      (table + exponent).initialize(to: power)
      power *= 10
    }
    values = UnsafePointer(table)
  }
}
