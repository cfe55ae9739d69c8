public import MercerCore

/// Turns tables into points: what it does with each column is found from one table, and is then
/// part of the model.
///
/// Numbers are standardized by mean and population standard deviation, so two rows drawn at random
/// differ by √2 in the root mean square. Two levels of a category are √2 apart as well, since a
/// one-hot coordinate is 0 or 1 (`oneHotValue`), and so are the two values of a boolean. So no kind
/// of column outweighs another before a kernel's own scales are learned.
///
/// A column may have more coordinates, if the options ask for them and it has a use for them
/// (`EncoderOptions.Addition`): a number its place in the distribution of its column or its
/// logarithm, a date its place in the year, a category the mean targets of its levels. They are of
/// the same scale: two rows drawn at random differ by √2 in each, too, or by less. A kernel sees
/// some of them; `features(of:levels:)` says which.
///
/// Missing numbers become the median, and where the fitted table had some, a coordinate says so.
/// A level in fewer rows than the options ask, or beyond the most frequent, shares one coordinate
/// with all such. Columns that tell nothing are left out and listed in `omitted`.
///
/// A table to be predicted is read by the encoder's own kinds, never by those found in that table:
/// one row alone would look constant everywhere.
public struct TableEncoder: Sendable, Equatable, Codable {
  /// The columns that are used, in the order of the fitted table.
  public let columns: [ColumnEncoding]
  /// The columns that are left out, and why.
  public let omitted: [OmittedColumn]
  /// The options it was fitted with.
  public let options: EncoderOptions

  /// The value of a one-hot coordinate where its level holds: 1, so that two levels are √2 apart,
  /// as are two random values of a standardized column in the root mean square.
  public static let oneHotValue = 1.0

  init(columns: [ColumnEncoding], omitted: [OmittedColumn], options: EncoderOptions) {
    self.columns = columns
    self.omitted = omitted
    self.options = options
  }

  /// The number of coordinates of a point.
  public var featureCount: Int { columns.reduce(0) { $0 + $1.featureCount } }

  /// The names of the coordinates: `carat`, `carat rank`, `cut=Ideal`, `age is missing`,
  /// `city is rare`.
  public var featureNames: [String] { columns.flatMap(\.featureNames) }

  /// For each coordinate, the place in `columns` of the column it comes from.
  public var featureColumns: [Int] {
    columns.indices.flatMap { Array(repeating: $0, count: columns[$0].featureCount) }
  }

  /// The kinds of the columns that are used, for the reader of a table to be encoded: with them a
  /// row is read in the same way whatever other rows the table has, and a cell that does not fit is
  /// refused with its line.
  public var columnKinds: [String: ColumnKind] {
    var kinds: [String: ColumnKind] = [:]
    for column in columns {
      kinds[column.name] =
        switch column.rule {
        case .numeric(_, _, _, _, let isDate, _): isDate ? .date : .numeric
        case .boolean: .boolean
        case .category: .categorical
        }
    }
    return kinds
  }

  /// The coordinates that hold codes, for the kernel `overlap(on:)`; empty with one-hot categories.
  public var overlapFeatures: [Int] {
    let sources = featureColumns
    return sources.indices.filter { feature in
      if case .category(_, _, _, isCoded: true) = columns[sources[feature]].rule {
        true
      } else {
        false
      }
    }
  }

  /// A table as points.
  ///
  /// - Throws: as `encodeWithNotes`.
  public func encode<Element: Scalar>(
    _ table: Table, as element: Element.Type
  ) throws(MercerError) -> Points<Element> {
    try encodeWithNotes(table, as: element).points
  }

  /// A table as points, and what in it was not as in the fitted table.
  ///
  /// - Returns: n points of `featureCount` coordinates, all finite.
  /// - Complexity: O(n · featureCount).
  /// - Throws: `.invalidData` when columns are missing or there twice, a column of numbers holds
  ///   text, or a number is infinite or too large for `Element`.
  public func encodeWithNotes<Element: Scalar>(
    _ table: Table, as element: Element.Type
  ) throws(MercerError) -> (points: Points<Element>, notes: EncodingNotes) {
    var notes = EncodingNotes()
    let sources = try matchedColumns(of: table, notes: &notes)
    var parts: [EncodedColumn] = []
    for (column, encoding) in zip(sources, columns) {
      parts.append(
        try EncodedColumn(
          column, by: encoding, absent: options.absentCells, source: table.source, notes: &notes))
    }
    let width = featureCount
    let matrix = Matrix<Element>(rowCount: table.rowCount, columnCount: width) { buffer in
      buffer.initialize(repeating: 0)
      guard let base = buffer.baseAddress, width > 0 else { return }
      // A block of rows at a time stays in the cache while its columns are scattered into it.
      for rows in (0..<table.rowCount).chunks(of: 512) {
        var feature = 0
        for part in parts {
          part.write(rows, to: base + feature, stride: width)
          feature += part.width
        }
      }
    }
    // Standardized numbers of the table are finite in Double; Float may not hold them.
    guard matrix.isFinite else {
      throw MercerError(
        .invalidData, "a number is too far from those of the fitted table to be represented",
        at: .init(file: table.source))
    }
    return (Points(matrix), notes)
  }

  /// What is needed to make the coordinates that know targets again of some rows of a table, such
  /// as the one that the encoder was fitted to.
  ///
  /// - Complexity: O(n) for each category.
  /// - Throws: `.invalidData` when columns are missing or there twice.
  public func targetMeanFeatures(of table: Table) throws(MercerError) -> TargetMeanFeatures {
    var notes = EncodingNotes()
    return TargetMeanFeatures(self, columns: try matchedColumns(of: table, notes: &notes))
  }

  /// Checks that a table has the columns of the encoder, each once.
  ///
  /// - Parameters:
  ///   - names: the names of its columns.
  ///   - source: its name in messages.
  /// - Returns: the columns that the fitted table did not have.
  /// - Throws: `.invalidData` when columns are missing or there twice.
  public func check(columnNames names: [String], source: String) throws(MercerError) -> [String] {
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    let absent = columns.map(\.name).filter { counts[$0] == nil }
    for encoding in columns {
      guard let count = counts[encoding.name], count > 1 else { continue }
      throw MercerError(
        .invalidData, "there are \(count) columns named \(quoted(encoding.name))",
        at: .init(file: source))
    }
    let known = Set(columns.map(\.name)).union(omitted.map(\.name))
    let extra = names.filter { !known.contains($0) }
    guard let first = absent.first else { return extra }
    // Only a column that is not in use already can be the one that was meant.
    let near = Suggestion.nearest(to: first, among: extra)
    throw MercerError(
      .invalidData,
      absent.count == 1
        ? "the column \(quoted(first)), which the model needs, is missing"
        : "\(absent.count) columns that the model needs are missing: \(listed(absent))",
      at: .init(file: source),
      remedy: near.map { "is \(quoted($0)) the column \(quoted(first))?" }
        ?? "add what is missing, or fit a model without it")
  }

  /// The columns of the table in the order of `columns`.
  private func matchedColumns(
    of table: Table, notes: inout EncodingNotes
  ) throws(MercerError) -> [Column] {
    notes.extraColumns = try check(columnNames: table.columns.map(\.name), source: table.source)
    let byName = Dictionary(table.columns.map { ($0.name, $0) }) { first, _ in first }
    return columns.compactMap { byName[$0.name] }
  }
}
