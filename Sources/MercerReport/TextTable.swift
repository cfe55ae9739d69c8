/// A table of text with aligned columns, for a terminal or a pipe.
public struct TextTable: Sendable {
  /// How the cells of a column are set.
  public enum Alignment: Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
  }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table with one alignment a column, and a row of headings if there are any.
  public init(_ alignments: [Alignment], headings: [String] = []) {
    self.alignments = alignments
    if !headings.isEmpty { rows.append(headings) }
  }

  /// Adds a row; missing cells at its end are empty. A line end in a cell, as names of columns can
  /// have them, is shown as a sign.
  public mutating func add(_ cells: [String]) {
    rows.append(cells.map { $0.contains(where: \.isNewline) ? Self.onOneLine($0) : $0 })
  }

  private static func onOneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? "␤" : $0 })
  }

  /// The lines, each indented by some spaces, without spaces at their ends.
  public func rendered(indent: Int = 2) -> String {
    let widths = alignments.indices.map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = alignments.indices.map { column in
        let text = column < row.count ? row[column] : ""
        let space = String(repeating: " ", count: widths[column] - text.count)
        return alignments[column] == .left ? text + space : space + text
      }
      var line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
