import MercerCore

/// The characters of an expression, and the messages that point into them.
///
/// Positions are counted in characters (grapheme clusters), so that a caret stands under what a
/// reader sees as one character.
struct ExpressionText {
  /// The most bytes that an expression may have: a full metric of 200 coordinates takes 900,000.
  static let byteLimit = 2_000_000
  /// How deep brackets may nest: bounds the recursion of everything that walks a tree.
  static let depthLimit = 200

  /// The expression as it was given.
  private let text: String
  /// One code a character: of ASCII its own, of other space a blank, of all else 0.
  let codes: [UInt8]

  /// The characters, for messages; expressions can be long, and this takes longer than reading them.
  var characters: [Character] { Array(text) }

  init(_ text: String) throws(MercerError) {
    guard text.utf8.count <= Self.byteLimit else {
      throw MercerError(
        .invalidExpression,
        "the kernel expression is \(text.utf8.count) bytes long, more than the \(Self.byteLimit) "
          + "allowed")
    }
    self.text = text
    // A line break of two bytes is one character.
    if text.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\r") }) {
      codes = Array(text.utf8)
    } else {
      codes = text.map { $0.asciiValue ?? ($0.isWhitespace ? UInt8(ascii: " ") : 0) }
    }
  }

  /// A part that is ASCII, as text.
  func text(_ range: Range<Int>) -> String { String(decoding: codes[range], as: UTF8.self) }

  /// An error of three lines: the problem, the expression, a caret under the character.
  ///
  /// A position past the end points just behind the last character. Of a long expression only the
  /// part around the caret is shown.
  func error(_ problem: String, at position: Int) -> MercerError {
    let shownCount = 100
    let characters = characters
    let position = min(max(position, 0), characters.count)
    var start = 0
    var end = characters.count
    if end > shownCount {
      start = min(max(0, position - shownCount / 2), characters.count - shownCount)
      end = start + shownCount
    }
    let before = start > 0 ? "…" : ""
    let after = end < characters.count ? "…" : ""
    let shown = characters[start..<end].map(Self.visible)
    let caret = String(repeating: " ", count: before.count + position - start) + "^"
    return MercerError(
      .invalidExpression, "\(problem)\n\(before)\(String(shown))\(after)\n\(caret)")
  }

  /// A line break or a control character would tear the caret from its character.
  private static func visible(_ character: Character) -> Character {
    if character.isWhitespace { return " " }
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    return isControl ? "\u{FFFD}" : character
  }
}
