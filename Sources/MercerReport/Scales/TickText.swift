import MercerPlatform

/// The text of ticks: as short as it can be, all ticks of an axis in the same way.
enum TickText {
  /// mantissa × 10^exponent, rounded once.
  static func product(_ mantissa: Double, _ exponent: Int) -> Double {
    exponent >= 0
      ? mantissa * pow(10, Double(exponent))
      : exponent >= -300
        ? mantissa / pow(10, Double(-exponent)) : mantissa * pow(10, Double(exponent))
  }

  /// Ticks that are multiples of a power of ten.
  static func linear(_ values: [Double], exponent: Int) -> [Tick] {
    let largest = values.map(abs).max() ?? 0
    guard largest > 0 else { return values.map { Tick(value: $0, label: "0") } }
    let order = Int((log10(largest) + 1e-9).rounded(.down))
    return values.map { value in
      let label: String
      if value == 0 {
        label = "0"
      } else if order >= 9 || order < -4 {
        // 4, 6, 8 and 10 × 10⁹ rather than 0.4 to 1.0 × 10¹⁰.
        let isShort = order == exponent + 1 && largest < product(2, order)
        let order = isShort ? exponent : order
        label = scientific(value, order: order, decimals: max(order - exponent, 0))
      } else if order >= 6, exponent >= 4 {
        label = plain(value / 1e6, decimals: max(6 - exponent, 0)) + "M"
      } else if order >= 5, exponent >= 2 {
        label = plain(value / 1e3, decimals: max(3 - exponent, 0)) + "k"
      } else {
        label = plain(value, decimals: max(-exponent, 0))
      }
      return Tick(value: value, label: label)
    }
  }

  /// Ticks of a logarithmic axis; powers of ten when any is very large or small.
  static func logarithmic(_ values: [Double]) -> [Tick] {
    let areExtreme = values.contains { $0 > 0.999e9 || $0 < 0.000_99 }
    let areLarge = values.contains { $0 >= 99_999 }
    return values.map { value in
      let order = Int((log10(value) + 1e-9).rounded(.down))
      let mantissa = (value / pow(10, Double(order))).rounded()
      let label: String
      if areExtreme {
        let power = "10\(superscript(order))"
        label = mantissa == 1 ? power : "\(Int(mantissa))×\(power)"
      } else if areLarge, order >= 6 {
        label = plain(value / 1e6, decimals: 0) + "M"
      } else if areLarge, order >= 4 {
        label = plain(value / 1e3, decimals: 0) + "k"
      } else {
        label = plain(value, decimals: max(-order, 0))
      }
      return Tick(value: value, label: label)
    }
  }

  /// With thousands set apart, a true minus, and a fixed number of digits after the point.
  static func plain(_ value: Double, decimals: Int) -> String {
    let text = String(printf: "%.\(decimals)f", abs(value))
    let parts = text.split(separator: ".")
    var whole = ""
    let digits = Array(parts[0])
    for (place, digit) in digits.enumerated() {
      if place > 0, digits.count > 4, (digits.count - place) % 3 == 0 { whole.append(",") }
      whole.append(digit)
    }
    let isZero = !text.contains { $0 != "0" && $0 != "." }
    return (value < 0 && !isZero ? "−" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// `1.5×10⁻⁷`.
  static func scientific(_ value: Double, order: Int, decimals: Int) -> String {
    // In two factors, as 10^order itself may be beyond Double.
    let half = order / 2
    let mantissa = value / pow(10, Double(half)) / pow(10, Double(order - half))
    return plain(mantissa, decimals: min(decimals, 12)) + "×10" + superscript(order)
  }

  private static func superscript(_ value: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (value < 0 ? "⁻" : "")
      + String(abs(value)).compactMap(\.wholeNumberValue).map {
        String(digits[$0])
      }.joined()
  }
}
