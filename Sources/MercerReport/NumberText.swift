import MercerPlatform

/// Numbers as people read them.
public enum NumberText {
  /// Four significant digits, with thousands set apart: `1,234`, `0.03912`, `1.2e-07`.
  public static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "—" : (value > 0 ? "∞" : "−∞") }
    if value == 0 { return "0" }
    let magnitude = abs(value)
    if magnitude >= 1e7 || magnitude < 1e-4 { return String(printf: "%.\(digits - 1)g", value) }
    let whole = Int(log10(magnitude).rounded(.down)) + 1
    let text = String(printf: "%.\(max(digits - whole, 0))f", value)
    return magnitude >= 1000 ? grouped(text) : text
  }

  /// A whole number with thousands set apart: `12,345`.
  public static func count(_ value: Int) -> String { grouped(String(value)) }

  /// A share as a percentage with two digits after the point: `3.91 %`.
  public static func percent(_ value: Double) -> String { String(printf: "%.2f %%", value * 100) }

  /// Seconds as a person says them: `0.04 s`, `12.3 s`, `3 min 20 s`.
  public static func seconds(_ value: Double) -> String {
    if value < 10 { return String(printf: "%.2f s", value) }
    if value < 100 { return String(printf: "%.1f s", value) }
    return "\(Int(value) / 60) min \(Int(value) % 60) s"
  }

  /// `1 row`, `2,000 rows`.
  public static func quantity(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  private static func grouped(_ text: String) -> String {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let negative = parts[0].hasPrefix("-")
    let digits = Array(negative ? parts[0].dropFirst() : parts[0])
    var whole = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { whole.append(",") }
      whole.append(digit)
    }
    return (negative ? "-" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
  }
}
