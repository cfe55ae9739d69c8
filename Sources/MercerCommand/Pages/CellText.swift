import Mercer
import MercerPlatform
import MercerReport

/// Cells of a table as people read them.
enum CellText {
  /// One cell; empty when it is missing.
  static func text(_ column: Column, row: Int) -> String {
    switch column.values {
    case .numbers(let values):
      values[row].isNaN
        ? "" : column.kind == .date ? date(values[row]) : number(values[row])
    case .levels(let codes, let names): codes[row] < 0 ? "" : names[Int(codes[row])]
    }
  }

  /// A number with all the digits that a table is likely to have given it.
  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e7
      ? String(Int(value)) : ReadableNumber.text(value, digits: 6)
  }

  /// `2024-03-01`, with the time of the day where there is one.
  static func date(_ seconds: Double) -> String {
    guard abs(seconds) < 1e11 else { return number(seconds) }
    let text = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    return text.hasSuffix("T00:00:00Z")
      ? String(text.prefix(while: { $0 != "T" }))
      : text.replacing("T", with: " ").replacing("Z", with: "")
  }

  /// Seconds since 1970 as years with a fraction, for axes.
  static func year(_ seconds: Double) -> Double { 1970 + seconds / 31_556_952 }
}
