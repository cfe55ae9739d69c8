/// Words in a line: plain, strong, as code, as a link within the page.
///
/// A string literal is plain text, whose interpolations may be more:
/// `"Column \(code: name) of \(strong: "12") rows, see \(link: "the table", to: "columns")"`. Names of
/// the user's go in as they are; nothing is escaped before.
public struct InlineText: Sendable, Equatable, ExpressibleByStringInterpolation {
  private enum Piece: Sendable, Equatable {
    case text(String)
    case strong(String)
    case emphasis(String)
    case code(String)
    case link(String, section: String)
    case markup(String, plain: String)
  }

  /// The most characters of one piece; a name may be of any length.
  public static let longestPiece = 2_000

  private var pieces: [Piece]

  private init(_ piece: Piece) { pieces = [piece] }

  /// Plain text.
  public init(_ text: String) { self.init(.text(text)) }

  /// Plain text.
  public init(stringLiteral text: String) { self.init(.text(text)) }

  /// What must not be missed.
  public static func strong(_ text: String) -> InlineText { InlineText(.strong(text)) }

  /// A word that is stressed.
  public static func emphasis(_ text: String) -> InlineText { InlineText(.emphasis(text)) }

  /// A name or a piece of code, in the font of code.
  public static func code(_ text: String) -> InlineText { InlineText(.code(text)) }

  /// A link to a section, by its identifier.
  public static func link(_ text: String, to section: String) -> InlineText {
    InlineText(.link(text, section: section))
  }

  /// A line the size of a word.
  public static func sparkline(_ line: Sparkline) -> InlineText {
    InlineText(.markup(line.svgElement(), plain: line.text()))
  }

  /// One text after the other.
  public static func + (left: InlineText, right: InlineText) -> InlineText {
    var result = left
    result.pieces += right.pieces
    return result
  }

  /// The words alone.
  public var plain: String {
    pieces.map {
      switch $0 {
      case .text(let text), .strong(let text), .emphasis(let text), .code(let text),
        .link(let text, _), .markup(_, let text):
        text
      }
    }.joined()
  }

  var html: String {
    pieces.map {
      switch $0 {
      case .text(let text): words(text)
      case .strong(let text): "<strong>\(words(text))</strong>"
      case .emphasis(let text): "<em>\(words(text))</em>"
      case .code(let text): "<code>\(words(Markup.singleLine(text)))</code>"
      case .link(let text, let section):
        "<a href=\"#\(Markup.attribute(section))\">\(words(text))</a>"
      case .markup(let markup, _): markup
      }
    }.joined()
  }

  private func words(_ text: String) -> String {
    Markup.text(Markup.shortened(text, to: Self.longestPiece))
  }
}

extension InlineText {
  /// What is gathered from an interpolated literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = InlineText("")

    /// Begins with nothing.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Plain text.
    public mutating func appendLiteral(_ literal: String) { text = text + InlineText(literal) }

    /// Plain text.
    public mutating func appendInterpolation(_ plain: String) { text = text + InlineText(plain) }

    /// A whole number, with thousands set apart.
    public mutating func appendInterpolation(_ count: Int) {
      text = text + InlineText(NumberText.count(count))
    }

    /// A text with styles of its own.
    public mutating func appendInterpolation(_ inner: InlineText) { text = text + inner }

    /// What must not be missed.
    public mutating func appendInterpolation(strong: String) { text = text + .strong(strong) }

    /// A word that is stressed.
    public mutating func appendInterpolation(emphasis: String) { text = text + .emphasis(emphasis) }

    /// A name or a piece of code.
    public mutating func appendInterpolation(code: String) { text = text + .code(code) }

    /// A link to a section, by its identifier.
    public mutating func appendInterpolation(link: String, to section: String) {
      text = text + .link(link, to: section)
    }

    /// A line the size of a word.
    public mutating func appendInterpolation(sparkline: Sparkline) {
      text = text + .sparkline(sparkline)
    }
  }

  /// The text of an interpolated literal.
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }
}
