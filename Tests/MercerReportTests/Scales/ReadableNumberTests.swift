import MercerReport
import Testing

@Suite struct ReadableNumberTests {
  @Test(arguments: [
    (0.0, "0"), (1, "1"), (0.1, "0.1"), (-2.5, "−2.5"), (12.3456, "12.35"), (0.039_149, "0.03915"),
    (1234.56, "1235"), (12_345.6, "12,346"), (123_456_789, "123,456,789"), (9999.96, "10,000"),
    (1.2e-7, "1.2×10⁻⁷"), (-3.45678e15, "−3.457×10¹⁵"), (5e-324, "4.941×10⁻³²⁴"),
    (.nan, "—"), (.infinity, "∞"), (-.infinity, "−∞"),
  ]) func text(value: Double, text: String) { #expect(ReadableNumber.text(value) == text) }

  @Test func units() {
    #expect(Quantity("price", unit: "USD").text(312.44) == "312.4 USD")
    #expect(Quantity("price", unit: "USD").label == "price (USD)")
    #expect(Quantity("share").label == "share")
  }
}
