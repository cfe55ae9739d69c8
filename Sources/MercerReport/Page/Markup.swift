/// The one place where text becomes HTML or SVG.
///
/// Everything a person named (columns, levels, files, cells) goes through here, once.
public enum Markup {
  /// Text as the content of an element.
  ///
  /// Characters that a document must not hold, or that would change how the text around them reads
  /// (controls, overrides of the writing direction), are shown by a picture of themselves or by �.
  /// Line feeds and tabs stay.
  public static func text(_ text: String) -> String { escaped(text, inAttribute: false) }

  /// Text as the value of an attribute in double quotes, which line feeds and tabs survive.
  public static func attribute(_ text: String) -> String { escaped(text, inAttribute: true) }

  /// A name on one line: line ends and tabs become visible marks.
  public static func singleLine(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\u{2028}", "\u{2029}": result += "⏎"
      case "\t": result += "⇥"
      case "\r": result += "␍"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// At most so many characters, the last of them an ellipsis when some are left out.
  public static func shortened(_ text: String, to limit: Int) -> String {
    // Grapheme clusters have no bound, so scalars are counted: a name may be of any length.
    guard text.unicodeScalars.count > limit else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(max(limit - 1, 0)))) + "…"
  }

  private static func escaped(_ text: String, inAttribute: Bool) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: result += "&amp;"
      case 0x3C: result += "&lt;"
      case 0x3E: result += "&gt;"
      case 0x22: result += inAttribute ? "&quot;" : "\""
      case 0x27: result += inAttribute ? "&#39;" : "'"
      case 0x60: result += inAttribute ? "&#96;" : "`"
      case 0x0A, 0x09:
        result += inAttribute ? "&#\(scalar.value);" : String(Character(scalar))
      case 0..<0x20: result += picture(0x2400 + scalar.value)
      case 0x7F: result += "␡"
      case 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF, 0xFDD0...0xFDEF:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func picture(_ code: UInt32) -> String {
    Unicode.Scalar(code).map { String(Character($0)) } ?? "\u{FFFD}"
  }
}
