import Foundation
import MercerCore
import MercerData
import MercerTestSupport
import Testing

/// Numbers must be those of the standard library, bit for bit.
@Suite struct DecimalTests {
  private func check(_ texts: [String]) throws {
    let table = try readTable("i,x\n0,0\n" + texts.map { "1,\($0)\n" }.joined())
    guard case .numbers(let values) = table.columns[1].values else {
      Issue.record("not numbers")
      return
    }
    for (text, value) in zip(texts, values.dropFirst()) {
      let expected = try #require(Double(text))
      #expect(value.bitPattern == expected.bitPattern, "\(text)")
    }
  }

  @Test func hardNumbers() throws {
    try check([
      "0", "-0", "0.0e5", "1", "9007199254740993", "9007199254740992", "9007199254740994",
      "9007199254740993.0000000000000000000000000001", "1.7976931348623157e308",
      "2.2250738585072014e-308", "2.2250738585072011e-308", "4.9406564584124654e-324", "2e-324",
      "3e-324", "1e-400", "0.1", "0.30000000000000004", "123456789012345678901234567890",
      "0.00000000000000000000000000000000123456789", "1e23", "8.5e22", "1e22", "1e-22", "1e-23",
      "6.0221407600000000000000000e+23", "0.000000000000000000000000000000", "5e-320",
      "1090544144181609348835077142190", "7.2057594037927933e+16", "18446744073709551615",
      "9223372036854775808", "0000000000000000000000000001.5", "1.000000000000000000e+00",
      "12345678.12345678", "1234567812345678.12345678", "4503599627370497.5",
      "4503599627370496.5", "1.00000000000000011102230246251565404236316680908203125",
      "1.00000000000000011102230246251565404236316680908203124",
      "1.00000000000000011102230246251565404236316680908203126",
    ])
  }

  @Test func randomNumbers() throws {
    var random = SplitMix64(seed: 1)
    #if DEBUG
      let count = 2_000
    #else
      let count = 300_000
    #endif
    var texts: [String] = []
    for index in 0..<count {
      switch index % 5 {
      case 0:  // any bit pattern, shortest form
        let value = Double(bitPattern: random.next())
        texts.append(value.isFinite ? "\(value)" : "1")
      case 1:  // digits around a point
        let digits = String(random.next() >> UInt64.random(in: 0..<60, using: &random))
        let cut = Int.random(in: 0...digits.count, using: &random)
        texts.append(digits.prefix(cut) + "." + digits.dropFirst(cut))
      case 2:  // 1 to 19 digits with an exponent, over the range of finite numbers
        let mantissa = random.next() >> UInt64.random(in: 1..<60, using: &random)
        texts.append("\(mantissa)e\(Int.random(in: -345...288, using: &random))")
      case 3:  // more digits than a mantissa holds
        let length = Int.random(in: 20...40, using: &random)
        let digits = (0..<length).map { _ in String(random.next() % 10) }.joined()
        texts.append("-0.\(digits)e\(Int.random(in: -30...30, using: &random))")
      default:  // halfway between two numbers, and next to it
        let mantissa = (random.next() >> 11 | 1 << 52) * 2 + 1
        texts.append("\(mantissa)" + ["", ".0", ".0000000000000000001", "e0"][index % 4])
      }
    }
    try check(texts)
  }

  @Test(arguments: [
    "1.2.3", "1e", "e5", ".", "+", "-", "1 2", "0x10", "1_000", "1d5", "--1", "1,5",
  ])
  func notNumbers(_ text: String) throws {
    let table = try readTable("a|b\n\(text)|1\n2|2\n", CSVOptions(separator: "|"))
    #expect(cells(table.columns[0]) == [text, "2"])
  }
}
