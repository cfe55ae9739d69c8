import MercerCore

extension CSVPlan {
  /// How many rows decide in which mode a column is tried first.
  private static let sampleRowCount = 200

  /// The mode in which each column is tried, from its first rows. It only saves work: a column that
  /// then does not fit is read again as text, and whatever text it has decides.
  ///
  /// - Parameter isRead: for each column whether it is read at all.
  func sampledModes(
    from start: Int, kinds: [ColumnKind?], isRead: [Bool]
  ) throws(CSVFault) -> [ColumnMode] {
    var sawNumber = [Bool](repeating: false, count: kinds.count)
    var sawDate = sawNumber
    var sawText = sawNumber
    var cursor = document.cursor(at: start)
    for _ in 0..<Self.sampleRowCount {
      cursor.skipBlankLines()
      if cursor.isAtEnd { break }
      let record = cursor.p
      var column = 0
      while true {
        let cell = try cursor.readCell(column: column)
        if column < kinds.count, !cell.withText(missing.contains) {
          if decimals.parse(cell.start, cell.end).end == cell.end {
            sawNumber[column] = true
          } else if cell.withText(DateParser.parse) != nil {
            sawDate[column] = true
          } else {
            sawText[column] = true
          }
        }
        column += 1
        if cursor.isAtRecordEnd { break }
        cursor.p += 1
      }
      if column != kinds.count {
        throw cursor.fault(.ragged(cellCount: column), record, nil)
      }
      cursor.skipLineEnd()
    }
    return kinds.indices.map { column in
      guard isRead[column] else { return .skip }
      return switch kinds[column] {
      case .numeric: .number
      case .date: .date
      case .boolean, .categorical, .identifier: .text
      case .constant, .empty, nil:
        if sawText[column] || sawNumber[column] && sawDate[column] {
          .text
        } else {
          sawDate[column] ? .date : .number
        }
      }
    }
  }
}
