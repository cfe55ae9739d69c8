/// How wide text is at most, without a font at hand.
///
/// The widths are those of DejaVu Sans rounded up, which is wider than the interface fonts of all
/// common systems; so what fits here fits on the screen.
enum TextMetrics {
  /// The width of a line, in the units of the size.
  static func width(_ text: String, size: Double = SVGCanvas.textSize) -> Double {
    Markup.singleLine(text).unicodeScalars.reduce(0) { $0 + advance($1) } * size
  }

  /// The text, shortened with an ellipsis until it is no wider than a width.
  static func fitted(_ text: String, to limit: Double, size: Double = SVGCanvas.textSize) -> String
  {
    if text.unicodeScalars.count < 400, width(text, size: size) <= limit { return text }
    var left = limit - advance("…") * size
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      left -= (scalar == "\n" ? 1 : advance(scalar)) * size
      if left < 0 { break }
      result.append(scalar)
    }
    while result.last == " " { result.removeLast() }
    return String(result) + "…"
  }

  /// The text in lines no wider than a width; what does not fit into the last is left out.
  static func wrapped(_ text: String, to limit: Double, lines: Int, size: Double) -> [String] {
    var result: [String] = []
    var current = ""
    for word in Markup.shortened(text, to: 1000).split(separator: " ") {
      let longer = current.isEmpty ? String(word) : current + " " + word
      if current.isEmpty || result.count == lines - 1 || width(longer, size: size) <= limit {
        current = longer
      } else {
        result.append(current)
        current = String(word)
      }
    }
    result.append(current)
    return result.map { fitted($0, to: limit, size: size) }
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "0"..."9": 0.64
    case "i", "j", "l", "'", "|", "I": 0.34
    case ".", ",", ":", ";", " ", "!", "\u{2009}", "\u{202F}": 0.34
    case "f", "t", "r", "-", "(", ")", "[", "]", "/": 0.42
    case "m", "M", "W", "%", "@", "⏎", "⇥", "…", "—": 1.02
    case "w", "−", "×", "+", "=", "<", ">", "#", "&", "~", "^", "±", "≤", "≥": 0.84
    case "a"..."z", "$", "_", "?", "*", "–", "\"": 0.64
    case "A"..."Z": 0.78
    case "\u{2070}"..."\u{209F}", "²", "³", "¹": 0.45
    default:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark: 0
      case .control, .format: 1
      default: scalar.value >= 0x1100 ? 1.3 : 0.85
      }
    }
  }
}
