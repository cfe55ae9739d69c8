/// A part of a section.
public indirect enum Block: Sendable {
  /// How much a notice matters.
  public enum Severity: String, Sendable {
    /// Good to know.
    case information
    /// The result may not hold.
    case warning
  }

  /// A number that stands out.
  public struct Fact: Sendable {
    /// What it is.
    public var label: String
    /// The number, with its unit.
    public var value: String
    /// What it is compared with, or how it was found; may be empty.
    public var detail: String

    /// A fact.
    public init(_ label: String, _ value: String, detail: String = "") {
      (self.label, self.value, self.detail) = (label, value, detail)
    }
  }

  /// A term and what it is.
  public struct Definition: Sendable {
    /// The term.
    public var term: InlineText
    /// What it is.
    public var meaning: InlineText

    /// A definition.
    public init(_ term: InlineText, _ meaning: InlineText) {
      (self.term, self.meaning) = (term, meaning)
    }
  }

  /// Sentences.
  case paragraph(InlineText)
  /// Sentences in larger type: the few that begin a page.
  case lead(InlineText)
  /// A heading within a section.
  case heading(String)
  /// Points of a list.
  case list([InlineText])
  /// A table.
  case table(DataTable)
  /// Terms and what they are.
  case definitions([Definition])
  /// A few numbers, large.
  case facts([Fact])
  /// A plot.
  case figure(Figure)
  /// Something to heed.
  case notice(Severity, InlineText)
  /// What is shown on demand.
  case details(summary: String, [Block])
  /// Text to be copied, such as a command, with a button that does so.
  case code(String, label: String)

  /// The most points or terms of a list.
  static let mostItems = 200
  /// The most characters of code.
  static let longestCode = 20_000
}

/// A part of a page, with a heading that the table of contents links to.
public struct Section: Sendable {
  /// The heading.
  public var title: String
  /// The identifier for links; nil for one made of the title.
  public var id: String?
  /// What is in it.
  public var blocks: [Block]

  /// A section.
  public init(_ title: String, id: String? = nil, _ blocks: [Block]) {
    (self.title, self.id, self.blocks) = (title, id, blocks)
  }
}
