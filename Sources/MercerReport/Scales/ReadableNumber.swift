import MercerPlatform

/// Single numbers on plots and pages.
public enum ReadableNumber {
  /// A few significant digits, without zeros at the end of the fraction: `12.35`, `0.0391`,
  /// `1.2×10⁻⁷`; the whole part in full below 10⁹: `123,456`; a true minus; `—` for what is no number.
  public static func text(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "—" : value > 0 ? "∞" : "−∞" }
    guard value != 0 else { return "0" }
    let digits = max(digits, 1)
    // Rounded first, so that 9.9996 counts as 10.000.
    let rounded = Double(String(printf: "%.\(digits - 1)e", value)) ?? value
    let order = Int((log10(abs(rounded)) + 1e-9).rounded(.down))
    if order >= 9 || order < -4 {
      return scientific(rounded, order: order, decimals: digits - 1)
    }
    return trimmed(
      TickText.plain(order < digits ? rounded : value, decimals: max(digits - 1 - order, 0)))
  }

  private static func scientific(_ value: Double, order: Int, decimals: Int) -> String {
    let text = TickText.scientific(value, order: order, decimals: decimals)
    guard let times = text.firstIndex(of: "×") else { return text }
    return trimmed(String(text[..<times])) + text[times...]
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
