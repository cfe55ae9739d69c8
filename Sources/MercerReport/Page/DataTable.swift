/// A table of a page: a caption, columns with headings, rows of cells.
public struct DataTable: Sendable {
  /// A column.
  public struct Column: Sendable {
    /// Its heading.
    public var title: String
    /// Whether its cells are numbers, which are set to the right.
    public var isNumeric: Bool

    /// A column.
    public init(_ title: String, isNumeric: Bool = false) {
      (self.title, self.isNumeric) = (title, isNumeric)
    }

    /// A column of numbers.
    public static func number(_ title: String) -> Column { Column(title, isNumeric: true) }

    /// A column of words.
    public static func text(_ title: String) -> Column { Column(title) }
  }

  /// The most rows that are shown, so that a page of any table stays small.
  public static let mostRows = 200
  /// The most columns that are shown.
  public static let mostColumns = 60
  /// The most characters of a cell.
  static let longestCell = 200

  /// What is in it.
  public var caption: String
  /// The columns.
  public var columns: [Column]
  /// The rows, each with a cell for each column; missing ones at the end are empty.
  public var rows: [[InlineText]]
  /// The index of a row that stands out, such as the chosen one.
  public var emphasised: Int?

  /// A table. Its first column names the rows.
  public init(
    _ caption: String, columns: [Column], rows: [[InlineText]] = [], emphasised: Int? = nil
  ) {
    (self.caption, self.columns, self.rows) = (caption, columns, rows)
    self.emphasised = emphasised
  }

  /// Adds a row of plain cells.
  public mutating func add(_ cells: [String]) { rows.append(cells.map { InlineText($0) }) }

  func html(id: String) -> String {
    let shown = Array(columns.prefix(Self.mostColumns))
    var result =
      "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-labelledby=\"\(id)\"><table>"
      + "<caption id=\"\(id)\">\(Markup.text(Markup.shortened(caption, to: 500)))</caption>\n<thead><tr>"
    for column in shown {
      let title = Markup.text(Markup.singleLine(Markup.shortened(column.title, to: 120)))
      result += "<th scope=\"col\"\(column.isNumeric ? " class=\"n\"" : "")>\(title)</th>"
    }
    result += "</tr></thead>\n<tbody>\n"
    for (index, row) in rows.prefix(Self.mostRows).enumerated() {
      result += index == emphasised ? "<tr class=\"chosen\">" : "<tr>"
      for (place, column) in shown.enumerated() {
        let isHead = place == 0 && !column.isNumeric
        let cell = place < row.count ? self.cell(row[place]) : ""
        let style = column.isNumeric ? " class=\"n\"" : ""
        result += isHead ? "<th scope=\"row\">\(cell)</th>" : "<td\(style)>\(cell)</td>"
      }
      result += "</tr>\n"
    }
    result += "</tbody></table></div>\n"
    var left: [String] = []
    if rows.count > Self.mostRows {
      left.append("\(Self.mostRows) of \(NumberText.count(rows.count)) rows")
    }
    if columns.count > Self.mostColumns {
      left.append("\(Self.mostColumns) of \(NumberText.count(columns.count)) columns")
    }
    if !left.isEmpty {
      result += "<p class=\"note\">\(left.joined(separator: " and ")) shown.</p>\n"
    }
    return result
  }

  private func cell(_ text: InlineText) -> String {
    let plain = text.plain
    guard plain.unicodeScalars.count > Self.longestCell else { return text.html }
    return Markup.text(Markup.shortened(plain, to: Self.longestCell))
  }
}
